"""Commands to units: given by the API, done by a unit, told to consoles, in the journal and in the audit record."""

import json
import sqlite3
import struct

from gateway import until
from unit import COMMAND, COMMAND_RESULT, connect, frame

ALL = 0xFFFF
SIREN, CONFIGURE = 1, 9
DONE, STARTED, FAILED = 1, 2, 4
PATH = "/v1/units/AST-0001/commands"


def give(officer, unit: str = "AST-0001", **body):
    return officer.request("POST", f"/v1/units/{unit}/commands", body)[:2]


def listed(officer, number: str) -> dict:
    return next(one for one in officer.get(PATH)["commands"] if one["id"] == number)


def offline(officer):
    """Waits until the gateway knows that the unit is gone."""
    units = lambda: officer.get("/v1/centres/astana/units")["units"]  # noqa: E731
    until(lambda: not next(one for one in units() if one["id"] == "AST-0001")["online"], "the unit to be offline")


def state_is(officer, number: str, state: str) -> dict:
    return until(lambda: (one := listed(officer, number))["state"] == state and one, f"command {number} to be {state}")


def result(number: int, status: int, value: int = 0, detail: str = "") -> bytes:
    text = detail.encode()
    return frame(COMMAND_RESULT, struct.pack(">QIBH", number, value, status, len(text)) + text)


def command(unit) -> tuple[int, int, int, bytes]:
    """The next command: number, seconds, kind, arguments."""
    body = unit.until(COMMAND)
    number, seconds, kind, _ = struct.unpack(">QHBB", body[:12])
    return number, seconds, kind, body[12:]


def test_commands_section_4_acknowledgement_timeout_role_check_and_audit_record(gateway):
    officer = gateway.officer()
    unit = connect(gateway, capabilities=ALL)
    status, given = give(officer, kind="siren", seconds=30)
    assert (status, given["state"], given["officer"], given["seconds"]) == (200, "sent", "aigerim", 30)
    number, seconds, kind, arguments = command(unit)
    assert (str(number), kind, arguments) == (given["id"], SIREN, struct.pack(">H", 30))
    assert 10 <= seconds <= 15

    # Acknowledged in two steps, and told.
    unit.send(result(number, STARTED))
    state_is(officer, given["id"], "started")
    unit.send(result(number, DONE, detail="sounded"))
    done = state_is(officer, given["id"], "done")
    assert done["over"] and done["detail"] == "sounded"

    # What is not answered is over in its time.
    _, lost = give(officer, kind="beacon", seconds=1, timeout_seconds=1)
    assert state_is(officer, lost["id"], "timed_out")["over"]

    # A unit that is away gets it when it comes; kill -9 in between loses nothing.
    unit.close()
    offline(officer)
    _, waiting = give(officer, kind="configure", key="apn.password", value="hunter2", timeout_seconds=120)
    assert waiting["state"] == "waiting" and "value" not in waiting
    gateway.kill()
    gateway.start()
    officer = gateway.officer()
    assert listed(officer, waiting["id"])["state"] == "waiting"
    unit = connect(gateway, boot=2, capabilities=ALL)
    number, _, kind, arguments = command(unit)
    assert (str(number), kind) == (waiting["id"], CONFIGURE)
    assert arguments == bytes([12]) + b"apn.password" + struct.pack(">H", 7) + b"hunter2"
    unit.send(result(number, FAILED, detail="read only"))
    assert state_is(officer, waiting["id"], "failed")["detail"] == "read only"

    # Who may: an officer sounds a siren and changes no setting; nobody else's unit.
    gateway.add_officer("bolat", role="officer")
    gateway.add_officer("dana", centres=("almaty",))
    bolat = gateway.officer("bolat")
    assert give(bolat, kind="siren", seconds=1)[0] == 200
    assert give(bolat, kind="configure", key="apn.password", value="hunter2")[1]["reason"] == "supervisors_only"
    assert give(gateway.officer("dana"), kind="siren", seconds=1)[1]["reason"] == "not_your_centre"
    with sqlite3.connect(f"file:{gateway.directory}/data/accounts.sqlite?mode=ro", uri=True) as accounts:
        audit = accounts.execute("SELECT officer, allowed, detail FROM audit WHERE act = 'unit-command'").fetchall()
    assert ("aigerim", 1, f"siren to AST-0001, command {given['id']}") in audit
    assert any(line[:2] == ("bolat", 0) and "supervisors_only" in line[2] for line in audit)
    assert any(line[0] == "dana" and line[1] == 0 for line in audit)

    # On record, without the secret.
    dump = gateway.sosctl("journal", "dump", "--json").stdout
    assert "hunter2" not in dump and "hunter2" not in gateway.log()
    kinds = {json.loads(line)["kind"] for line in dump.splitlines()}
    assert {"unit_commanded", "unit_command_answered"} <= kinds


def test_a_unit_is_not_asked_for_what_it_cannot(gateway):
    officer = gateway.officer()
    unit = connect(gateway)
    assert give(officer, kind="siren", seconds=1)[1]["reason"] == "unit_not_capable"
    assert give(officer, "AST-9999", kind="siren", seconds=1)[1]["reason"] == "unit_unknown"
    unit.close()
    offline(officer)
    _, waiting = give(officer, kind="volume", percent=50)
    connect(gateway, boot=2)
    state_is(officer, waiting["id"], "not_supported")
