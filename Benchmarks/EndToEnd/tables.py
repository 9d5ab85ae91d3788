"""From the client's lines to tables: medians of rounds for rates, percentiles over the presses of all rounds."""

import statistics
import time

SUB_BITS = 6

NOTES = """\
- One client process for all, one thread, on the same machine as the server: its share of the two processors is the first
  number of "processor a press" and falls on every system alike. TLS with P-256 certificates; the gateway checks the units', too.
- A press is 256 bytes. The gateway's is a frame of 256 bytes, of which it takes the 36 that version 1.0 knows and stores 56;
  the peers carry and store all 256. The presses of a unit whose alert is open join that alert as repeats: nobody closes
  alerts here, so each unit has one alert. Every press has a new counter and none is recognised as a duplicate.
- After each round everything acknowledged was found stored. Lost at kill -9: acknowledged to 100 units and not there
  after a restart, counted press by press. A kill leaves the page cache, so it shows nothing of what a power cut would take;
  the column "durable" says what is synced, and "disk flushes" what the whole disk was asked.
- The console listens during the one-at-a-time phases: the gateway's event stream over HTTPS with sign-in, MQTT SUBSCRIBE at QoS 1,
  XREAD BLOCK, basic.consume, LISTEN with a NOTIFY in the press's transaction, a JetStream push consumer. Under
  full load only mosquitto has its subscriber, for it keeps nothing without one.
- Beats: the gateway's are heartbeats of 999 connected units. The peers' come on as many connections: QoS 0 to a topic without
  subscribers, PUBLISH to a channel without subscribers, a transient message that no queue takes, an UPDATE of an unlogged table, a plain PUB.
- At 1,000 presses/s a press counts from the moment it was due.""".splitlines()


def upper_ns(bucket: int) -> int:
    """The largest value of a bucket of Client/histogram.hpp."""
    shift = max(0, (bucket >> SUB_BITS) - 1)
    return bucket if shift == 0 else ((bucket - (shift << SUB_BITS) + 1) << shift) - 1


def percentiles(histograms: list) -> list:
    """p50, p99 and p99.9 in ms over all histograms together."""
    counts = {}
    for histogram in histograms:
        for bucket, count in histogram:
            counts[bucket] = counts.get(bucket, 0) + count
    total = sum(counts.values())
    found = []
    for share in (0.5, 0.99, 0.999):
        seen = 0
        for bucket in sorted(counts):
            seen += counts[bucket]
            if seen >= share * total:
                found.append(upper_ns(bucket) / 1e6)
                break
    return found


def shown(values: list) -> str:
    return " / ".join(f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in values) or "–"


class Row:
    """What one system did."""

    def __init__(self, kind, rounds: list, lost: dict | None):
        self.kind, self.rounds, self.lost = kind, rounds, lost
        self.is_durable = kind.durable.startswith("yes")

    def phase(self, name: str, **numbers) -> list:
        return [
            line
            for lines in self.rounds
            for line in lines
            if line["phase"] == name and all(line.get(key, 0) == value for key, value in numbers.items())
        ]

    def rates(self, units: int) -> list:
        return [line["measured"]["per_s"] for line in self.phase("throughput", units=units)]

    def rate(self, units: int) -> float:
        return statistics.median(self.rates(units))

    def shown_rate(self, units: int) -> str:
        rates = self.rates(units)
        span = f" ({min(rates):,.0f}–{max(rates):,.0f})" if len(rates) > 1 else ""
        return f"{self.rate(units):,.0f}{span}"

    def measured(self, key: str, units: int = 100) -> float:
        return statistics.median(line["measured"][key] for line in self.phase("throughput", units=units))

    def latencies(self, which: str, name: str, **numbers) -> list:
        return percentiles([line[which] for line in self.phase(name, **numbers)])

    def remarks(self) -> str:
        """What a reader of its latencies must know."""
        missed = sum(line["measured"]["missed"] for line in self.phase("latency"))
        beats = min(line["measured"]["beats_per_s"] for line in self.phase("latency", beats=5000))
        said = [f"{missed} not answered and seen within 2 s"] if missed else []
        said += [f"only {beats:,.0f} beats/s"] if beats < 4500 else []
        return f" ({', '.join(said)})" if said else ""


def throughput_table(rows: list) -> list:
    lines = [
        "| system | durable when acknowledged | presses/s, 100 units | 1,000 units | p50 / p99 / p99.9 ms, 100 units "
        "| processor a press, client + server, µs | disk flushes/s | lost at kill -9 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        lost = "–" if row.lost is None else f"{row.lost['lost']:,} of {row.lost['acknowledged']:,}"
        lines.append(
            f"| {row.kind.name} | {row.kind.durable} | {row.shown_rate(100)} | {row.shown_rate(1000)} "
            f"| {shown(row.latencies('stored', 'throughput', units=100))} "
            f"| {row.measured('client_us'):.1f} + {row.measured('server_us'):.1f} "
            f"| {row.measured('flushes_per_s'):,.0f} | {lost} |"
        )
    return lines


LATENCY_COLUMNS = [
    ("one at a time, stored", "stored", "latency", {"beats": 0}),
    ("one at a time, console", "console", "latency", {"beats": 0}),
    ("with 5,000 beats/s, stored", "stored", "latency", {"beats": 5000}),
    ("with 5,000 beats/s, console", "console", "latency", {"beats": 5000}),
    ("at 1,000 presses/s, stored", "stored", "open", {}),
]


def latency_table(rows: list) -> list:
    lines = [
        "| p50 / p99 / p99.9, ms | " + " | ".join(column[0] for column in LATENCY_COLUMNS) + " |",
        "| --- |" + " --- |" * len(LATENCY_COLUMNS),
    ]
    for row in rows:
        cells = [shown(row.latencies(which, name, **numbers)) for _, which, name, numbers in LATENCY_COLUMNS]
        lines.append(f"| {row.kind.name}{row.remarks()} | " + " | ".join(cells) + " |")
    return lines


def ratios(rows: list) -> list:
    ours = next((row for row in rows if row.kind.key == "gateway"), None)
    peers = [row for row in rows if row is not ours]
    if not ours or not peers:
        return []
    lines = ["| ours beside | durable peers only | all peers |", "| --- | --- | --- |"]

    def line(title, value, best, better):
        cells = []
        for group in ([peer for peer in peers if peer.is_durable], peers):
            if not group:
                cells.append("–")
                continue
            first = best(group, key=value)
            ratio = f"{value(ours) / value(first):.2f}" if value(first) > 0 else "∞"
            cells.append(f"{ratio} × {first.kind.name}")
        lines.append(f"| {title}, {better} | {cells[0]} | {cells[1]} |")

    for units in (100, 1000):
        line(f"presses/s, {units:,} units", lambda row, units=units: row.rate(units), max, "more is better")
    for title, which, name, numbers in LATENCY_COLUMNS:
        for place, percentile in ((0, "p50"), (1, "p99")):
            value = lambda row, a=which, b=name, c=numbers, d=place: row.latencies(a, b, **c)[d]  # noqa: E731
            line(f"{title} {percentile}", value, min, "less is better")
    return lines


def threads(rows: list) -> list:
    """Where the gateway's processor time goes."""
    ours = next((row for row in rows if row.kind.key == "gateway"), None)
    if not ours:
        return []
    lines = []
    for units in (100, 1000):
        last = ours.phase("throughput", units=units)[-1]["threads_us"]
        lines.append(f"- The gateway's threads at {units:,} units, µs a press: "
                     + ", ".join(f"{name} {used}" for name, used in last.items() if used >= 0.1))
    return lines


def text(bench, machine_text: str, command: str, seconds: float) -> str:
    rows = [Row(kind, bench.results[kind.key], bench.lost.get(kind.key)) for kind in bench.chosen.systems if bench.results[kind.key]]
    failures = [f"FAILED: {key}: {said}" for key, said in bench.failures.items()]
    if not rows:
        return "\n".join(failures)
    versions = "; ".join(f"{row.kind.name}: {row.kind.version()}" for row in rows)
    rounds = len(rows[0].rounds)
    carried = "peers without TLS" if bench.chosen.plain else "TLS 1.3 on every connection"
    parts = [
        [f"`{command}`, {time.strftime('%Y-%m-%d', time.gmtime())}, {seconds / 60:.1f} minutes; rounds: {rounds}; {carried}."],
        [f"Machine: {machine_text}."],
        [f"Versions: {versions}."],
        ["Each unit sends its next press of 256 bytes when the one before is acknowledged:"],
        throughput_table(rows),
        ["From the press to its acknowledgement (stored) and to the subscriber (console):"],
        latency_table(rows),
        ratios(rows),
        threads(rows),
        NOTES,
        failures,
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)
