"""The wall clock is set while the gateway runs: order, deadlines, sessions and stages stand; consoles are told."""

import sys

import pytest
from gateway import ROOT, Gateway, until
from unit import HEARTBEAT_FRAME, connect, press

sys.path.append(str(ROOT / "Tests/Faults"))
from faults import Shim  # noqa: E402
from stream import Stream  # noqa: E402


@pytest.mark.parametrize("hours", [1, -1, 24, -24])
def test_a_step_breaks_nothing_and_is_told(tmp_path, pki, hours):
    gateway = Gateway(tmp_path, pki)
    gateway.add_officer()
    shim = Shim(tmp_path, tmp_path / "data/journal")
    gateway.environment = shim.environment
    gateway.start()
    officer = gateway.officer()
    stream = Stream(gateway)
    unit, silent = connect(gateway), connect(gateway, "AST-0002")
    unit.send(press(1, 1))
    alert, _ = unit.until_stage("stored")

    shim.set_wall(3600 * hours)
    warning = stream.warning("clock_stepped")
    assert warning["active"] and ("forward" if hours > 0 else "back") in warning["detail"]

    # Links stay up: their deadlines are monotonic. So do sessions: the old cookie and the old stream still serve.
    for one in (unit, silent):
        one.send(HEARTBEAT_FRAME)
    unit.send(press(1, 2))
    assert unit.until_stage("stored")[1] == 2
    shown = officer.callers_alerts()
    assert len(shown) == 1 and shown[0]["press_count"] == 2
    before = shown[0]["sequence"]
    status, claimed = officer.act(alert, "claim")
    assert status == 200
    # Order is by sequence, whatever the clocks say; stages never go back in time for the unit.
    assert int(claimed["sequence"]) > int(before)
    unit.until_stage("answered")
    assert officer.act(alert, "dispatch")[0] == 200
    unit.until_stage("dispatched")
    counters = officer.counters()
    assert counters["clock_steps"] == 1
    assert counters["links_closed_silent"] == 0 and counters["links_closed_write_stalled"] == 0

    # A restart under the new time reads the old records and goes on behind them.
    gateway.kill()
    gateway.start()
    assert [one["press_count"] for one in gateway.officer().callers_alerts()] == [2]
    if hours < 0:
        # The certificates, made just now, are not valid yet by that clock: nobody could connect before it is right.
        shim.set_wall(0)
    unit = connect(gateway)
    for counter in (1, 2, 3):
        unit.send(press(1, counter))
        while unit.until_stage("stored")[1] != counter:
            pass
    again = until(lambda: gateway.officer().callers_alerts(), "the alert")
    assert [one["press_count"] for one in again] == [3] and int(again[0]["sequence"]) > int(claimed["sequence"])
    assert gateway.stop() == 0
