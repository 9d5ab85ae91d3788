"""Alerts that nobody claims: steps at their times, over kill -9 and a new start; the auditor's part is silent."""

import datetime
import time

from gateway import Gateway, until
from unit import connect, press

REGISTRY = """centres:
  - {id: astana, name: Astana, escalation_s: "4/6/20", neighbour: almaty, failover: karaganda}
  - {id: almaty, name: Almaty}
  - {id: karaganda, name: Karaganda}
units:
  - {id: AST-0001, centre: astana, place: "Bäiterek"}
"""


def seconds(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def start(directory, pki) -> Gateway:
    registry = directory / "registry.yaml"
    registry.write_text(REGISTRY)
    gateway = Gateway(directory, pki, registry=registry)
    gateway.add_officer()
    return gateway.start()


def raise_alert(gateway) -> str:
    unit = connect(gateway)
    unit.send(press(1, 1))
    alert, _ = unit.until_stage("stored")
    unit.close()
    return str(alert)


def test_steps_survive_kill_9_and_fire_once(tmp_path, pki):
    gateway = start(tmp_path, pki)
    try:
        alert = raise_alert(gateway)
        officer = gateway.officer()
        assert officer.act(alert, "shown")[0] == 204
        shown = until(lambda: (found := officer.get(f"/v1/alerts/{alert}"))["stage"] == "ringing" and found, "ringing")
        stored = seconds(shown["stored_at"])
        assert abs(seconds(shown["next_step_at"]) - stored - 4) < 0.1

        # Dead while the first step falls due: it is taken at once.
        gateway.kill()
        time.sleep(max(0.0, stored + 4.5 - time.time()))
        gateway.start()
        started = time.time()
        officer = gateway.officer()
        first = until(
            lambda: (found := officer.get(f"/v1/alerts/{alert}"))["escalation"] == "supervisors" and found,
            "the overdue step", 3,
        )
        assert time.time() - started < 1.5
        assert first["ring_count"] == 1 and first["centre"] == "astana"
        # A step has 5 s before the next, whatever was missed.
        due = seconds(first["next_step_at"])

        # Killed again before the second: it comes within a second of its time.
        gateway.kill()
        gateway.start()
        officer = gateway.officer()
        moved = until(
            lambda: (found := officer.get(f"/v1/alerts/{alert}"))["centre"] == "almaty" and found, "the second step", 15
        )
        assert -0.2 < time.time() - due < 1.5
        assert moved["former_centre"] == "astana" and moved["escalation"] == "neighbour" and moved["ring_count"] == 2
        assert [found["id"] for found in officer.open_alerts()] == [alert]

        # A claim ends it.
        assert officer.act(alert, "claim")[0] == 200
        assert officer.get(f"/v1/alerts/{alert}")["next_step_at"] is None
        counters = officer.counters()
        assert counters["audits_found"] == 0 and counters["escalations"] == 1
    finally:
        gateway.stop()


def test_shown_on_no_console(tmp_path, pki):
    gateway = start(tmp_path, pki)
    try:
        alert = raise_alert(gateway)
        pressed = time.time()
        officer = gateway.officer()
        # 4 s: by time. 5 s later nobody has shown it: at once to the neighbour, and on to the last centre.
        until(lambda: officer.get(f"/v1/alerts/{alert}")["centre"] == "almaty", "the neighbour", 12)
        until(lambda: officer.get(f"/v1/alerts/{alert}")["centre"] == "karaganda", "the last centre", 8)
        assert 12 < time.time() - pressed < 17
        # Past the last step, and still nobody looks: the auditor.
        found = until(
            lambda: (found := officer.get(f"/v1/alerts/{alert}"))["audit_count"] == 1 and found, "the auditor", 12
        )
        assert found["ring_count"] == 4
    finally:
        gateway.stop()
