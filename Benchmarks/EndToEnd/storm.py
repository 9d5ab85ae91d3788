"""All units drop at once and come back: starts sosgatewayd and mosquitto in turn, lets peers/storm-units.c play the units, and
prints how long it took, what presses waited for, and what the server used."""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import links

# Of the gateway's process: what it keeps from units, and a few more.
DESCRIPTORS_BESIDE = 1_100


class Gateway(links.Daemon):
    key, name, dialect = "gateway", "SOSGateway", "gateway"


class Mosquitto(links.Mosquitto):
    key, dialect = "mosquitto", "mqtt"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/storm")
    parser.add_argument("programs", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--units", type=int, default=20_000, help="that drop at once")
    parser.add_argument("--standing", type=int, default=200, help="units that do not drop and press")
    parser.add_argument("--rate", type=int, default=100, help="presses a second of all standing units")
    parser.add_argument("--pressing", type=int, default=1, help="per cent of the dropped units that press within 10 s")
    parser.add_argument("--cold", action="store_true", help="without session tickets: every handshake is a full one")
    parser.add_argument("--hold", type=int, default=0, metavar="SECONDS", help="no storm: hold the links with their heartbeats")
    parser.add_argument("--only", default="gateway,mosquitto")
    return parser.parse_args()


def play(server, chosen: argparse.Namespace) -> dict:
    command = [server.programs / "storm-units", server.port, server.process.pid, server.pki / "ca.pem", server.pki / "ca.key"]
    command += [server.dialect, f"units={chosen.units}", f"standing={chosen.standing}", f"rate={chosen.rate}"]
    command += [f"pressing={chosen.pressing}", f"hold={chosen.hold}"]
    # The gateway gives 100 tickets a second, when it is idle.
    command += [f"tickets_s={0 if chosen.cold else 60 + chosen.units // 50}"]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"storm: {server.name} failed; its last words:\n{(server.work / 'log').read_text()[-2000:]}")
    return json.loads(done.stdout)


def spread(found: dict) -> str:
    return f"{found['p50']:,.1f} / {found['p99']:,.1f} / {found['max']:,.0f}" if found["count"] else "–"


def storm_table(results: list):
    print("| server | last one back, s | handshakes/s | resumed | attempts | server's processor, s | memory before, MiB | at most, MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, r in results:
        back = f"{r['back_s']:.1f}" if r["back_s"] > 0 else f"not within {r['seconds']:.0f}"
        print(
            f"| {name} | {back} | {r['handshakes_s']:,} | {r['resumed']:,} | {r['attempts']:,} | {r['server_cpu_s']:.1f} "
            f"| {r['before_kib'] / 1024:,.0f} | {r['peak_kib'] / 1024:,.0f} |"
        )
    print("\n| press to stored, p50 / p99 / max, ms | standing, quiet | standing, in the storm | pressed while away | of these, from connect() | pressed when back | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, r in results:
        kinds = ("quiet_ms", "standing_ms", "returning_ms", "from_connect_ms", "online_ms")
        cells = " | ".join(spread(r[kind]) for kind in kinds)
        print(f"| {name} | {cells} | {r['lost']} of {r['pressed'] + r['standing_ms']['count'] + r['quiet_ms']['count']:,} |")


def hold_table(results: list, seconds: int):
    print(f"| server | links | connected in, s | links lost in {seconds} s | processor, % of one | resident, MiB | at most, MiB | press to stored, p50 / p99 / max, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, r in results:
        print(
            f"| {name} | {r['units']:,} | {r['gather_s']:.1f} | {r['lost_links']} | {r['server_cpu_s'] / r['seconds'] * 100:.1f} "
            f"| {r['before_kib'] / 1024:,.0f} | {r['peak_kib'] / 1024:,.0f} | {spread(r['quiet_ms'])} |"
        )


def main():
    chosen = arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    room = most - DESCRIPTORS_BESIDE - chosen.standing
    if chosen.units > room:
        print(f"storm: this process may have {most:,} descriptors, so {room:,} units instead of {chosen.units:,}", file=sys.stderr)
        chosen.units = room
    results = []
    disk = os.environ.get("BENCHMARK_DISK", "/var/tmp")
    for kind in (Gateway, Mosquitto):
        if kind.key not in chosen.only.split(","):
            continue
        with tempfile.TemporaryDirectory(dir=disk) as directory:
            server = kind(pathlib.Path(directory) / kind.key, chosen.programs, "")
            try:
                server.start()
                results.append((server.name, play(server, chosen)))
                print(json.dumps(results[-1][1]), file=sys.stderr)
            finally:
                server.stop()
    print(f"{chosen.units:,} units, {chosen.standing} standing ones with {chosen.rate} presses/s; {'no tickets' if chosen.cold else 'with tickets'}.\n")
    if chosen.hold:
        hold_table(results, chosen.hold)
    else:
        storm_table(results)
    said = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout.strip()
    print(f"\n{said}; load average at the end {os.getloadavg()[0]:.1f}.")


main()
