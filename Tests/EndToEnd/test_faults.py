"""A disk that fails in a living gateway: what units, consoles, the log and whoever started the daemon are told."""

import errno
import shutil
import sys
import threading

import pytest
from gateway import ROOT, Gateway, until
from unit import GOODBYE, STAGE, STAGES, UNABLE, connect, press

sys.path.append(str(ROOT / "Tests/Faults"))
from faults import FAILED, SYNCS_AFTER, WRITES_AFTER, Shim  # noqa: E402
from stream import Stream  # noqa: E402

CANNOT_STORE = 207
GATEWAY_STOPPING = 5


@pytest.fixture
def faulty(tmp_path, pki):
    """A gateway whose journal's disk does what its shim is told."""
    one = Gateway(tmp_path, pki)
    one.add_officer()
    one.shim = Shim(tmp_path, tmp_path / "data/journal")
    one.environment = one.shim.environment
    one.start()
    yield one
    if one.process.poll() is None:
        one.kill()


def last_words(unit) -> tuple[list[int], list[tuple[int, bytes]]]:
    """Counters called stored, and everything else, until the gateway closed."""
    stored, others = [], []
    while (found := unit.receive()) is not None:
        kind, body = found
        if kind == STAGE and STAGES[body[24]] == "stored":
            stored.append(int.from_bytes(body[12:16], "big"))
        else:
            others.append(found)
    return stored, others


def assert_told_to_go_elsewhere(words):
    assert [(UNABLE, CANNOT_STORE), (GOODBYE, GATEWAY_STOPPING)] == [
        (kind, int.from_bytes(body[: 2 if kind == UNABLE else 1], "big")) for kind, body in words
    ]


def assert_ended_in_failure(gateway, stream):
    assert gateway.process.wait(timeout=30) == 74
    assert "nothing is acknowledged any more" in gateway.log()
    warning = stream.warning("not_storing")
    assert warning["active"] and "journal" in warning["detail"] or "segment" in warning["detail"]


def assert_next_life_has(gateway, stored: int, repeated: tuple[int, ...], count: int):
    """After a restart on a disk that works: `stored` presses are there, the others are taken when they come again."""
    gateway.environment = {}
    gateway.start()
    officer = gateway.officer()
    before = officer.callers_alerts()
    assert len(before) == 1 and before[0]["press_count"] >= stored
    again = connect(gateway)
    for counter in repeated:
        again.send(press(1, counter))
        while again.until_stage("stored")[1] != counter:
            pass
    again.close()
    alerts = officer.callers_alerts()
    assert len(alerts) == 1 and alerts[0]["press_count"] == count
    assert gateway.stop() == 0


@pytest.mark.parametrize("fault", ["write", "sync"])
def test_eio_ends_the_journal_for_good(faulty, fault):
    stream = Stream(faulty)
    unit, bystander = connect(faulty), connect(faulty, "AST-0002")
    for counter in range(1, 6):
        unit.send(press(1, counter))
        unit.until_stage("stored")
    (faulty.shim.fail_write if fault == "write" else faulty.shim.fail_sync)(errno.EIO)
    unit.send(press(1, 6) + press(1, 7))
    for one in (unit, bystander):
        stored, words = last_words(one)
        assert stored == []
        assert_told_to_go_elsewhere(words)
    assert_ended_in_failure(faulty, stream)
    # The next call would have succeeded: nobody may have made it.
    assert faulty.shim[FAILED] == 1
    assert faulty.shim[WRITES_AFTER] == faulty.shim[SYNCS_AFTER] == 0
    on_segments = [call for call in faulty.shim.calls() if call[1].startswith("journal-")]
    assert on_segments[-1][2] == errno.EIO and all(error == 0 for _, _, error in on_segments[:-1])
    assert_next_life_has(faulty, stored=5, repeated=(5, 6, 7), count=7)


def test_every_press_that_meets_the_failure_is_unanswered(faulty):
    """Many units press when the sync fails: none of them hears `stored` for what is not."""
    units = [connect(faulty, f"AST-{number:04}") for number in range(1, 7)]
    stored: dict[int, list[int]] = {}

    def press_until_the_end(number, unit):
        stored[number] = []
        for counter in range(1, 10_000):
            try:
                unit.send(press(1, counter))
                while (found := unit.receive()) is not None and found[0] != STAGE:
                    pass
            except OSError:
                return
            if found is None:
                return
            stored[number].append(counter)

    threads = [threading.Thread(target=press_until_the_end, args=pair) for pair in enumerate(units)]
    for thread in threads:
        thread.start()
    until(lambda: all(len(stored.get(number, [])) > 5 for number in range(len(units))), "every unit stored", 30)
    faulty.shim.fail_sync(errno.EIO)
    for thread in threads:
        thread.join(timeout=30)
    assert faulty.process.wait(timeout=30) == 74
    faulty.environment = {}
    faulty.start()
    counts = {alert["unit"]: alert["press_count"] for alert in faulty.officer().callers_alerts()}
    for number in range(len(units)):
        name = f"AST-{number + 1:04}"
        # Acknowledged ones are there; at most the one under way is more.
        assert 0 <= counts[name] - len(stored[number]) <= 1
    assert faulty.stop() == 0


def test_a_slow_disk_only_slows(faulty):
    stream = Stream(faulty)
    quiet = connect(faulty, "AST-0002")
    unit = connect(faulty)
    faulty.shim.slow_syncs(0.2)
    for counter in range(1, 13):
        unit.send(press(1, counter))
        unit.until_stage("stored")
    warning = stream.warning("disk_slow", seconds=15)
    assert warning["active"]
    # The page that opens now is told, too.
    late = Stream(faulty)
    assert late.warning("disk_slow")["active"]
    counters = faulty.officer().counters()
    assert counters["journal_syncs_slow"] >= 12
    assert counters['journal_sync_seconds_bucket{le="0.2"}'] <= counters["journal_sync_seconds_count"] - 12
    assert counters["presses_stored"] == 12 and counters["warnings_raised"] == 1
    # Commands and other units go on, if slowly; nothing is doubled.
    quiet.send(press(1, 1))
    quiet.until_stage("stored")
    alerts = {alert["unit"]: alert for alert in faulty.officer().callers_alerts()}
    assert alerts["AST-0001"]["press_count"] == 12
    assert faulty.officer().act(alerts["AST-0001"]["id"], "claim")[0] == 200

    faulty.shim.slow_syncs(0)
    deadline = threading.Event()
    for counter in range(13, 200):
        unit.send(press(1, counter))
        unit.until_stage("stored")
        if (last := stream.latest("disk_slow")) and not last["active"]:
            break
        deadline.wait(0.1)
    assert not stream.warning("disk_slow", active=False)["active"]
    assert "the journal's disk is slow" in faulty.log() and "over: the journal's disk is slow" in faulty.log()
    assert faulty.stop() == 0


def test_supervision_goes_on_while_the_disk_hangs(faulty):
    """A sync that does not come back: consoles hear of it while it lasts, heartbeats are still read."""
    stream = Stream(faulty)
    unit, beating = connect(faulty), connect(faulty, "AST-0002")
    unit.send(press(1, 1))
    unit.until_stage("stored")
    officer = faulty.officer()
    before = officer.counters()["heartbeats_received"]
    faulty.shim.slow_syncs(4)
    unit.send(press(1, 2))
    assert stream.warning("disk_slow", seconds=3.5)["active"]
    from unit import HEARTBEAT_FRAME

    beating.send(HEARTBEAT_FRAME)
    until(lambda: officer.counters()["heartbeats_received"] > before, "the heartbeat read")
    faulty.shim.slow_syncs(0)
    assert unit.until_stage("stored")[1] == 2
    assert faulty.stop() == 0


def test_a_removed_journal_directory_takes_nothing_acknowledged_elsewhere(faulty):
    """The files are open: the gateway goes on storing into them until it needs a name, and a restart says what is gone."""
    unit = connect(faulty)
    unit.send(press(1, 1))
    unit.until_stage("stored")
    shutil.move(faulty.directory / "data/journal", faulty.directory / "moved")
    unit.send(press(1, 2))
    unit.until_stage("stored")
    faulty.kill()
    # What was acknowledged is where the directory went.
    shutil.move(faulty.directory / "moved", faulty.directory / "data/journal")
    assert_next_life_has(faulty, stored=2, repeated=(1, 2), count=2)


def test_a_journal_deleted_under_the_gateway_is_missed_loudly(faulty):
    unit = connect(faulty)
    unit.send(press(1, 1))
    unit.until_stage("stored")
    until(lambda: "AST-0001" in str(faulty.officer().callers_alerts()), "the alert")
    shutil.rmtree(faulty.directory / "data/journal")
    assert faulty.stop() == 0
    faulty.environment = {}
    faulty.start()
    assert "the history knows records that the journal does not" in faulty.log()
    assert faulty.stop() == 0
