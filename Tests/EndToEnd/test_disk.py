"""A disk that refuses: nothing is acknowledged that is not stored, and the next life has everything that was."""

import resource

from gateway import until
from unit import STAGE, STAGES, connect, press


def stored_counters(unit) -> list[int]:
    """Counters of the presses that the gateway called stored until it closed."""
    counters = []
    while (found := unit.receive()) is not None:
        kind, body = found
        if kind == STAGE and STAGES[body[24]] == "stored":
            counters.append(int.from_bytes(body[12:16], "big"))
    return counters


def test_no_press_is_called_stored_once_the_disk_refuses(gateway):
    unit = connect(gateway)
    for counter in range(1, 25):
        unit.send(press(1, counter))
        unit.until_stage("stored")
    # From here on no file of the daemon may grow or be written behind its first 64 KiB, which the journal has passed.
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
    unit.send(press(1, 25) + press(1, 26))
    assert stored_counters(unit) == []
    assert gateway.process.wait(timeout=30) == 74
    assert "nothing is acknowledged any more" in gateway.log()

    gateway.start()
    again = connect(gateway)
    for counter in (24, 25, 26):
        again.send(press(1, counter))
        # The welcome back repeats the stage of the open alert; only the answer names this press.
        while again.until_stage("stored")[1] != counter:
            pass
    alerts = until(lambda: gateway.officer().open_alerts("astana"), "the alert")
    # On a slow machine the unit may have been away for its reporting time.
    alerts = [alert for alert in alerts if not alert["technical"]]
    assert len(alerts) == 1 and alerts[0]["press_count"] == 26
