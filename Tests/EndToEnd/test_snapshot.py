"""Snapshots of a real daemon: a start from one shows the same alerts, a damaged one does no harm, kill -9 neither."""

import random
import re
import sqlite3

import pytest
from gateway import Gateway, until
from unit import connect, press

# Segments of 1 MiB hold about 250 presses that come one by one.
# So many presses in so short a time would be told as a stuck button.
SMALL = "journal:\n  segment_mib: 1\nsupervision:\n  storm_presses: 0\n"


@pytest.fixture
def gateway(tmp_path, pki):
    one = Gateway(tmp_path, pki, extra=SMALL)
    one.add_officer()
    one.start()
    yield one
    if one.process.poll() is None:
        assert one.stop() == 0, one.log()[-3000:]


def snapshots(gateway) -> list:
    return sorted((gateway.directory / "data/journal").glob("snapshot-*.state"))


def history_knows(gateway) -> int:
    """The last sequence in the history: it is written a moment behind, and a start goes no further than it."""
    with sqlite3.connect(f"file:{gateway.directory}/data/history.sqlite?mode=ro", uri=True, timeout=10) as database:
        return database.execute("SELECT last_sequence FROM progress").fetchone()[0]


def started_from(gateway) -> int:
    """The sequence of the snapshot that the latest start began with; 0 for none."""
    return int(re.findall(r'snapshot_sequence\W+(\d+)', gateway.log())[-1])


def fill(unit, counters):
    for counter in counters:
        unit.send(press(1, counter))
        while unit.until_stage("stored")[1] != counter:
            pass


def seen(gateway) -> list:
    return sorted((alert["id"], alert["press_count"]) for alert in gateway.officer().open_alerts())


def test_a_start_from_a_snapshot_shows_the_same_alerts(gateway):
    unit = connect(gateway)
    fill(unit, range(1, 600))
    until(lambda: len(snapshots(gateway)) == 2, "two snapshots")
    before = until(lambda: seen(gateway), "an alert")
    newest = int(re.findall(r"\d+", snapshots(gateway)[-1].name)[0])
    until(lambda: history_knows(gateway) >= newest, "the history behind the snapshot")
    gateway.kill()
    gateway.start()
    assert started_from(gateway) == newest
    assert seen(gateway) == before
    # A press from before the snapshot is still known for what it is.
    again = connect(gateway)
    fill(again, [1, 599])
    assert seen(gateway) == before

    # The newest is damaged: the older one serves. Both are: the journal alone does.
    for damaged in (1, 2):
        former = started_from(gateway)
        gateway.kill()
        found = snapshots(gateway)[-damaged:]
        for file in found:
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
        gateway.start()
        assert (0 < started_from(gateway) < former) if damaged == 1 else started_from(gateway) == 0
        assert all(file.with_name(file.name + ".refused").exists() for file in found)
        assert seen(gateway) == before
        until(lambda: len(snapshots(gateway)) == 3 - damaged, "the archivist's next snapshot")


def test_kill_9_at_any_moment_of_a_snapshot_loses_nothing(gateway):
    chance = random.Random(20_261_121)
    counter = 0
    for _ in range(6):
        unit = connect(gateway)
        # The segment that fills somewhere in here starts a snapshot; the daemon dies within its first milliseconds.
        until_new = len(list((gateway.directory / "data/journal").glob("*.segment")))
        while len(list((gateway.directory / "data/journal").glob("*.segment"))) == until_new:
            counter += 1
            fill(unit, [counter])
        for _ in range(chance.randrange(8)):
            counter += 1
            fill(unit, [counter])
        gateway.kill()
        gateway.start()
    alerts = gateway.officer().open_alerts("astana")
    assert [alert["press_count"] for alert in alerts] == [counter]
    until(lambda: len(snapshots(gateway)) == 2, "two snapshots")
