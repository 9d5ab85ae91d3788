"""A unit written from Docs/unit-protocol.md alone, on Python's own TLS: a second opinion on the document."""

import socket
import ssl
import struct
import time

HELLO, WELCOME, HEARTBEAT, POSITION, GOODBYE = 0x01, 0x02, 0x03, 0x04, 0x05
PRESS, CANCEL, FAULT_BEGIN, STAGE, STAGE_CONFIRM = 0x10, 0x11, 0x12, 0x14, 0x15
ACKNOWLEDGEMENT, TIME, UNABLE = 0x20, 0x21, 0x22
COMMAND, COMMAND_RESULT = 0x40, 0x41

STAGES = {1: "stored", 2: "ringing", 3: "answered", 4: "dispatched", 5: "arrived", 6: "closed"}


def frame(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    return struct.pack(">HBB", len(body), kind, flags) + body


def hello(unit: str, boot: int = 1, major: int = 1, pending: bool = False, capabilities: int = 1 << 15) -> bytes:
    name = unit.encode()
    fixed = struct.pack(">BBBBIIIQ", major, 0, int(pending), 0, boot, 1, capabilities, int(time.time() * 1000))
    return frame(HELLO, fixed + bytes([len(name)]) + name + b"\0")


def press(boot: int, counter: int, category: int = 1) -> bytes:
    return frame(
        PRESS, struct.pack(">IIQBBHiiI", boot, counter, int(time.time() * 1000), category, 1, 4, 511282580, 714305640, 350)
    )


HEARTBEAT_FRAME = frame(HEARTBEAT, bytes([1, 98, 0xB9, 20, 0]))


class Unit:
    """One TLS connection of one unit."""

    def __init__(self, port: int, certificate, key, trust, *, alpn=("sos-unit/1",), maximum=ssl.TLSVersion.TLSv1_3, source="127.0.0.1"
    ):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(trust)
        context.maximum_version = maximum
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if certificate:
            context.load_cert_chain(certificate, key)
        self.buffer = b""
        self.socket = context.wrap_socket(
            socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0)), server_hostname="localhost"
        )

    def send(self, data: bytes):
        self.socket.sendall(data)

    def receive(self):
        """The next frame as (type, body); None at the end of the connection."""
        while True:
            if len(self.buffer) >= 4:
                length, kind, _ = struct.unpack(">HBB", self.buffer[:4])
                if len(self.buffer) >= 4 + length:
                    body, self.buffer = self.buffer[4 : 4 + length], self.buffer[4 + length :]
                    return kind, body
            try:
                data = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError):
                return None
            if not data:
                return None
            self.buffer += data

    def until(self, wanted: int) -> bytes:
        """The body of the next frame of a type; others in between are passed over."""
        while (found := self.receive()) is not None:
            if found[0] == wanted:
                return found[1]
        raise AssertionError(f"the gateway closed before a frame of type {wanted:#04x}")

    def until_stage(self, name: str) -> tuple[int, int]:
        """Waits for a stage notice; the alert and the counter of the press it names."""
        while True:
            alert, _, counter, _, stage = struct.unpack(">QIIQB", self.until(STAGE)[:25])
            if STAGES[stage] == name:
                return alert, counter

    def confirm(self, alert: int, stage: str):
        number = next(key for key, value in STAGES.items() if value == stage)
        self.send(frame(STAGE_CONFIRM, struct.pack(">QB", alert, number)))

    def unable_then_closed(self) -> int:
        """Waits for UNABLE and the end of the connection behind it; the code."""
        code = struct.unpack(">H", self.until(UNABLE)[:2])[0]
        while self.receive() is not None:
            pass
        return code

    def closed(self) -> bool:
        while self.receive() is not None:
            pass
        return True

    def close(self):
        self.socket.close()


def connect(gateway, name: str = "AST-0001", boot: int = 1, capabilities: int = 1 << 15) -> Unit:
    """A unit of the registry, connected and welcomed."""
    unit = Unit(gateway.units_port, gateway.pki / f"units/{name}.pem", gateway.pki / f"units/{name}.key", gateway.pki / "ca.pem")
    unit.send(hello(name, boot, capabilities=capabilities))
    unit.until(WELCOME)
    return unit
