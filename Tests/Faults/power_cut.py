"""Power cuts on a real file system: see Scripts/power-cut, which starts this in a mount namespace of its own."""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path += [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd")]
from faults import FLAGS_STRIPPED, NO_SYNC, SYNCS_SKIPPED, Image, Shim  # noqa: E402
from gateway import ROOT, Gateway, until  # noqa: E402
from pressing import Ledger, Presser, press_all  # noqa: E402

UNITS = 6
# A journal of 64 MiB, its spare, and room for one more.
IMAGE_MIB = 320
# Presses stay in the replayed state for ever: a new disk after so many cuts keeps the pace.
CUTS_PER_DISK = 50


def arguments():
    parser = argparse.ArgumentParser(prog="power-cut", description="Cuts the power of a loaded gateway again and again.")
    parser.add_argument("cuts", type=int, help="how many cuts")
    parser.add_argument("--seed", type=int, default=None, help="decides when, how and under which load each cut comes")
    parser.add_argument("--no-sync", action="store_true", help="the canary: nothing is synced, so presses must get lost")
    return parser.parse_args()


class Cutter:
    """One disk, one gateway on it, and the seed's decisions."""

    def __init__(self, directory: pathlib.Path, seed: int, no_sync: bool):
        self.random = random.Random(seed)
        self.no_sync = no_sync
        self.pki = directory / "pki"
        subprocess.run(
            [ROOT / "Scripts/dev-pki", self.pki, ROOT / "Config/registry.demo.yaml"], check=True, capture_output=True
        )
        self.image = Image(directory, IMAGE_MIB)
        self.ledger = Ledger([Presser(f"AST-{number:04}") for number in range(1, UNITS + 1)])
        self.gateway = Gateway(self.image.mount_point, self.pki)
        # The log and the configuration stay outside: they are not what is tested.
        self.gateway.log_path = directory / "sosgatewayd.log"
        self.gateway.config_path = directory / "sosgatewayd.yaml"
        self.gateway.write_config()
        self.shim = Shim(directory, self.image.mount_point / "data/journal")
        if no_sync:
            self.gateway.environment = self.shim.environment
        self.officer = None

    def new_disk(self):
        """An empty file system with a gateway's first, honest life on it."""
        self.shim[NO_SYNC] = 0
        self.image.make()
        self.image.mount()
        self.gateway.add_officer()
        self.gateway.start()
        for one in self.ledger.pressers:
            one.forget()
        self.officer = self.gateway.officer()
        # Its session stays good over every restart: accounts are synced before they count.
        self.end()

    def one_cut(self, is_first: bool):
        """A life: it is asked for what the life before acknowledged, comes under load, and ends by a power cut."""
        self.image.mount()
        try:
            self.shim[NO_SYNC] = int(self.no_sync)
            self.gateway.start()
            if not is_first:
                self.check()
            self.ledger.begin()
            threads = press_all(self.gateway, self.ledger.pressers, self.random.choice((1, 1, 2, 4, 8)))
            until(lambda: any(one.stored for one in self.ledger.pressers), "a press stored", 30)
            time.sleep(self.random.uniform(0, 0.25))
            self.cut_power()
            for thread in threads:
                thread.join()
        finally:
            self.end()

    def cut_power(self):
        """Most cuts find the daemon dead a moment before; some find it writing."""
        if self.random.random() < 0.7:
            self.gateway.process.kill()
            self.image.cut_power()
        else:
            self.image.cut_power()
            time.sleep(self.random.uniform(0, 0.02))
            self.gateway.process.kill()

    def end(self):
        if self.gateway.process and self.gateway.process.poll() is None:
            self.gateway.process.kill()
        self.gateway.process.wait()
        self.image.unmount()

    def check(self):
        # The canary's checks are not synced either: what they store again need not be there the next time.
        self.ledger.check(self.gateway, self.officer, are_repeats_durable=not self.no_sync)

    def last_look(self):
        """Checks the last life before a disk is given up."""
        self.image.mount()
        try:
            self.gateway.start()
            self.check()
        finally:
            self.end()


def main() -> int:
    options = arguments()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"power-cut: seed {seed}, {options.cuts} cuts{', nothing synced' if options.no_sync else ''}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="power-cut-") as name:
        cutter = Cutter(pathlib.Path(name), seed, options.no_sync)
        for number in range(options.cuts):
            is_first, is_last = number % CUTS_PER_DISK == 0, (number + 1) % CUTS_PER_DISK == 0
            try:
                if is_first:
                    cutter.new_disk()
                cutter.one_cut(is_first)
                if is_last or number + 1 == options.cuts:
                    cutter.last_look()
            except AssertionError as problem:
                print(f"power-cut: cut {number + 1}: {problem}", file=sys.stderr)
                print(cutter.gateway.log()[-2000:], file=sys.stderr)
                return 2
            if (number + 1) % 10 == 0:
                print(f"  {number + 1} cuts, {time.monotonic() - began:.0f} s: {cutter.ledger}", flush=True)
            if not options.no_sync and not cutter.ledger.is_clean:
                print(f"power-cut: cut {number + 1} broke a promise: {cutter.ledger}", file=sys.stderr)
                return 1
        if options.no_sync:
            print(f"  {cutter.shim[SYNCS_SKIPPED]} syncs left out, {cutter.shim[FLAGS_STRIPPED]} flags taken off")
        seconds = time.monotonic() - began
        print(f"power-cut: {options.cuts} cuts in {seconds:.0f} s ({seconds / max(1, options.cuts):.1f} s each)")
        print(f"power-cut: {cutter.ledger}")
        return 0 if cutter.ledger.is_clean else 1


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
