"""Runs every system's rounds interleaved, then the kill check, and prints the tables. Started by Benchmarks/presses."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import machine
import systems
import tables

UNITS = 1000
KILL_UNITS = 100


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/presses", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: under four minutes")
    parser.add_argument("--only", default="", help="systems, separated by commas: " + ", ".join(systems.BY_KEY))
    parser.add_argument("--plain", action="store_true", help="the peers without TLS; the gateway has no such thing")
    parser.add_argument("--rounds", type=int, help="3, or 1 with --quick")
    parser.add_argument("--no-kill", action="store_true", help="leave the kill check out")
    parser.add_argument("--output", default="", help="also write the tables to this file")
    parser.add_argument("--client", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--pki", required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 3)
    unknown = [key for key in chosen.only.split(",") if key and key not in systems.BY_KEY]
    if unknown:
        parser.error(f"no system is called {unknown[0]}; there are {', '.join(systems.BY_KEY)}")
    keys = [key for key in chosen.only.split(",") if key] or [system.key for system in systems.ALL]
    chosen.systems = [systems.BY_KEY[key] for key in keys]
    return chosen


def phases(quick: bool) -> list:
    samples, gap_ms, seconds = (100, 15, 2) if quick else (200, 20, 4)
    return [
        f"latency:samples={samples},gap_ms={gap_ms}",
        f"latency:samples={samples},gap_ms={gap_ms},beats=5000",
        f"open:rate=1000,units=100,seconds={seconds}",
        f"throughput:units=100,seconds={seconds},warm_ms=700",
        f"throughput:units={UNITS},seconds={seconds},warm_ms=700",
        "stored",
    ]


class Bench:
    """One run of the whole comparison."""

    def __init__(self, chosen: argparse.Namespace, directory: pathlib.Path):
        self.chosen, self.directory = chosen, directory
        self.results = {system.key: [] for system in chosen.systems}
        self.lost = {}
        self.running = None
        # What went wrong, by system; the others go on.
        self.failures = {}

    def client(self, system, units: int, words: list, **pipes) -> subprocess.Popen:
        plain = int(self.chosen.plain and system.dialect != "gateway")
        command = [self.chosen.client, system.dialect, f"port={system.port}", f"units={units}", f"plain={plain}"]
        command += [f"pki={self.chosen.pki}", f"pid={system.process.pid}", f"directory={system.directory}"]
        command += [*system.options(), "--", *words]
        self.running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **pipes)
        return self.running

    def end_client(self):
        if self.running and self.running.poll() is None:
            self.running.kill()
            self.running.wait()

    def each(self, step):
        """Does a step with every system that has not failed."""
        for kind in self.chosen.systems:
            if kind.key in self.failures:
                continue
            began = time.monotonic()
            system = kind(self.directory / kind.key, pathlib.Path(self.chosen.pki), UNITS, self.chosen.plain)
            try:
                system.configure()
                system.start()
                said = step(system)
            except systems.Failed as failure:
                self.failures[kind.key] = said = str(failure)
            finally:
                self.end_client()
                system.stop()
            print(f"{step.__name__}: {kind.key}: {said} ({time.monotonic() - began:.0f} s)", file=sys.stderr)

    def round(self, system) -> str:
        """All phases, and at the end the proof that everything acknowledged is there."""
        client = self.client(system, UNITS, phases(self.chosen.quick))
        lines = [json.loads(line) for line in client.communicate()[0].splitlines()]
        if client.returncode != 0 or lines[-1]["lost"] > 0:
            raise systems.Failed(f"{lines[-1:]} without any kill; {system.last_words()}")
        self.results[system.key].append(lines)
        return f"{next(line for line in lines if line['phase'] == 'throughput')['measured']['per_s']:,.0f} presses/s"

    def kill(self, system) -> str:
        """kill -9 under load, a restart, and a comparison press by press."""
        words = [f"until-killed:units={KILL_UNITS}", "await", "stored"]
        client = self.client(system, KILL_UNITS, words, stdin=subprocess.PIPE)
        if "loading" in client.stdout.readline():
            time.sleep(1.5)
        system.kill()
        client.stdout.readline()
        system.start()
        found = client.communicate("started again\n")[0].splitlines()
        if client.returncode != 0 or not found:
            raise systems.Failed(f"after the kill: {system.last_words()}")
        self.lost[system.key] = json.loads(found[-1])
        return str(self.lost[system.key])


def main():
    chosen = arguments()
    began = time.monotonic()
    # Whoever ends the run finds no server left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="sos-presses.", dir=os.environ.get("BENCHMARK_DISK", "/var/tmp")) as place:
        os.chmod(place, 0o755)  # PostgreSQL runs under an account of its own
        directory = pathlib.Path(place)
        about = machine.describe(directory, load)
        bench = Bench(chosen, directory)
        for _ in range(chosen.rounds):
            bench.each(bench.round)
        if not chosen.no_kill:
            bench.each(bench.kill)
    command = "Benchmarks/presses" + "".join(" " + word for word in sys.argv[1:] if word not in hidden(chosen))
    text = tables.text(bench, about, command, time.monotonic() - began)
    print(text)
    if chosen.output:
        pathlib.Path(chosen.output).write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if bench.failures else 0)


def hidden(chosen: argparse.Namespace) -> tuple:
    return ("--client", chosen.client, "--pki", chosen.pki, "--output", chosen.output)


if __name__ == "__main__":
    main()
