"""Test calls with results, and units under maintenance: their faults call nobody, their presses always do."""

import struct
import time

from gateway import until
from unit import FAULT_BEGIN, PRESS, connect, frame, press

DOOR_OPEN, CAMERA_FAILED = 1, 8
TEST = 8


def fault_begins(counter: int, fault: int) -> bytes:
    return frame(FAULT_BEGIN, struct.pack(">IIQiB", 1, counter, int(time.time() * 1000), 0, fault))


def test_call(counter: int, failed: int) -> bytes:
    """A test call without a position and with results: bit 1 of the flags, the results in its high four bits."""
    return frame(
        PRESS, struct.pack(">IIQBBHiiI", 1, counter, int(time.time() * 1000), TEST, 2 | failed << 4, 0, 0, 0, 0)
    )


test_call.__test__ = False


def unit_of(officer, name: str = "AST-0001") -> dict:
    return next(one for one in officer.get("/v1/centres/astana/units")["units"] if one["id"] == name)


def faults_are(officer, faults: list[str]) -> dict:
    return until(lambda: (unit := unit_of(officer))["faults"] == faults and unit, f"faults {faults}")


def technical(officer) -> list[dict]:
    return [alert for alert in officer.open_alerts() if alert["technical"]]


def begin(officer, **body):
    return officer.request("POST", "/v1/maintenance", {"minutes": 60, "reason": "new mast"} | body)[:2]


def test_a_shelved_unit_with_a_fault_makes_no_alert_and_its_press_does(gateway):
    officer = gateway.officer()
    status, begun = begin(officer, unit="AST-0001")
    assert (status, begun["unit"], begun["reason"], begun["officer"]) == (200, "AST-0001", "new mast", "aigerim")
    assert unit_of(officer)["maintenance_ends_at"] == begun["ends_at"]

    unit = connect(gateway)
    unit.send(fault_begins(1, DOOR_OPEN))
    unit.send(test_call(2, CAMERA_FAILED))
    unit.until_stage("stored")
    assert faults_are(officer, ["door_open", "camera"])["last_test_at"]
    # Longer than an alert for them would take.
    time.sleep(1.5)
    assert officer.open_alerts() == []
    unit.send(press(1, 3))
    alert = str(unit.until_stage("stored")[0])
    assert [one["id"] for one in officer.open_alerts()] == [alert]
    assert not officer.open_alerts()[0]["technical"]

    # It outlives the process, and at its end what lasts calls.
    gateway.kill()
    gateway.start()
    officer = gateway.officer()
    assert officer.get("/v1/maintenance")["maintenance"] == [begun]
    status, _, _ = officer.request("DELETE", f"/v1/maintenance/{begun['id']}", {})
    assert status == 204
    assert officer.get("/v1/maintenance")["maintenance"] == []
    called = until(lambda: technical(officer), "an alert for what lasts")
    assert (called[0]["category"], called[0]["faults"]) == ("tamper", ["door_open", "camera"])
    assert unit_of(officer)["maintenance_ends_at"] is None
    # A test call that finds the camera well ends it.
    unit = connect(gateway, boot=2)
    unit.send(frame(PRESS, struct.pack(">IIQBBHiiI", 2, 1, int(time.time() * 1000), TEST, 2, 0, 0, 0, 0)))
    faults_are(officer, ["door_open"])
    assert len(technical(officer)) == 1


def test_only_supervisors_of_every_unit_may_and_only_for_what_exists(gateway):
    gateway.add_officer("bolat", role="officer")
    gateway.add_officer("dana", centres=("almaty",))
    assert begin(gateway.officer("bolat"), unit="AST-0001")[1]["reason"] == "supervisors_only"
    assert begin(gateway.officer("dana"), unit="AST-0001")[1]["reason"] == "not_your_centre"
    officer = gateway.officer()
    for body, reason in (
        ({"unit": "AST-9999"}, "no_such_unit"), ({"road": "M-0"}, "no_such_road"), ({}, "bad_body"),
        ({"unit": "AST-0001", "minutes": 50_000}, "bad_body"), ({"unit": "AST-0001", "reason": " "}, "reason_missing"),
    ):
        assert begin(officer, **body)[1]["reason"] == reason, body
    assert officer.request("DELETE", "/v1/maintenance/7", {})[1]["reason"] == "maintenance_unknown"
    status, begun = begin(officer, centre="almaty", minutes=1)
    assert (status, begun["centre"]) == (200, "almaty")
    assert gateway.officer("dana").get("/v1/maintenance")["maintenance"] == [begun]
