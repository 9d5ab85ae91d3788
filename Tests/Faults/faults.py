"""Disks and clocks that misbehave on request: the preloaded shim's remote control, and real small file systems."""

import contextlib
import fcntl
import mmap
import os
import pathlib
import shutil
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# The words of shim.c.
NO_SYNC, WRITE_ERRNO, WRITES_LEFT, SYNC_ERRNO, SYNCS_LEFT, SYNC_DELAY_NS, WALL_OFFSET_NS = range(7)
SEEN_WRITES, SEEN_SYNCS, FAILED, WRITES_AFTER, SYNCS_AFTER, SYNCS_SKIPPED, FLAGS_STRIPPED = range(16, 23)
WORDS = 32


def build_shim(directory: pathlib.Path) -> pathlib.Path:
    """Compiles the shim; clang comes with every Swift toolchain."""
    library = directory / "libfaults.so"
    if not library.exists():
        compiler = shutil.which("clang") or shutil.which("cc") or "clang"
        subprocess.run(
            [compiler, "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", library, HERE / "shim.c"], check=True
        )
    return library


class Shim:
    """The shim in one gateway: its words are memory shared with the daemon, so a change takes effect at once."""

    def __init__(self, directory: pathlib.Path, journal: pathlib.Path):
        control = directory / "faults.control"
        control.write_bytes(bytes(8 * WORDS))
        self.file = open(control, "r+b")
        self.words = mmap.mmap(self.file.fileno(), 8 * WORDS)
        self.log_path = directory / "faults.log"
        self.environment = {
            "LD_PRELOAD": str(build_shim(directory)), "FAULT_DIRECTORY": str(journal), "FAULT_CONTROL": str(control),
            "FAULT_LOG": str(self.log_path),
        }

    def __getitem__(self, word: int) -> int:
        return struct.unpack_from("<q", self.words, 8 * word)[0]

    def __setitem__(self, word: int, value: int):
        struct.pack_into("<q", self.words, 8 * word, value)

    def fail_write(self, error: int, after: int = 0):
        """The write after `after` more to a segment fails, half done; those behind it would succeed."""
        self[WRITES_LEFT] = after
        self[WRITE_ERRNO] = error

    def fail_sync(self, error: int, after: int = 0):
        """The sync, or synced write, after `after` more of a segment fails; those behind it would succeed."""
        self[SYNCS_LEFT] = after
        self[SYNC_ERRNO] = error

    def slow_syncs(self, seconds: float):
        """Every sync of a segment takes so much longer."""
        self[SYNC_DELAY_NS] = int(seconds * 1e9)

    def set_wall(self, seconds: float):
        """Sets the daemon's wall clock so far off the true one."""
        self[WALL_OFFSET_NS] = int(seconds * 1e9)

    def calls(self) -> list[tuple[str, str, int]]:
        """What the journal's directory saw: call, file name, errno."""
        lines = self.log_path.read_text().splitlines() if self.log_path.exists() else []
        parts = (line.split(" ") for line in lines)
        return [(call, path.rsplit("/", 1)[-1], int(error)) for call, path, _, error in parts]


def can_mount() -> str:
    """Empty when this process may mount images; otherwise why not."""
    if os.geteuid() != 0:
        return "mounting needs root"
    if not shutil.which("mkfs.ext4"):
        return "mkfs.ext4 is missing (package e2fsprogs)"
    tried = subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt && losetup -f"], capture_output=True, text=True
    )
    return tried.stderr.strip() if tried.returncode else ""


# linux/fs/ext4/ext4.h: _IOR('X', 125, __u32), and to cut without writing the log first.
EXT4_IOC_SHUTDOWN, GOING_NOLOGFLUSH = 0x8004587D, 2


class Image:
    """An ext4 file system in a file, mounted by loop. Mount it in a mount namespace of your own."""

    def __init__(self, directory: pathlib.Path, mebibytes: int):
        self.file = directory / "disk.img"
        self.mebibytes = mebibytes
        self.mount_point = directory / "disk"
        self.mount_point.mkdir(parents=True, exist_ok=True)

    def make(self):
        self.file.unlink(missing_ok=True)
        with open(self.file, "wb") as image:
            image.truncate(self.mebibytes << 20)
        # No reserved blocks: what is free is what the daemon, as root too, may use.
        subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1", self.file], check=True)

    def mount(self):
        subprocess.run(["mount", "-o", "loop", self.file, self.mount_point], check=True)

    def unmount(self):
        subprocess.run(["umount", self.mount_point], check=True)

    def remount(self, options: str):
        subprocess.run(["mount", "-o", f"remount,{options}", self.mount_point], check=True)

    def cut_power(self):
        """From here on nothing reaches the disk: what is only in the page cache or in the log's memory is gone."""
        fd = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, struct.pack("<I", GOING_NOLOGFLUSH))
        finally:
            os.close(fd)

    def break_it(self):
        """Lets the kernel find an error in the file system, as on a failing disk."""
        source = subprocess.run(
            ["findmnt", "-n", "-o", "SOURCE", self.mount_point], check=True, capture_output=True, text=True
        ).stdout.strip()
        trigger = pathlib.Path("/sys/fs/ext4") / pathlib.Path(source).name / "trigger_fs_error"
        trigger.write_text("a fault made by a test")


def fill(directory: pathlib.Path, leave_bytes: int = 0) -> pathlib.Path:
    """Takes all free space but `leave_bytes`; remove the file to give it back."""
    path = directory / "filler"
    status = os.statvfs(directory)
    wanted = status.f_bavail * status.f_frsize - leave_bytes
    with open(path, "wb") as file:
        if wanted > 0:
            with contextlib.suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, wanted)
        if leave_bytes == 0:
            with contextlib.suppress(OSError):
                while file.write(bytes(4096)):
                    file.flush()
    return path
