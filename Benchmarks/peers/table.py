"""Lets the programs of the ring's table take turns and prints the table: medians, and ours against the best peer.

usage: table.py rounds programs.tsv

A line of programs.tsv: name, kind (ours, peer, beside), command; or name, `missing`, reason. All programs run the
whole time and wait on their input, so that a virtual machine keeps what it compiled. For each column of each round
every program measures once, in turn; one round before them warms up and does not count.
"""

import os
import select
import statistics
import subprocess
import sys
import time

COLUMNS = [
    ("one", "one thread, publish + take, ns", -1),
    ("pipe 1", "1 → 1, batch 1, M/s", 1),
    ("pipe 16", "1 → 1, batch 16, M/s", 1),
    ("pipe 64", "1 → 1, batch 64, M/s", 1),
    ("fill 1", "2 producers fill, batch 1, M/s", 1),
    ("fill 16", "2 producers fill, batch 16, M/s", 1),
    ("drain 1", "2 producers, drain too, batch 1, M/s", 1),
    ("drain 16", "2 producers, drain too, batch 16, M/s", 1),
    ("trip", "round trip p50, ns", -1),
    ("trip", "p99, ns", -1),
    ("trip", "p99.9, ns", -1),
]
ASKED = list(dict.fromkeys(column for column, _, _ in COLUMNS))
PATIENCE_SECONDS = 60


class Program:
    """One running program and its figures, a list for each column of the table."""

    def __init__(self, name, kind, command):
        self.name, self.kind, self.command = name, kind, command
        self.figures = [[] for _ in COLUMNS]
        self.reason = command if kind == "missing" else None
        self.process = None
        if self.reason is None:
            self.process = subprocess.Popen(
                command.split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )

    def measure(self, column):
        """Figures of one measurement, none when the program has no such column; drops a program that fails."""
        if self.reason is not None:
            return []
        try:
            self.process.stdin.write((column + "\n").encode())
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
            line = self.process.stdout.readline().decode().strip() if ready else ""
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.kill()
            self.reason = f"gave no answer to '{column}' (exit code {self.process.wait()})"
            return []
        return [] if line == "-" else [float(word) for word in line.split()]

    def round(self, column, keep):
        """Measures one column; a round trip fills three columns of the table."""
        places = [index for index, (name, _, _) in enumerate(COLUMNS) if name == column]
        for place, figure in zip(places, self.measure(column)):
            if keep:
                self.figures[place].append(figure)


def text(figure):
    return f"{figure:.1f}" if figure < 100 else f"{figure:.0f}"


def row(name, cells):
    return f"| {name} | " + " | ".join(cells) + " |"


def print_table(programs, rounds):
    print(f"\nMedians of {rounds} rounds; 64-byte events, threads pinned to processors 0 and 1.\n")
    print(row("", [title for _, title, _ in COLUMNS]))
    print(row("---", ["---"] * len(COLUMNS)))
    for program in programs:
        if program.reason is None:
            cells = [text(statistics.median(kept)) if kept else "–" for kept in program.figures]
            print(row(f"**{program.name}**" if program.kind == "ours" else program.name, cells))
    ours = next(program for program in programs if program.kind == "ours")
    ratios, best = [], []
    for place, (_, _, direction) in enumerate(COLUMNS):
        peers = [
            (direction * statistics.median(program.figures[place]), program.name)
            for program in programs
            if program.kind == "peer" and program.reason is None and program.figures[place]
        ]
        if not peers or ours.reason is not None:
            ratios.append("–")
            best.append("–")
            continue
        figure, name = max(peers)
        ratios.append(f"{statistics.median(ours.figures[place]) / (direction * figure):.2f}")
        best.append(name)
    print(row("ours ÷ best peer", ratios))
    print(row("best peer", best))
    print(row("ours, lowest – highest", [f"{text(min(k))} – {text(max(k))}" if k else "–" for k in ours.figures]))
    for program in programs:
        if program.reason is not None:
            print(f"\nNot measured: {program.name}: {program.reason}")


def main():
    rounds = int(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as lines:
        programs = [Program(*line.rstrip("\n").split("\t")) for line in lines if line.strip()]
    asked = os.environ.get("RING_TABLE_COLUMNS", ",".join(ASKED)).split(",")
    began = time.monotonic()
    for number in range(rounds + 1):
        for column in asked:
            for program in programs:
                program.round(column, keep=number > 0)
        print(f"round {number} of {rounds}, {time.monotonic() - began:.0f} s", file=sys.stderr)
    print_table(programs, rounds)
    for program in programs:
        if program.process is not None:
            program.process.stdin.close()
            program.process.wait()
    ours = next(program for program in programs if program.kind == "ours")
    sys.exit(1 if ours.reason is not None else 0)


main()
