"""A real sosgatewayd process for tests: configured, started, killed, restarted; its console API as a client."""

import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"


def binaries() -> pathlib.Path:
    named = os.environ.get("SOSGATEWAY_BIN")
    if named:
        return pathlib.Path(named)
    shown = subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return pathlib.Path(shown.stdout.strip())


def free_port() -> int:
    """A port that was free just now; needed where a restarted gateway must come back on the same one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """One gateway with a directory of its own."""

    def __init__(self, directory: pathlib.Path, pki: pathlib.Path, **overrides):
        self.directory = directory
        self.pki = pki
        self.units_port = free_port()
        self.console_port = free_port()
        self.process = None
        # Added to the daemon's environment at each start.
        self.environment = {}
        # Words before the daemon's own: a command that runs it.
        self.prefix = []
        self.log_path = directory / "sosgatewayd.log"
        self.config_path = directory / "sosgatewayd.yaml"
        self.config = {
            "reporting_time_s": 20,
            "certificate": pki / "gateway.pem",
            "key": pki / "gateway.key",
            "client_ca": pki / "ca.pem",
            "registry": ROOT / "Config/registry.demo.yaml",
            # Lines of the section units, indented by two.
            "units_extra": "",
            "extra": "",
        } | overrides
        self.write_config()

    def write_config(self):
        c = self.config
        self.config_path.write_text(
            f"""state_directory: {self.directory}/data
{f"registry: {c['registry']}" if c['registry'] else ""}
default_centre: astana
log_level: debug
units:
  listen: "127.0.0.1:{self.units_port}"
  certificate: {c['certificate']}
  key: {c['key']}
  client_ca: {c['client_ca']}
  reporting_time_s: {c['reporting_time_s']}
{c['units_extra']}
console:
  listen: "127.0.0.1:{self.console_port}"
  certificate: {self.pki}/console.pem
  key: {self.pki}/console.key
  files: {ROOT}/Sources/ConsoleAPI/Web
{c['extra']}"""
        )

    def add_officer(self, name="aigerim", role="supervisor", centres=("astana", "almaty", "karaganda")):
        arguments = [binaries() / "sosctl", "user", "add", name, "--config", self.config_path, "--name", name.title()]
        arguments += ["--role", role, "--password-stdin"]
        for centre in centres:
            arguments += ["--centre", centre]
        subprocess.run(arguments, input=PASSWORD + "\n", text=True, check=True, capture_output=True)

    def sosctl(self, *arguments, code=0) -> subprocess.CompletedProcess:
        """Runs sosctl with this gateway's configuration; fails on another exit code."""
        ended = subprocess.run(
            [binaries() / "sosctl", *arguments, "--config", self.config_path], capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == code, (ended.returncode, ended.stdout[-3000:], ended.stderr[-3000:])
        return ended

    def start(self):
        """Starts the daemon and waits until it serves."""
        endpoints = self.directory / "data/endpoints.json"
        endpoints.unlink(missing_ok=True)
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [*self.prefix, binaries() / "sosgatewayd", "--config", self.config_path], stdout=log, stderr=log,
            env=os.environ | self.environment,
        )
        log.close()
        deadline = time.monotonic() + 30
        while not endpoints.exists():
            if self.process.poll() is not None:
                raise AssertionError(f"sosgatewayd ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"sosgatewayd was not ready in 30 s:\n{self.log()[-3000:]}")
            time.sleep(0.005)
        return self

    def kill(self):
        """kill -9, reaped."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def console_url(self) -> str:
        return f"https://127.0.0.1:{self.console_port}"

    def officer(self, name="aigerim") -> "Officer":
        return Officer(self, name)


class Officer:
    """A signed-in console without a screen, on the standard library's own HTTP client."""

    def __init__(self, gateway: Gateway, name: str):
        self.gateway = gateway
        self.context = ssl.create_default_context(cafile=gateway.pki / "ca.pem")
        self.cookie = ""
        status, body, headers = self.request("POST", "/v1/sign-in", {"officer": name, "password": PASSWORD})
        assert status == 200, (status, body)
        self.cookie = headers["set-cookie"].split(";")[0]

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.gateway.console_port, context=self.context, timeout=10
        )
        sent = {"cookie": self.cookie} if self.cookie else {}
        if body is not None:
            sent["content-type"] = "application/json"
        connection.request(
            method, path, body=None if body is None else json.dumps(body), headers=sent | (headers or {})
        )
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        is_json = "json" in (response.getheader("content-type") or "")
        return response.status, json.loads(raw) if is_json and raw else raw, response.headers

    def get(self, path):
        status, body, _ = self.request("GET", path)
        assert status == 200, (path, status, body)
        return body

    def act(self, alert, action, **body):
        status, answer, _ = self.request("POST", f"/v1/alerts/{alert}/{action}", body)
        return status, answer

    def open_alerts(self, *centres):
        found = []
        for centre in centres or ("astana", "almaty", "karaganda"):
            found += self.get(f"/v1/centres/{centre}/alerts")["alerts"]
        return found

    def callers_alerts(self, *centres):
        """Without those that the gateway raised itself, such as for a button pressed again and again."""
        return [alert for alert in self.open_alerts(*centres) if not alert["technical"]]

    def counters(self) -> dict:
        text = self.get("/metrics").decode()
        pairs = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
        return {
            name.removeprefix("sosgateway_").removesuffix("_total"): int(value) if value.isdigit() else float(value)
            for name, value in pairs
        }


def until(predicate, what: str, seconds: float = 10):
    """Waits for a condition of another process; the last value is returned, and what was missing is named."""
    deadline = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        threading.Event().wait(0.02)
