"""Stands between two peers of the unit protocol, both by TLS, and breaks one clause of it on the way."""

import pathlib
import select
import socket
import ssl
import struct
import threading

ALPN = "sos-unit/1"


class Change:
    """What one connection does wrong; a new one for each. `connection` counts them from 1."""

    def __init__(self, connection: int):
        self.connection = connection

    def seen(self, data: bytes) -> bytes:
        """Bytes of the honest side; what is returned is sent back to it at once."""
        return b""

    def frame(self, kind: int, body: bytes) -> list[tuple[int, bytes]]:
        """A frame of the side that is made wrong; what is returned goes on instead."""
        return [(kind, body)]


class Between:
    """Makes the peer at `target` look wrong, or, with `breaks_client`, whoever connects here."""

    def __init__(self, target: int, pki: pathlib.Path, unit: str, change: type[Change], breaks_client: bool):
        self.target, self.change, self.breaks_client = target, change, breaks_client
        self.inner = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.inner.num_tickets = 0
        self.inner.verify_mode = ssl.CERT_REQUIRED
        self.inner.load_cert_chain(pki / "gateway.pem", pki / "gateway.key")
        self.outer = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.outer.load_cert_chain(pki / f"units/{unit}.pem", pki / f"units/{unit}.key")
        for context in (self.inner, self.outer):
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.load_verify_locations(pki / "ca.pem")
            context.set_alpn_protocols([ALPN])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # closed
            self.connections += 1
            threading.Thread(target=self.serve, args=(client, self.change(self.connections)), daemon=True).start()

    def close(self):
        self.listener.close()

    def serve(self, client: socket.socket, change: Change):
        server = None
        try:
            client.settimeout(15)
            # The peer first: a handshake that it ends must look the same on this side.
            server = self.outer.wrap_socket(
                socket.create_connection(("127.0.0.1", self.target), timeout=15), server_hostname="localhost"
            )
            # Python's server cannot insist on a protocol; the name stands in the clear in the client's first flight.
            if ALPN.encode() not in client.recv(4096, socket.MSG_PEEK):
                return
            client = self.inner.wrap_socket(client, server_side=True)
            self.relay(client, server, change)
        except OSError:
            pass  # one side is gone, and so is the other below
        finally:
            for one in (client, server):
                if one is not None:
                    one.close()

    @staticmethod
    def take(source):
        """What the peer has sent; None for what is not for us, such as a session ticket; empty at the end."""
        source.setblocking(False)
        try:
            data = source.recv(65536)
            while data and source.pending():
                data += source.recv(65536)
            return data
        except ssl.SSLWantReadError:
            return None
        finally:
            source.settimeout(5)

    def relay(self, client, server, change: Change):
        wrong = client if self.breaks_client else server
        rest = b""
        for one in (client, server):
            one.settimeout(5)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            ready, _, _ = select.select([client, server], [], [])
            for source in ready:
                sink = server if source is client else client
                data = self.take(source)
                if data is None:
                    continue
                if not data:
                    return
                if source is not wrong:
                    reply = change.seen(data)
                    if reply:
                        source.sendall(reply)
                    sink.sendall(data)
                    continue
                rest += data
                out = b""
                while len(rest) >= 4 and len(rest) >= 4 + (length := struct.unpack(">H", rest[:2])[0]):
                    kind, flags, body, rest = rest[2], rest[3], rest[4 : 4 + length], rest[4 + length :]
                    for number, changed in change.frame(kind, body):
                        out += struct.pack(">HBB", len(changed), number, flags) + changed
                if out:
                    sink.sendall(out)
