"""What a handshake and an idle connection cost each server: starts them, lets peers/tls-units.c play the units, prints a table."""

import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# HELLO of a unit whose id stands for uuuu (Docs/unit-protocol.md), and MQTT's CONNECT under the same name.
HELLO = "002a0100" "01000000" "00000001" "00020301" "00000000" "0000000000000000" "10" "uuuu" "00"
CONNECT = "101c" "00044d51545404020000" "0010" "uuuu"
# What units offer a share of first.
SHARES = {"X25519": "X25519:P-256", "P-256": "P-256:X25519"}
ROUNDS_AT_ONCE = 5
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Server:
    """One server in a directory of its own."""

    name, alpn, greeting = "", "-", "-"

    def __init__(self, work: pathlib.Path, programs: pathlib.Path, transport: str):
        self.work, self.programs, self.transport, self.pki = work, programs, transport, programs / "pki"
        self.port = 0
        self.process = None

    def command(self) -> list:
        raise NotImplementedError

    def read_port(self) -> int:
        return int(self.process.stdout.readline())

    def start(self):
        self.work.mkdir()
        log = open(self.work / "log", "wb")
        command = [str(word) for word in self.command()]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        self.port = self.read_port()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def units(self, what: str, count: int, share: str) -> list:
        command = [self.programs / "tls-units", self.port, self.process.pid, self.pki / "ca.pem", self.pki / "ca.key"]
        command += [self.alpn, what, count, self.greeting]
        done = subprocess.run(
            [str(word) for word in command],
            env=os.environ | {"GROUPS_OFFERED": SHARES[share]},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"links: {self.name} failed; its last words:\n{(self.work / 'log').read_text()[-2000:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]


class Plain(Server):
    name, alpn = "plain C, OpenSSL's defaults (two tickets)", "sos-unit/1"

    def command(self):
        return [self.programs / "tls-server", self.pki / "gateway.pem", self.pki / "gateway.key", self.pki / "ca.pem"]


class PlainWithoutTickets(Plain):
    name = "plain C, no tickets"

    def command(self):
        return super().command() + [0]


class Transport(Server):
    name, alpn, greeting = "**the gateway's unit side**", "sos-unit/1", HELLO

    def command(self):
        files = [self.pki / "gateway.pem", self.pki / "gateway.key", self.pki / "ca.pem"]
        return [self.transport] + files + [self.work / "ticket-keys"]


class Daemon(Server):
    name, alpn, greeting = "sosgatewayd, whole", "sos-unit/1", HELLO

    def command(self):
        (self.work / "sosgatewayd.yaml").write_text(
            f"""state_directory: {self.work}/data
registry: {self.programs}/registry.yaml
default_centre: bench
units:
  listen: "127.0.0.1:0"
  certificate: {self.pki}/gateway.pem
  key: {self.pki}/gateway.key
  client_ca: {self.pki}/ca.pem
  reporting_time_s: 180
console:
  listen: "127.0.0.1:0"
  certificate: {self.pki}/console.pem
  key: {self.pki}/console.key
  files: {ROOT}/Sources/ConsoleAPI/Web
"""
        )
        return [os.environ["SOSGATEWAY_BIN"] + "/sosgatewayd", "--config", self.work / "sosgatewayd.yaml"]

    def read_port(self):
        endpoints = self.work / "data/endpoints.json"
        deadline = time.monotonic() + 30
        while not endpoints.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit(f"links: sosgatewayd did not start:\n{(self.work / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        return int(json.loads(endpoints.read_text())["units"].rpartition(":")[2])


class Mosquitto(Server):
    greeting = CONNECT

    @property
    def name(self):
        said = subprocess.run(["/usr/sbin/mosquitto", "-h"], capture_output=True, text=True, check=False).stdout
        return f"mosquitto {said.split()[2]}"

    def command(self):
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.chosen = probe.getsockname()[1]
        (self.work / "mosquitto.conf").write_text(
            f"user root\nlistener {self.chosen} 127.0.0.1\ncafile {self.pki}/ca.pem\ncertfile {self.pki}/gateway.pem\n"
            f"keyfile {self.pki}/gateway.key\nrequire_certificate true\ntls_version tlsv1.3\nallow_anonymous true\n"
        )
        return ["/usr/sbin/mosquitto", "-c", self.work / "mosquitto.conf"]

    def read_port(self):
        time.sleep(1)
        return self.chosen


def handshakes(servers: list, rounds: int):
    print("| server | share | never seen before | seen before, full | resumed by a ticket |")
    print("| --- | --- | --- | --- | --- |")
    used = {}
    for _ in range(max(1, rounds // ROUNDS_AT_ONCE)):
        for server in servers:
            for share in SHARES:
                for line in server.units("handshakes", min(rounds, ROUNDS_AT_ONCE), share):
                    if line["phase"] == "resumed" and line["resumed"] == 0:
                        continue
                    used.setdefault((server.name, share, line["phase"]), []).append(line["server_us"])
    for server in servers:
        for share in SHARES:
            cells = []
            for phase in ("first", "again", "resumed"):
                found = used.get((server.name, share, phase))
                cells.append(f"{statistics.median(found):,.0f} ({min(found):,.0f})" if found else "–")
            print(f"| {server.name} | {share} | " + " | ".join(cells) + " |")
    print("\nMicroseconds of the server's processor time a handshake, all its threads: median of rounds of 100 (the least).")


def memory(servers: list, count: int):
    print("| server | " + " | ".join(f"KiB a connection, {share} share" for share in SHARES) + " |")
    print("| --- |" + " --- |" * len(SHARES))
    for server in servers:
        cells = []
        for share in SHARES:
            cells.append(f"{server.units('idle', count, share)[-1]['kib_each']:.1f}")
            # Each share meets a fresh process: what another left free would be used again.
            server.stop()
            shutil.rmtree(server.work)
            server.start()
        print(f"| {server.name} | " + " | ".join(cells) + " |", flush=True)
    print(f"\nGrowth of resident anonymous memory from 200 connections to {count + 200:,}, each a unit of its own, divided.")


def main():
    programs, transport, what, count = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    kinds = [Plain, PlainWithoutTickets] if what == "handshakes" else [Plain]
    kinds += [Mosquitto, Transport] + ([Daemon] if "SOSGATEWAY_BIN" in os.environ else [])
    with tempfile.TemporaryDirectory() as directory:
        servers = [kind(pathlib.Path(directory) / kind.__name__, programs, transport) for kind in kinds]
        try:
            for server in servers:
                server.start()
            (handshakes if what == "handshakes" else memory)(servers, count)
        finally:
            for server in servers:
                server.stop()
    said = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout.strip()
    print(f"{said}; load average at the end {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
