"""One gateway is emptied into another, and links are carried on: real daemons, the C unit, the simulator, raw units."""

import random
import signal
import socket
import struct
import subprocess

import pytest
from gateway import ROOT, Gateway, binaries, until
from test_c_unit import CODE, CUnit, presses, program  # noqa: F401  the fixture
from unit import ACKNOWLEDGEMENT, CANCEL, FAULT_BEGIN, STAGE, WELCOME, Unit, frame, press

REDIRECT = 0x06


@pytest.fixture
def other(tmp_path, pki):
    directory = tmp_path / "other"
    directory.mkdir()
    one = Gateway(directory, pki)
    one.add_officer()
    one.start()
    yield one
    assert one.stop() == 0, one.log()[-3000:]


def drain(officer, gateway, rate=1000):
    order = {"host": "localhost", "port": gateway.units_port, "units_per_second": rate}
    status, body, _ = officer.request("PUT", "/v1/drain", order)
    assert (status, body["draining"]) == (200, True), body


def left(gateway) -> int:
    return gateway.officer().get("/v1/drain")["left"]


def test_the_c_unit_is_moved_with_a_press_pending_and_back(gateway, other, program):  # noqa: F811
    officer = gateway.officer()
    drain(officer, other)
    unit = CUnit(program, gateway, "--press", "police", "--hold", "--timeout", "30")
    # Served first, where it came; then moved.
    unit.says("stored boot 1 counter 1")
    until(lambda: left(other) == 1, "the unit is at the other gateway")
    assert (presses(gateway), presses(other)) == (1, 0)
    assert officer.counters()["links_closed_redirected"] == 1 and officer.get("/v1/drain")["redirected"] == 1
    # A press just when it is moved back is stored once, wherever it came.
    status, _, _ = officer.request("DELETE", "/v1/drain", {})
    assert status == 204
    unit.process.send_signal(signal.SIGUSR1)
    drain(other.officer(), gateway)
    unit.says("stored boot 1 counter 2", 15)
    until(lambda: left(gateway) == 1, "the unit is back", 15)
    assert presses(gateway) + presses(other) == 2
    unit.process.terminate()
    unit.process.wait()


def test_the_simulator_is_moved_in_the_middle_of_presses(gateway, other):
    field = subprocess.Popen(
        [
            binaries() / "sos-simulator", "run", "--connect", f"localhost:{gateway.units_port}", "--pki", gateway.pki,
            "--registry", ROOT / "Config/registry.demo.yaml", "--seed", "11", "--presses", "80", "--press-every", "0.08",
            "--timeout", "20",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    officer = gateway.officer()
    until(lambda: officer.counters()["presses_stored"] >= 8, "presses at the first gateway", 20)
    units = left(gateway)
    assert units >= 24
    drain(officer, other, rate=40)
    until(lambda: left(gateway) == 0, "the first gateway is empty", 20)
    output, _ = field.communicate(timeout=60)
    assert field.returncode == 0 and "Nothing lost: 80 presses" in output, output[-3000:]
    assert "UNABLE" not in output and "LOST" not in output, output[-3000:]
    here, there = gateway.officer().counters(), other.officer().counters()
    assert here["presses_stored"] + there["presses_stored"] == 80 and there["presses_stored"] > 0
    assert (here["links_closed_redirected"], here["links_closed_peer"], here["links_closed_goodbye"]) == (units, 0, 0)


class Path:
    """One of a unit's connections, which shows its token and says its path."""

    def __init__(self, gateway, name, number, boot, token=b""):
        files = [gateway.pki / f"units/{name}{end}" for end in (".pem", ".key")]
        self.unit = Unit(gateway.units_port, *files, gateway.pki / "ca.pem")
        fixed = struct.pack(">BBBBIIIQ", 1, 0, 0, number, boot, 1, 1 << 15, 0)
        self.unit.send(frame(0x01, fixed + bytes([len(name)]) + name.encode() + bytes([len(token)]) + token))
        welcome = self.unit.until(WELCOME)
        self.token = welcome[21 : 21 + welcome[20]]

    def reset(self):
        """The network breaks: what is under way is lost."""
        self.unit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.unit.socket.close()


def answered(path, counter) -> bool:
    """Whether the gateway answered the message, at last."""
    path.unit.socket.settimeout(5)
    while (found := path.unit.receive()) is not None:
        place = {STAGE: 12, ACKNOWLEDGEMENT: 4}.get(found[0])
        if place is not None and struct.unpack(">I", found[1][place : place + 4])[0] == counter:
            return True
    return False


def test_one_of_two_paths_is_reset_at_random_and_nothing_is_lost(gateway):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    name, boot = "AST-0005", 3
    paths = [Path(gateway, name, number + 1, boot) for number in range(2)]
    pressed, resumed = 0, 0
    for counter in range(1, 41):
        time = struct.pack(">IIQ", boot, counter, 0)
        kind = chance.choice([PRESS_KIND, CANCEL, FAULT_BEGIN]) if pressed else PRESS_KIND
        message = {
            PRESS_KIND: press(boot, counter),
            CANCEL: frame(CANCEL, struct.pack(">IIIQ", boot, counter, 1, 0)),
            FAULT_BEGIN: frame(FAULT_BEGIN, time + struct.pack(">IB", 0, 4)),
        }[kind]
        pressed += kind == PRESS_KIND
        lost = chance.randrange(2)
        breaks = chance.random() < 0.5
        if breaks:
            # Before, in the middle of, or behind the frame, on the path that carries it.
            paths[lost].unit.send(message[: chance.choice([0, 5, len(message)])])
            paths[lost].reset()
            paths[1 - lost].unit.send(message)
        else:
            for path in paths:
                path.unit.send(message)
        assert answered(paths[1 - lost], counter), f"seed {seed}: {counter}"
        if breaks:
            old = paths[lost].token
            # The other path's token is not this one's, and a wrong one costs nothing.
            shown = chance.choice([old, old, paths[1 - lost].token])
            paths[lost] = Path(gateway, name, lost + 1, boot, shown)
            assert (paths[lost].token == old) == (shown == old), f"seed {seed}: {counter}"
            resumed += shown == old
    officer = gateway.officer()
    counters = officer.counters()
    assert counters["presses_stored"] == pressed, f"seed {seed}"
    assert counters["links_resumed"] == resumed > 0, f"seed {seed}"
    assert officer.get("/v1/drain")["left"] == 2
    for path in paths:
        path.unit.close()


PRESS_KIND = 0x10
