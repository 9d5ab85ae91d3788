"""Full and read-only disks, as real file systems: what is stored stays, what cannot be stored is never said to be."""

import ctypes
import os
import pathlib
import subprocess
import sys

import pytest
from gateway import ROOT, Gateway, binaries, until
from test_faults import assert_next_life_has, assert_told_to_go_elsewhere, last_words
from unit import STAGE, connect, press

sys.path.append(str(ROOT / "Tests/Faults"))
from faults import Image, can_mount, fill  # noqa: E402
from stream import Stream  # noqa: E402

refusal = can_mount()
pytestmark = pytest.mark.skipif(bool(refusal), reason=f"no mounts here: {refusal}")

CLONE_NEWNS = 0x20000


@pytest.fixture(scope="session")
def own_mounts():
    """A mount namespace of this process alone: whatever happens, its mounts go with it."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        pytest.skip(f"no mount namespace: {os.strerror(ctypes.get_errno())}")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def gateway_on(disk: pathlib.Path, pki) -> Gateway:
    """A gateway whose state lies on the disk, its log and configuration beside it."""
    one = Gateway(disk, pki)
    one.log_path = disk.parent / "sosgatewayd.log"
    one.config_path = disk.parent / "sosgatewayd.yaml"
    one.write_config()
    return one


@pytest.fixture
def small(tmp_path, pki, own_mounts):
    """A gateway on 100 MiB of memory: one segment has room, the one ahead has not."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "none", disk], check=True)
    one = gateway_on(disk, pki)
    yield one
    if one.process and one.process.poll() is None:
        one.kill()
    subprocess.run(["umount", disk], check=True)


@pytest.fixture
def image(tmp_path, pki, own_mounts):
    """A gateway on a small ext4 file system in an image."""
    made = Image(tmp_path, 192)
    made.make()
    made.mount()
    one = gateway_on(made.mount_point, pki)
    one.image = made
    yield one
    if one.process and one.process.poll() is None:
        one.kill()
    made.unmount()


def refused_start(gateway) -> int:
    """The exit code of a start that must fail."""
    with open(gateway.log_path, "ab") as log:
        arguments = [binaries() / "sosgatewayd", "--config", gateway.config_path]
        return subprocess.run(arguments, stdout=log, stderr=log, timeout=60).returncode


def test_a_disk_that_fills_in_life(small):
    small.add_officer()
    small.start()
    stream = Stream(small)
    # The present segment is whole, so presses are stored; that the next has no room is said at once.
    assert "No space left" in stream.warning("disk_full", seconds=20)["detail"]
    assert "no journal segment can be made ahead" in until(
        lambda: small.log() if "ahead" in small.log() else "", "the log line"
    )
    unit = connect(small)
    stored = 0
    # One press at a time takes a page of the journal: 64 MiB of them.
    for counter in range(1, 20_000):
        unit.send(press(1, counter))
        while (found := unit.receive()) is not None and found[0] != STAGE:
            words = [found]
            break
        if found is None or found[0] != STAGE:
            break
        stored = counter
    assert stored > 10_000
    more_stored, more = last_words(unit)
    assert more_stored == []
    assert_told_to_go_elsewhere(words + more)
    assert small.process.wait(timeout=30) == 74
    assert stream.warning("not_storing")["active"]
    assert "nothing is acknowledged any more" in small.log() and "No space left" in small.log()

    # Full still: no start. Room again: everything that was stored is there, and the rest is taken.
    assert refused_start(small) == 74
    subprocess.run(["mount", "-o", "remount,size=300m", small.directory], check=True)
    assert_next_life_has(small, stored=stored, repeated=(1, stored, stored + 1), count=stored + 1)


def test_a_disk_that_is_full_at_the_start(image):
    image.add_officer()
    # Room for databases and endpoints, none for a segment.
    filler = fill(image.directory, leave_bytes=16 << 20)
    assert refused_start(image) == 74
    assert "No space left" in image.log()
    filler.unlink()
    image.start()
    unit = connect(image)
    unit.send(press(1, 1))
    unit.until_stage("stored")
    unit.close()
    assert image.stop() == 0


def test_room_that_comes_back_ends_the_warning(image):
    image.add_officer()
    # The first segment fits, the second does not.
    filler = fill(image.directory, leave_bytes=80 << 20)
    image.start()
    stream = Stream(image)
    assert stream.warning("disk_full", seconds=20)["active"]
    unit = connect(image)
    unit.send(press(1, 1))
    unit.until_stage("stored")
    filler.unlink()
    assert image.stop() == 0
    # The next start tries again.
    image.start()
    until(lambda: (image.directory / "data/journal/spare.ready").exists(), "a segment ahead", 30)
    unit = connect(image)
    unit.send(press(1, 1))
    unit.until_stage("stored")
    assert Stream(image).latest("disk_full") is None
    assert image.stop() == 0


def test_a_file_system_that_turns_read_only(image):
    """What ext4 does by itself after an error, with errors=remount-ro."""
    image.image.remount("errors=remount-ro")
    image.add_officer()
    image.start()
    until(lambda: (image.directory / "data/journal/spare.ready").exists(), "a segment ahead", 30)
    stream = Stream(image)
    unit = connect(image)
    unit.send(press(1, 1))
    unit.until_stage("stored")
    image.image.break_it()
    unit.send(press(1, 2))
    stored, words = last_words(unit)
    assert stored == []
    assert_told_to_go_elsewhere(words)
    assert image.process.wait(timeout=30) == 74
    assert stream.warning("not_storing")["active"]
    assert "nothing is acknowledged any more" in image.log()

    # Read-only still: no start, and the line says so.
    assert refused_start(image) in (73, 74, 77)
    image.image.unmount()
    image.image.mount()
    assert_next_life_has(image, stored=1, repeated=(1, 2), count=2)
