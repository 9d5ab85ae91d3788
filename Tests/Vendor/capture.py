"""Captures without a network card: bytes of a conversation as TCP segments in a pcap file."""

import struct

UNIT_PORT, GATEWAY_PORT = 50000, 7443


class Capture:
    """Raw IPv4 packets of one conversation between a unit (192.0.2.7) and a gateway (192.0.2.1)."""

    def __init__(self, unit_port=UNIT_PORT, gateway_port=GATEWAY_PORT):
        self.ports = (unit_port, gateway_port)
        self.next = [1000, 9000]
        self.packets = []
        self.add(True, b"", flags=0x02)
        self.add(False, b"", flags=0x12)
        self.add(True, b"", flags=0x10)

    def add(self, from_unit: bool, data: bytes, flags=0x18):
        """One segment; SYN takes a sequence number."""
        own, other = (0, 1) if from_unit else (1, 0)
        tcp = struct.pack(
            ">HHIIBBHHH", self.ports[own], self.ports[other], self.next[own],
            self.next[other] if flags & 0x10 else 0, 0x50, flags, 65535, 0, 0,
        )
        unit, gateway = bytes([192, 0, 2, 7]), bytes([192, 0, 2, 1])
        addresses = unit + gateway if from_unit else gateway + unit
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0) + addresses
        self.packets.append(ip + tcp + data)
        self.next[own] += len(data) + (1 if flags & 0x02 else 0)

    def stream(self, from_unit: bool, data: bytes, segment_bytes: int):
        """Bytes cut into segments, wherever frames begin or end."""
        for at in range(0, len(data), segment_bytes):
            self.add(from_unit, data[at : at + segment_bytes])

    def write(self, path, snap_bytes=262144):
        """The file; packets are cut behind so many bytes, as a capture with a limit does."""
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
            for number, packet in enumerate(self.packets):
                kept = packet[:snap_bytes]
                second, microsecond = 1795253400 + number // 1000, number % 1000 * 1000
                file.write(struct.pack("<IIII", second, microsecond, len(kept), len(packet)) + kept)
        return path
