"""`sos-simulator conform`: the gateway and the C unit pass, and who breaks one clause fails just that one."""

import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess

import pytest
from authority import write_list
from between import Between, Change
from gateway import ROOT, Gateway, binaries, free_port
from test_c_unit import program  # noqa: F401  the fixture

SECONDS = 240
REVOKED = "ALA-0002"
# The long form, half a minute more, also waits for what a unit does that was turned away (U42).
QUICK = [] if os.environ.get("SOSGATEWAY_LONG") else ["--quick"]


def conform(*options) -> dict:
    """A run of the kit: its table; the exit code must fit it."""
    ended = subprocess.run(
        [binaries() / "sos-simulator", "conform", "--json", *options], capture_output=True, text=True, timeout=SECONDS
    )
    assert ended.stdout, ended.stderr
    table = json.loads(ended.stdout)
    assert ended.returncode == (1 if table["failed"] else 0), ended
    return {row["clause"]: row for row in table["clauses"]}


def failures(table: dict) -> dict:
    return {clause: (row["expected"], row["came"]) for clause, row in table.items() if row["verdict"] == "fail"}


def untested(table: dict) -> set:
    return {clause for clause, row in table.items() if row["verdict"] == "not tested"}


def judge_gateway(pki, port, unit, *options) -> dict:
    files = ["--cert", pki / f"units/{unit}.pem", "--key", pki / f"units/{unit}.key", "--ca", pki / "ca.pem"]
    return conform("--connect", f"127.0.0.1:{port}", "--unit", unit, *files, *options)


@pytest.fixture
def revoking(tmp_path, pki):
    """A gateway that has a unit's certificate revoked."""
    write_list(tmp_path / "units.crl", pki, 1, [pki / f"units/{REVOKED}.pem"])
    one = Gateway(tmp_path, pki, units_extra=f"  tls:\n    crls: [{tmp_path}/units.crl]")
    one.add_officer()
    one.start()
    yield one
    assert one.stop() == 0, one.log()[-3000:]


def test_the_gateway_conforms_and_without_leave_no_officer_is_alarmed(revoking):
    gateway = revoking
    stolen = ["--revoked-cert", gateway.pki / f"units/{REVOKED}.pem", "--revoked-key", gateway.pki / f"units/{REVOKED}.key"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        loud = pool.submit(judge_gateway, gateway.pki, gateway.units_port, "AST-0001", "--alarm", *stolen)
        quiet = pool.submit(judge_gateway, gateway.pki, gateway.units_port, "AST-0002")
        assert failures(loud.result()) == {} and untested(loud.result()) == set()
        assert failures(quiet.result()) == {} and untested(quiet.result()) == {"G30", "G39", "G40"}
    assert {alert["unit"] for alert in gateway.officer().open_alerts()} == {"AST-0001"}


class AnotherAlert(Change):
    """Answers a repeat with another alert number."""

    known: set = set()

    def frame(self, kind, body):
        if kind == 0x14:
            if body[8:16] in self.known:
                body = b"\x7f" + body[1:]
            self.known.add(body[8:16])
        return [(kind, body)]


class AnotherCode(Change):
    """Says version where the identity is wrong."""

    def frame(self, kind, body):
        return [(kind, b"\x00\xc8" + body[2:] if kind == 0x22 and body[:2] == b"\x00\xc9" else body)]


class NoTimeForPresses(Change):
    pressed = False

    def seen(self, data):
        self.pressed = self.pressed or (len(data) >= 36 and data[2] == 0x10)
        return b""

    def frame(self, kind, body):
        return [] if kind == 0x21 and self.pressed else [(kind, body)]


class RefusesUnknownTypes(Change):
    def seen(self, data):
        return b"\x00\x06\x22\x00\x00\xcd\x7f\x00\x00\x00" if data == b"\x00\x01\x7f\x00\x2a" else b""


class SlowHeartbeats(Change):
    def frame(self, kind, body):
        return [(kind, body[:2] + body[4:6] + body[4:] if kind == 0x02 else body)]


class SilentReplacement(Change):
    """Ends the older connection of a path with another reason."""

    path = 0

    def seen(self, data):
        if len(data) > 7 and data[2] == 0x01:
            self.path = data[7]
        return b""

    def frame(self, kind, body):
        return [(kind, b"\x00" if kind == 0x05 and body == b"\x06" and 1 <= self.path <= 3 else body)]


WRONG_GATEWAYS = {
    "G27": AnotherAlert, "G7": AnotherCode, "G35": NoTimeForPresses, "G15": RefusesUnknownTypes, "G6": SlowHeartbeats,
    "G37": SilentReplacement,
}

# A half-open link ends by the same goodbye.
ALSO = {"G37": {"G41"}}


def test_a_wrong_gateway_fails_the_clause_that_it_breaks(gateway):
    def judge(number, change):
        unit = f"AST-000{number}"
        between = Between(gateway.units_port, gateway.pki, unit, change, breaks_client=False)
        try:
            return judge_gateway(gateway.pki, between.port, unit)
        finally:
            between.close()

    with concurrent.futures.ThreadPoolExecutor(len(WRONG_GATEWAYS)) as pool:
        runs = {
            clause: pool.submit(judge, number + 1, change)
            for number, (clause, change) in enumerate(WRONG_GATEWAYS.items())
        }
        for clause, run in runs.items():
            assert set(failures(run.result())) == {clause} | ALSO.get(clause, set()), failures(run.result())


class ChangedRepeats(Change):
    presses = 0

    def frame(self, kind, body):
        if kind == 0x10:
            self.presses += 1
            if self.presses > 1:
                body = body[:15] + bytes([body[15] ^ self.presses]) + body[16:]
        return [(kind, body)]


class UnconfirmedStage(Change):
    def frame(self, kind, body):
        return [] if kind == 0x15 and body[8] == 4 else [(kind, body)]


class AnotherBoot(Change):
    def frame(self, kind, body):
        return [(kind, body[:4] + bytes([self.connection]) + body[5:] if kind == 0x01 else body)]


class NoHeartbeats(Change):
    def frame(self, kind, body):
        return [] if kind == 0x03 else [(kind, body)]


class HeartbeatFirst(Change):
    def frame(self, kind, body):
        return [(0x03, b"\x01\x62\xb9\x14\x00"), (kind, body)] if kind == 0x01 else [(kind, body)]


class NotPending(Change):
    def frame(self, kind, body):
        return [(kind, body[:2] + b"\x00" + body[3:] if kind == 0x01 else body)]


WRONG_UNITS = {
    "none": None, "U25": ChangedRepeats, "U31": UnconfirmedStage, "U5": AnotherBoot, "U8": NoHeartbeats,
    "U3": HeartbeatFirst, "U9": RefusesUnknownTypes, "U22": NotPending,
}

# The script that stands for a vendor's power switch.
POWER = """#!/bin/sh
[ -f pid ] && kill -9 "$(cat pid)"
"$@" < /dev/null >> unit.log 2>&1 &
echo $! > pid
"""


def judge_unit(program, pki: pathlib.Path, directory: pathlib.Path, unit: str, change) -> dict:  # noqa: F811
    directory.mkdir()
    port = free_port()
    between = change and Between(port, pki, unit, change, breaks_client=True)
    (directory / "power").write_text(POWER)
    command = [
        "/bin/sh", "power", program, "--connect", f"localhost:{between.port if between else port}",
        "--cert", pki / f"units/{unit}.pem", "--key", pki / f"units/{unit}.key", "--ca", pki / "ca.pem", "--unit", unit,
        "--store", "store", "--hold", "--timeout", str(SECONDS),
    ]
    subprocess.run(command, cwd=directory, check=True)
    at = f"cd {directory} && "
    other = "ALA-0001"
    try:
        return conform(
            "--listen", f"127.0.0.1:{port}", "--host", "localhost", "--ca", pki / "ca.pem",
            "--cert", pki / "gateway.pem", "--key", pki / "gateway.key",
            "--decoy-cert", pki / f"units/{other}.pem", "--decoy-key", pki / f"units/{other}.key",
            *QUICK, "--press-command", at + 'kill -USR1 "$(cat pid)"', "--restart-command", at + " ".join(map(str, command)),
        )
    finally:
        os.kill(int((directory / "pid").read_text()), signal.SIGKILL)
        if between:
            between.close()


def test_the_c_unit_conforms_and_a_wrong_one_fails_the_clause_that_it_breaks(program, pki, tmp_path):  # noqa: F811
    with concurrent.futures.ThreadPoolExecutor(len(WRONG_UNITS)) as pool:
        runs = {
            clause: pool.submit(judge_unit, program, pki, tmp_path / clause, f"AST-000{number + 1}", change)
            for number, (clause, change) in enumerate(WRONG_UNITS.items())
        }
        tables = {clause: run.result() for clause, run in runs.items()}
    for clause, table in tables.items():
        assert set(failures(table)) == {clause} - {"none"}, (clause, failures(table))
    # No packet is lost here, and the example has no fault to report.
    assert untested(tables["none"]) == {"U39", "U40"} | ({"U42"} if QUICK else set())


def test_wrong_usage():
    ended = subprocess.run([binaries() / "sos-simulator", "conform", "--cert", "a", "--key", "b", "--ca", "c"], check=False)
    assert ended.returncode == 64
