"""A reconnect storm, and a system that runs out of descriptors, against the real daemon."""

import contextlib
import pathlib
import resource
import selectors
import signal
import socket
import ssl
import struct
import threading
import time

from gateway import until
from unit import HEARTBEAT_FRAME, Unit, connect, hello, press

UNITS = 250
PRESSING = {77, 140, 201, 249}


class Witness:
    """A unit on a link that stands, which presses again and again."""

    def __init__(self, gateway):
        self.unit, self.counter, self.waits = connect(gateway, "ALA-0001"), 0, []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def press(self):
        self.counter += 1
        began = time.monotonic()
        self.unit.send(HEARTBEAT_FRAME + press(1, self.counter))
        while self.unit.until_stage("stored")[1] != self.counter:
            pass
        self.waits.append(time.monotonic() - began)

    def run(self):
        while not self.is_over.wait(0.02):
            self.press()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def contexts(gateway, name: str) -> list:
    """Of units without and with a press."""
    made = []
    for names in (["sos-unit/1"], ["sos-unit/1", "sos-unit/1;press"]):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(gateway.pki / "ca.pem")
        context.load_cert_chain(gateway.pki / f"units/{name}.pem", gateway.pki / f"units/{name}.key")
        context.set_alpn_protocols(names)
        made.append(context)
    return made


def dial(gateway, kinds: list, number: int) -> ssl.SSLSocket:
    """A unit whose ClientHello is on its way, from an address of its own."""
    raw = socket.create_connection(("127.0.0.1", gateway.units_port), source_address=(f"127.0.7.{number + 1}", 0), timeout=10)
    raw.setblocking(False)
    link = kinds[number in PRESSING].wrap_socket(raw, server_hostname="localhost", do_handshake_on_connect=False)
    with contextlib.suppress(ssl.SSLWantReadError):
        link.do_handshake()
    return link


def shake_hands(links: list) -> list:
    """Goes on with all; their numbers in the order in which the gateway answered."""
    selector = selectors.DefaultSelector()
    for number, link in enumerate(links):
        selector.register(link, selectors.EVENT_READ, number)
    order, deadline = [], time.monotonic() + 60
    while len(order) < len(links):
        assert time.monotonic() < deadline, f"only {len(order)} are back"
        for key, _ in selector.select(1):
            try:
                key.fileobj.do_handshake()
            except ssl.SSLWantReadError:
                continue
            selector.unregister(key.fileobj)
            order.append(key.data)
    return order


def drop(links: list):
    """All at once, without a word."""
    for link in links:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()


def test_reconnect_storm_lets_presses_on_first_and_holds_up_no_link(gateway):
    witness, officer = Witness(gateway), gateway.officer()
    kinds = contexts(gateway, "AST-0001")
    first = [dial(gateway, kinds, number) for number in range(UNITS)]
    shake_hands(first)
    before = officer.counters()
    # While the gateway does nothing the whole storm gathers: what it does first is its own choice.
    gateway.process.send_signal(signal.SIGSTOP)
    drop(first)
    links = [dial(gateway, kinds, number) for number in range(UNITS)]
    gateway.process.send_signal(signal.SIGCONT)
    with witness:
        order = shake_hands(links)
    assert sorted(order) == list(range(UNITS)), "all are back at their first try"
    assert PRESSING <= set(order[:40]), order[:40]
    counters = officer.counters()
    assert counters["handshakes_queued"] - before["handshakes_queued"] > UNITS / 2
    assert counters["handshakes_press_first"] - before["handshakes_press_first"] == len(PRESSING)
    assert [counters[f"connections_refused_{why}"] for why in ("wait", "backlog", "address")] == [0, 0, 0]
    assert witness.waits and max(witness.waits) < 1, sorted(witness.waits)[-5:]
    # Back means served.
    last = links[-1]
    last.setblocking(True)
    last.sendall(hello("AST-0001", pending=True) + press(1, 1))
    served = Unit.__new__(Unit)
    served.socket, served.buffer = last, b""
    served.until_stage("stored")
    drop(links)
    witness.press()


def refused_for_want_of_descriptors(gateway) -> bool:
    return "no connection can be accepted" in gateway.log() and "Too many open files" in gateway.log()


def test_without_descriptors_links_go_on_and_it_comes_back(gateway):
    witness, officer, pid = Witness(gateway), gateway.officer(), gateway.process.pid
    used = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 4, before[1]))
    idle = [socket.create_connection(("127.0.0.1", gateway.units_port), timeout=10) for _ in range(20)]
    until(lambda: refused_for_want_of_descriptors(gateway), "the refusal in the log")
    for _ in range(5):
        witness.press()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    unit = connect(gateway, "AST-0001")
    unit.send(press(1, 1))
    unit.until_stage("stored")
    assert officer.counters()["accept_errors"] >= 1
    for one in idle:
        one.close()
    witness.press()


def test_the_last_descriptors_are_for_journal_and_consoles(gateway):
    assert gateway.stop() == 0
    gateway.prefix = ["prlimit", "--nofile=256:256", "--"]
    gateway.start()
    witness = Witness(gateway)
    idle = [socket.create_connection(("127.0.0.1", gateway.units_port), timeout=10) for _ in range(300)]
    until(lambda: refused_for_want_of_descriptors(gateway), "the refusal in the log")
    # An officer signs in and the witness presses: the shortage is the newcomers' alone.
    assert gateway.officer().counters()["accept_errors"] >= 1
    witness.press()
    for one in idle:
        one.close()
    # What waited in the kernel is closed by then or soon; a unit gets in.
    unit = connect(gateway, "AST-0001")
    unit.send(press(1, 1))
    unit.until_stage("stored")
    witness.press()
