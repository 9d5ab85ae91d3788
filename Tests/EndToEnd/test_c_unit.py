"""The C unit library of Units/c over OpenSSL against a real gateway: pressed, killed, cut off, confirmed."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import threading

import pytest
from gateway import ROOT, until

sys.path.append(str(ROOT / "Tests/Vendor"))

CODE = {"done": 0, "not in time": 1, "wrong usage": 64}


@pytest.fixture(scope="session")
def program(tmp_path_factory) -> pathlib.Path:
    build = tmp_path_factory.mktemp("units-c")
    subprocess.run(["make", "-s", "-C", ROOT / "Units/c", f"BUILD={build}", "all"], check=True)
    return build / "sos-unit-example"


class CUnit:
    """One run of the example; its store lies beside the gateway's log."""

    def __init__(self, program, gateway, *options, name="AST-0001", certificate=None, host="localhost", port=None):
        certificate = certificate or name
        self.log = gateway.directory / f"c-unit-{name}.log"
        self.process = subprocess.Popen(
            [
                program, "--connect", f"{host}:{port or gateway.units_port}",
                "--cert", gateway.pki / f"units/{certificate}.pem", "--key", gateway.pki / f"units/{certificate}.key",
                "--ca", gateway.pki / "ca.pem", "--unit", name, "--store", gateway.directory / f"{name}.store", *options,
            ],
            stdout=open(self.log, "ab"), stderr=subprocess.STDOUT,
        )

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def says(self, text: str, seconds: float = 10):
        until(lambda: text in self.output(), f"the unit says {text!r}; it said:\n{self.output()}", seconds)

    def ends(self, code: int, seconds: float = 30):
        try:
            assert self.process.wait(timeout=seconds) == code, self.output()
        finally:
            self.process.kill()


def presses(gateway) -> int:
    return sum(alert["press_count"] for alert in gateway.officer().open_alerts())


def test_a_press_is_stored_and_every_stage_confirmed(gateway, program):
    unit = CUnit(program, gateway, "--press", "medical", "--until", "closed")
    unit.says("stage stored")
    officer = gateway.officer()
    [alert] = officer.open_alerts()
    assert (alert["unit"], alert["category"], alert["press_count"]) == ("AST-0001", "medical", 1)
    for action, stage in (("claim", "answered"), ("dispatch", "dispatched"), ("arrive", "arrived")):
        status, answer = officer.act(alert["id"], action)
        assert status == 200, (action, status, answer)
        unit.says(f"stage {stage}")
        until(lambda: officer.open_alerts()[0]["confirmed_stage"] == stage, f"{stage} is confirmed")  # noqa: B023
    status, answer = officer.act(alert["id"], "close", outcome="test")
    assert status == 200, (status, answer)
    unit.ends(CODE["done"])


def test_a_press_while_the_gateway_is_dead_arrives_once(gateway, program):
    unit = CUnit(program, gateway, "--press", "police", "--hold", "--timeout", "20")
    unit.says("stored boot 1 counter 1")
    gateway.kill()
    unit.says("waiting", 5)
    # Another unit presses into the void; it tries every 1 to 2 s.
    second = CUnit(program, gateway, "--press", "fire", name="AST-0002")
    second.says("connecting")
    gateway.start()
    second.ends(CODE["done"])
    unit.says("stored boot 1 counter 1")
    assert presses(gateway) == 2
    unit.process.terminate()
    unit.process.wait()


def test_a_press_survives_the_unit_and_arrives_once(gateway, program):
    gateway.kill()
    first = CUnit(program, gateway, "--press", "road", "--timeout", "2")
    first.ends(CODE["not in time"])
    # kill -9 while it tries again; the first press waits in the store with its old boot, a second one beside it.
    tried = first.output().count("connecting")
    second = CUnit(program, gateway, "--press", "police")
    until(lambda: second.output().count("connecting") > tried, "it tries to connect")
    second.process.kill()
    second.process.wait()
    gateway.start()
    last = CUnit(program, gateway)
    last.ends(CODE["done"])
    assert re.findall(r"^stored boot (\d) counter (\d)$", last.output(), re.M) == [("1", "1"), ("2", "1")]
    # Nothing is left: a further run sends nothing.
    CUnit(program, gateway).ends(CODE["done"])
    assert presses(gateway) == 2


def test_killed_in_the_middle_of_many_presses_each_arrives_once(gateway, program):
    for life in range(4):
        unit = CUnit(program, gateway, "--press", "police", name="AST-0003")
        unit.says(f"pressed boot {life + 1}")
        # Each life of the gateway ends somewhere between the press and its answer.
        gateway.kill()
        gateway.start()
        unit.ends(CODE["done"])
    assert presses(gateway) == 4


@pytest.mark.parametrize("host, certificate", [("127.0.0.1", "AST-0001"), ("localhost", "AST-0002")])
def test_names_are_checked_on_both_sides(gateway, program, host, certificate):
    unit = CUnit(program, gateway, "--press", "test", "--timeout", "4", host=host, certificate=certificate)
    if certificate == "AST-0001":
        unit.ends(CODE["done"])  # the address stands in the gateway's certificate
    else:
        unit.ends(CODE["not in time"])
        assert "unable 201 about type 0x01 byte" in unit.output()


def test_another_authority_is_not_trusted(gateway, program, tmp_path, pki):
    other = tmp_path / "other"
    subprocess.run([ROOT / "Scripts/dev-pki", other, ROOT / "Config/registry.demo.yaml"], check=True, capture_output=True)
    arguments = {"stranger": other, "known": pki}
    for name, directory in arguments.items():
        gateway.pki = directory if name == "stranger" else pki
        unit = CUnit(program, gateway, "--press", "test", "--timeout", "3")
        unit.ends(CODE["not in time" if name == "stranger" else "done"])
    assert "online" in unit.output()


class Recorder:
    """Stands between a unit and the gateway and keeps what passes, one segment a read."""

    def __init__(self, gateway, capture):
        self.capture = capture
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.gateway_port = gateway.units_port
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        unit, _ = self.listener.accept()
        gateway = socket.create_connection(("127.0.0.1", self.gateway_port))
        answers = threading.Thread(target=self.copy, args=(gateway, unit, False), daemon=True)
        answers.start()
        self.copy(unit, gateway, True)
        answers.join()

    def copy(self, source, sink, from_unit: bool):
        try:
            while data := source.recv(65536):
                with self.lock:
                    self.capture.stream(from_unit, data, 1400)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side is gone


@pytest.mark.parametrize("port", [7443, 9443])
def test_wireshark_reads_what_passes(gateway, program, tmp_path, port):
    from capture import Capture
    from dissector import frames

    recorder = Recorder(gateway, Capture(gateway_port=port))
    keys = tmp_path / "keys.log"
    unit = CUnit(program, gateway, "--press", "fire", "--keylog", keys, host="127.0.0.1", port=recorder.port)
    unit.ends(CODE["done"])
    recorder.thread.join(10)
    found = frames(recorder.capture.write(tmp_path / "tls.pcap"), "-o", f"tls.keylog_file:{keys}")
    assert [one["message"] for one in found[:2]] == ["hello", "press"]
    assert {"welcome", "stage", "stageConfirm", "goodbye"} <= {one["message"] for one in found}
    assert not [one for one in found if "expert" in one]
    assert (found[0]["hello.unit_id"], found[0]["hello.flags.press_pending"]) == ("AST-0001", "1")
    assert (found[1]["boot"], found[1]["counter"], found[1]["press.category"]) == ("1", "1", "3")


def test_wrong_usage(program):
    ended = subprocess.run([program, "--press", "nothing"], capture_output=True, text=True, env=os.environ)
    assert ended.returncode == CODE["wrong usage"] and "usage: sos-unit-example" in ended.stderr
