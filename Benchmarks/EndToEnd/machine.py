"""What the figures were measured on: processor, memory, system, disk and how fast the disk syncs."""

import os
import pathlib
import platform
import subprocess
import time


def describe(directory: pathlib.Path, load: float) -> str:
    processor = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    about = subprocess.run(
        ["findmnt", "-n", "-o", "SOURCE,FSTYPE", "-T", directory], capture_output=True, text=True, check=False
    ).stdout.split()
    if "tmpfs" in about:
        raise SystemExit(f"presses: {directory} is no disk; name one in BENCHMARK_DISK")
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return (
        f"{os.cpu_count()} × {processor}, {memory} GiB; {system}, Linux {platform.release()}; {' '.join(about)}, where "
        f"4 KiB written over and synced by fdatasync took {sync_ms(directory)} ms (p50 / p99); "
        f"load average before the start {load:.1f}"
    )


def sync_ms(directory: pathlib.Path) -> str:
    path = directory / "sync"
    path.write_bytes(bytes(1 << 20))
    file = os.open(path, os.O_WRONLY)
    os.fsync(file)
    took = []
    for number in range(200):
        began = time.perf_counter()
        os.pwrite(file, b"1" * 4096, number * 4096)
        os.fdatasync(file)
        took.append(time.perf_counter() - began)
    os.close(file)
    path.unlink()
    took.sort()
    return f"{took[100] * 1000:.2f} / {took[198] * 1000:.2f}"
