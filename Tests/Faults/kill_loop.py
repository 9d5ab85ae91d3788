"""kill -9 under load, again and again: see Scripts/kill-loop."""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path += [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd")]
from gateway import ROOT, Gateway, until  # noqa: E402
from pressing import Ledger, Presser, press_all  # noqa: E402

UNITS = 6
# The state that is replayed grows with every press: a new directory after so many kills keeps the pace.
KILLS_PER_DIRECTORY = 50


def new_gateway(directory: pathlib.Path, pki: pathlib.Path) -> Gateway:
    directory.mkdir()
    gateway = Gateway(directory, pki)
    gateway.add_officer()
    return gateway.start()


def main() -> int:
    parser = argparse.ArgumentParser(prog="kill-loop", description="Kills a loaded gateway again and again.")
    parser.add_argument("kills", type=int, help="how many kills")
    parser.add_argument("--seed", type=int, default=None, help="decides when and under which load each kill comes")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    print(f"kill-loop: seed {seed}, {options.kills} kills", flush=True)
    began = time.monotonic()
    ledger = Ledger([Presser(f"AST-{number:04}") for number in range(1, UNITS + 1)])
    gateway = None
    with tempfile.TemporaryDirectory(prefix="kill-loop-") as name:
        top = pathlib.Path(name)
        subprocess.run(
            [ROOT / "Scripts/dev-pki", top / "pki", ROOT / "Config/registry.demo.yaml"], check=True, capture_output=True
        )
        try:
            for number in range(options.kills):
                if number % KILLS_PER_DIRECTORY == 0:
                    if gateway:
                        gateway.kill()
                    for one in ledger.pressers:
                        one.forget()
                    gateway = new_gateway(top / f"gateway-{number}", top / "pki")
                    officer = gateway.officer()
                ledger.begin()
                threads = press_all(gateway, ledger.pressers, chance.choice((1, 1, 2, 4, 8)))
                until(lambda: any(one.stored for one in ledger.pressers), "a press stored", 30)
                time.sleep(chance.uniform(0, 0.25))
                gateway.kill()
                for thread in threads:
                    thread.join()
                gateway.start()
                ledger.check(gateway, officer)
                if (number + 1) % 10 == 0:
                    print(f"  {number + 1} kills, {time.monotonic() - began:.0f} s: {ledger}", flush=True)
                if not ledger.is_clean:
                    print(f"kill-loop: kill {number + 1} broke a promise: {ledger}", file=sys.stderr)
                    return 1
        except AssertionError as problem:
            print(f"kill-loop: {problem}\n{gateway.log()[-2000:] if gateway else ''}", file=sys.stderr)
            return 2
        finally:
            if gateway and gateway.process and gateway.process.poll() is None:
                gateway.kill()
    seconds = time.monotonic() - began
    print(f"kill-loop: {options.kills} kills in {seconds:.0f} s ({seconds / max(1, options.kills):.1f} s each)")
    print(f"kill-loop: {ledger}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
