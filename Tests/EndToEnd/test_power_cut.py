"""Power cuts and kills in a few rounds; the long forms are Scripts/power-cut and Scripts/kill-loop."""

import os
import re
import subprocess
import sys

import pytest
from gateway import ROOT, binaries

sys.path.append(str(ROOT / "Tests/Faults"))
from faults import can_mount  # noqa: E402

refusal = can_mount()
needs_mounts = pytest.mark.skipif(bool(refusal), reason=f"no loop mounts here: {refusal}")


def run(script: str, *arguments: str) -> tuple[int, str]:
    finished = subprocess.run(
        [ROOT / "Scripts" / script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
        env=os.environ | {"SOSGATEWAY_BIN": str(binaries())},
    )
    print(finished.stdout)
    return finished.returncode, finished.stdout


def figure(output: str, what: str) -> int:
    return int(re.findall(rf"(\d+) {what}", output)[-1])


@needs_mounts
def test_power_cuts_lose_nothing_acknowledged():
    code, output = run("power-cut", "10")
    assert code == 0, output
    assert figure(output, "acknowledged") > 100
    assert figure(output, "lost") == figure(output, "duplicated") == figure(output, "answered differently") == 0


@needs_mounts
def test_the_same_cuts_lose_presses_that_were_not_synced():
    code, output = run("power-cut", "3", "--no-sync")
    assert code == 1, output
    assert figure(output, "lost") > 0
    assert figure(output, "syncs left out") + figure(output, "flags taken off") > 0


def test_kills_lose_nothing_acknowledged():
    code, output = run("kill-loop", "5")
    assert code == 0, output
    assert figure(output, "acknowledged") > 50
