"""sosctl journal on a journal that the real daemon wrote: nothing changed goes unnoticed, nothing readable is lost."""

import json
import os
import random
import shutil
import subprocess

import pytest
from gateway import binaries, until
from unit import connect, press

SEED = 20_261_121
UNITS = ("AST-0001", "AST-0002", "AST-0003")
PRESSES = 12


def sosctl(*arguments, code=0) -> str:
    done = subprocess.run([binaries() / "sosctl", "journal", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, f"exit {done.returncode}, wanted {code}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def dump(directory, *arguments, code=0) -> list[dict]:
    return [json.loads(line) for line in sosctl("dump", directory, *arguments, "--json", code=code).splitlines()]


def verify(directory, *arguments, code=0) -> dict:
    return json.loads(sosctl("verify", directory, *arguments, "--json", code=code))


@pytest.fixture
def written(gateway):
    """A gateway that stored presses of three units; what they sent, and the alerts."""
    sent, alerts = [], set()
    for number, name in enumerate(UNITS):
        unit = connect(gateway, name)
        for counter in range(1, PRESSES + 1):
            unit.send(press(1, counter, category=1 + number))
            sent.append((name, 1, counter, ("police", "medical", "fire")[number]))
            while True:
                alert, stored = unit.until_stage("stored")
                if stored == counter:
                    break
            alerts.add(str(alert))
        unit.close()
    return gateway, sent, alerts


def copy(gateway, tmp_path):
    target = tmp_path / "copy"
    shutil.copytree(gateway.directory / "data/journal", target)
    return target


def test_verify_dump_and_stats_beside_a_running_daemon(written, tmp_path):
    gateway, sent, alerts = written
    journal = gateway.directory / "data/journal"
    good = verify(journal)
    assert good["verdict"] == "good" and good["daemon_runs"] and good["findings"] == []
    # By the configuration as by the directory, and the printed value holds later.
    assert verify("--config", gateway.config_path, "--expect", good["chain"])["verdict"] == "good"
    unit = connect(gateway)
    unit.send(press(2, 1))
    unit.until_stage("stored")
    later = verify(journal, "--expect", good["chain"])
    assert later["verdict"] == "good" and later["records"] > good["records"]
    sequence, value = good["chain"].split(":")
    assert verify(journal, "--expect", f"{sequence}:{'0' * 64}", code=65)["expected"][0]["matches"] is False

    presses = dump(journal, "--kind", "press", "--to", good["last"]["sequence"])
    fields = [one["fields"] for one in presses]
    assert [(f["unit"], f["boot"], f["counter"], f["category"]) for f in fields] == sent
    assert {str(one["sequence"]) for one in presses} >= alerts
    assert all(one["fields"]["latitude"] == 51.128258 for one in presses)
    text = sosctl("dump", journal, "--kind", "press", "--from", presses[3]["sequence"], "--to", presses[3]["sequence"])
    assert text.count("\n") == 1 and "unit=AST-0001 boot=1 counter=4 category=police" in text

    stats = json.loads(sosctl("stats", journal, "--json"))
    assert stats["kinds"]["press"] == len(sent) + 1 and stats["records"] == later["last"]["sequence"]
    assert sum(stats["days"].values()) == stats["records"] and 0 < stats["padding_share"] < 1
    assert "padding" in sosctl("stats", journal)


def named(offset: int, records: list[dict], last: int) -> int:
    """The record that a changed byte is to be named after."""
    if offset < 4096:
        return records[0]["sequence"]
    for record in records:
        # The header of a batch stands before its first record.
        start = record["offset"] - (96 if record["offset"] % 4096 == 96 else 0)
        if start <= offset < record["offset"] + record["bytes"]:
            return record["sequence"]
        if offset < start:
            return record["sequence"] - 1
    end = records[-1]["offset"] + records[-1]["bytes"]
    return last if offset < -(-end // 4096) * 4096 else last + 1


def test_one_flipped_bit_anywhere_is_found_and_named(written, tmp_path):
    gateway, _, _ = written
    assert gateway.stop() == 0
    directory = copy(gateway, tmp_path)
    records = dump(directory)
    segment = directory / records[0]["file"]
    assert {one["file"] for one in records} == {segment.name}
    end = records[-1]["offset"] + records[-1]["bytes"]
    # The whole segment takes 64 MiB; what is written is at its beginning, and most places are there.
    chance = random.Random(SEED)
    places = [chance.randrange(end + 4096) for _ in range(90)] + [chance.randrange(1 << 26) for _ in range(10)]
    with open(segment, "r+b") as file:
        for place in places:
            bit = 1 << chance.randrange(8)
            original = os.pread(file.fileno(), 1, place)
            os.pwrite(file.fileno(), bytes([original[0] ^ bit]), place)
            # The last batch may as well have been torn; nothing else may.
            last_batch = max(one["offset"] for one in records if one["offset"] % 4096 == 96) - 96
            done = subprocess.run(
                [binaries() / "sosctl", "journal", "verify", directory, "--json"], capture_output=True, text=True
            )
            shown = f"seed {SEED}, byte {place}, bit {bit}: exit {done.returncode}\n{done.stdout}{done.stderr}"
            assert done.returncode == 65 or done.returncode == 1 and place >= last_batch, shown
            first = json.loads(done.stdout)["findings"][0]
            assert first["file"] == segment.name and first["offset"] <= place, shown
            assert first["sequence"] == named(place, records, records[-1]["sequence"]), shown
            os.pwrite(file.fileno(), original, place)
    assert verify(directory)["verdict"] == "good"


def test_the_gateway_starts_with_what_was_salvaged(written, tmp_path):
    gateway, sent, alerts = written
    journal = gateway.directory / "data/journal"
    assert "in use" in subprocess.run(
        [binaries() / "sosctl", "journal", "salvage", journal, "--to", tmp_path / "new"], capture_output=True, text=True
    ).stderr
    assert gateway.stop() == 0
    records = dump(journal)
    presses = [one for one in records if one["kind"] == "press"]
    # A repeat's record goes, and with it half of the block behind it; every alert was raised elsewhere.
    victim = presses[PRESSES + 4]
    before = {path.name: path.read_bytes() for path in journal.iterdir()}
    with open(journal / victim["file"], "r+b") as file:
        os.pwrite(file.fileno(), b"\xee" * 24, victim["offset"] + 10)
    gateway_code = subprocess.run(
        [binaries() / "sosgatewayd", "--config", gateway.config_path], capture_output=True, timeout=30
    ).returncode
    assert gateway_code == 74
    damaged = {path.name: path.read_bytes() for path in journal.iterdir()}
    found = verify(journal, code=65)["findings"][0]
    assert found["sequence"] == victim["sequence"] == found["lost_through"]

    made = tmp_path / "salvaged"
    report = json.loads(sosctl("salvage", journal, "--to", made, "--json"))
    assert {path.name: path.read_bytes() for path in journal.iterdir()} == damaged
    # The refused start may have tidied away a spare that was half made.
    assert {name for name in before if name.endswith(".segment")} == {name for name in damaged if name.endswith(".segment")}
    assert report["missing"] == 1 and report["gaps"][0]["first"] == victim["sequence"]
    assert str(victim["sequence"]) in (made / "salvage-report.txt").read_text()
    sosctl("salvage", journal, "--to", made, code=73)
    strip = ("sequence", "wall", "monotonic_ns", "kind", "fields")
    wanted = [[one[key] for key in strip] for one in records if one["sequence"] != victim["sequence"]]
    assert [[one[key] for key in strip] for one in dump(made)] == wanted
    assert verify(made)["verdict"] == "good"

    journal.rename(gateway.directory / "data/journal.damaged")
    made.rename(journal)
    gateway.start()
    assert '"the journal was salvaged' in gateway.log() or "the journal was salvaged" in gateway.log()
    shown = until(lambda: gateway.officer().open_alerts(), "the alerts")
    assert {one["id"] for one in shown} == alerts
    unit = connect(gateway, UNITS[0], boot=9)
    unit.send(press(9, 1))
    unit.until_stage("stored")
    assert gateway.stop() == 0
    assert verify(journal)["verdict"] == "good"


def test_mistakes_are_told_with_their_own_exit_code(gateway, tmp_path):
    sosctl("verify", tmp_path / "nowhere", code=66)
    empty = tmp_path / "empty"
    empty.mkdir()
    sosctl("dump", empty, code=66)
    sosctl("verify", gateway.directory / "data", code=66)
    sosctl("verify", gateway.directory / "data/journal", "--expect", "7:short", code=64)
    sosctl("dump", gateway.directory / "data/journal", "--kind", "pres", code=64)
    sosctl("verify", "--config", tmp_path / "none.yaml", code=78)
