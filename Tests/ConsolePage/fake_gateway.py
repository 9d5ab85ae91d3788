"""A gateway for the console page's tests: the same routes as the real one, on the standard library alone.

It serves the page's real files with the real policy headers, keeps alerts in memory, and can be told to do what a real
gateway does at the worst moment: vanish, hang silent, forget sessions, send old versions, be another journal.
"""

import json
import queue
import secrets
import socket
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "Sources" / "ConsoleAPI" / "Web"

# Trusted types on top of the real policy: any use of HTML text as markup becomes an error that a test sees.
POLICY = ("default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
          "require-trusted-types-for 'script'")

TYPES = {".json": "application/json", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

PRIORITIES = ("life", "urgent", "property", "technical", "test")
STAGES = {"claim": "answered", "dispatch": "dispatched", "arrive": "arrived", "close": "closed"}


def rfc3339(seconds_ago: float = 0) -> str:
    """A time of the gateway's clock."""
    return (datetime.now(timezone.utc) - timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds")


def unit_json(centre: str, unit: str, place: str, **fields) -> dict:
    """A unit as the API shows it."""
    return {"id": unit, "centre": centre, "place": place, "point": {"lat": 51.1283, "lon": 71.4305}, "online": True,
            "registered": True, "removed": False, "reporting_time_s": 90, "link_changed_at": rfc3339(), **fields}


class Connections(ThreadingHTTPServer):
    """Remembers its sockets, so that a cut takes the established ones too."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, gateway: "FakeGateway"):
        self.gateway = gateway
        self.sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), Handler)

    def process_request(self, request, client_address):
        self.sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """A connection that a test has cut ends in an exception; that is the point of it."""

    def cut(self):
        for established in list(self.sockets):
            try:
                established.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class FakeGateway:
    """State and misdeeds. Its methods may be called from the test's thread at any time."""

    def __init__(self):
        self.lock = threading.RLock()
        self.mode = "up"
        self.officers = {
            "aigerim": {"password": "right", "name": "Айгерім Сапарова", "role": "officer",
                        "centres": ["astana", "almaty"]},
            "daniyar": {"password": "right", "name": "Данияр Ким", "role": "supervisor", "centres": ["karaganda"]},
        }
        self.centres = {"astana": "Астана", "almaty": "Алматы", "karaganda": "Қарағанды"}
        self.units: dict[str, list[dict]] = {centre: [] for centre in self.centres}
        self.alerts: dict[str, dict] = {}
        self.sequence = 100
        self.history: list[tuple[int, str, dict]] = []
        self.streams: list[queue.Queue] = []
        self.sessions: dict[str, str] = {}
        self.requests: list[tuple[str, str, dict | None, str | None]] = []
        self.event_headers: list[str | None] = []
        self.retry_after: int | None = None
        self.server = Connections(self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    # What happens at units and other consoles

    def add_unit(self, centre: str, unit: str, place: str, online: bool = True):
        self.units[centre].append(unit_json(centre, unit, place, online=online))

    def raise_alert(self, announce: bool = True, age: float = 0, **fields) -> str:
        """A press; returns the alert's id."""
        with self.lock:
            self.sequence += 1
            number = str(self.sequence)
            at = rfc3339(age)
            alert = {
                "id": number, "unit": f"KZ-{number}", "place": f"Place {number}", "centre": "astana",
                "category": "police", "priority_level": 0, "stage": "stored", "raised_at": at, "pressed_at": at,
                "stored_at": at, "ringing_at": None, "answered_at": None, "dispatched_at": None, "arrived_at": None,
                "closed_at": None, "cancelled_at": None, "press_count": 1, "last_press_at": at,
                "position": {"lat": 51.1283, "lon": 71.4305, "accuracy_m": 8.4, "age_s": 3}, "owner": None,
                "confirmed_stage": None, "outcome": None, "note": "", "sequence": number,
            }
            # Tests say `priority=3` for short.
            alert["priority_level"] = fields.pop("priority", 0)
            alert["priority"] = PRIORITIES[alert["priority_level"]]
            alert.update(fields)
            self.alerts[number] = alert
            if announce:
                self.push("alert", alert, self.sequence)
            return number

    def change(self, number: str, announce: bool = True, **fields) -> dict:
        """Something happened to an alert."""
        with self.lock:
            self.sequence += 1
            alert = {**self.alerts[number], **fields, "sequence": str(self.sequence)}
            self.alerts[number] = alert
            if announce:
                self.push("alert", alert, self.sequence)
            return alert

    def push(self, kind: str, data: dict, sequence: int | None = None):
        """Sends an event to every stream, true or not."""
        with self.lock:
            if sequence is not None:
                self.history.append((sequence, kind, data))
            for stream in self.streams:
                stream.put((kind, data, sequence))

    def resync(self):
        self.push("resync", {"sequence": str(self.sequence)})

    # What happens to gateways

    def cut(self):
        """The network or the daemon is gone: nothing is answered, established connections end."""
        with self.lock:
            self.mode = "down"
            self.drop_streams()
        self.server.cut()

    def restore(self):
        self.mode = "up"

    def drop_streams(self):
        with self.lock:
            for stream in self.streams:
                stream.put(None)
            self.streams.clear()

    def forget_sessions(self):
        with self.lock:
            self.sessions.clear()
            self.drop_streams()

    def new_journal(self):
        """Another installation behind the same address: sequences start again."""
        with self.lock:
            self.alerts.clear()
            self.history.clear()
            self.sequence = 1
            self.drop_streams()

    def stop(self):
        self.cut()
        self.server.shutdown()
        self.server.server_close()

    # What tests ask

    def calls(self, suffix: str) -> list[tuple[str, str, dict | None, str | None]]:
        with self.lock:
            return [request for request in self.requests if request[1].endswith(suffix)]

    def open_alerts(self, centre: str) -> list[dict]:
        alerts = [alert for alert in self.alerts.values() if alert["centre"] == centre and alert["stage"] != "closed"]
        return sorted(alerts, key=lambda alert: (alert["priority_level"], alert["raised_at"], int(alert["id"])))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def gateway(self) -> FakeGateway:
        return self.server.gateway

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        if self.gateway.mode == "down":
            self.close_connection = True
            return
        super().handle_one_request()

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/v1/"):
            self.api("GET", path, None)
        else:
            self.file(path)

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        if self.headers.get("Content-Type") != "application/json":
            return self.problem(415, "Content-Type must be application/json")
        self.api("POST", self.path, json.loads(text or b"{}"))

    def file(self, path: str):
        found = (WEB / ("index.html" if path == "/" else path.lstrip("/"))).resolve()
        if not found.is_relative_to(WEB) or not found.is_file():
            return self.answer(404, b"", "text/plain")
        self.answer(200, found.read_bytes(), TYPES[found.suffix])

    def api(self, method: str, path: str, body: dict | None):
        gateway = self.gateway
        officer = self.officer()
        with gateway.lock:
            gateway.requests.append((method, path, body, officer))
        if self.gateway.mode == "down":
            self.close_connection = True
            return
        if gateway.mode == "unavailable":
            return self.problem(503, "The gateway is stopping")
        if path == "/v1/sign-in":
            return self.sign_in(body)
        if officer is None:
            return self.problem(401, "Sign in first")
        parts = path.strip("/").split("/")
        if path == "/v1/events":
            return self.events()
        with gateway.lock:
            if path == "/v1/sign-out":
                gateway.sessions.pop(self.cookie(), None)
                gateway.drop_streams()
                return self.answer(204, b"", "")
            if path == "/v1/me":
                return self.json(200, self.me(officer))
            if path == "/v1/centres":
                return self.json(200, [self.centre(each) for each in gateway.officers[officer]["centres"]])
            if parts[1] == "centres" and parts[3] == "alerts":
                return self.json(200, {"sequence": str(gateway.sequence), "alerts": gateway.open_alerts(parts[2])})
            if parts[1] == "centres" and parts[3] == "units":
                return self.json(200, {"sequence": str(gateway.sequence), "units": gateway.units[parts[2]]})
            if parts[1] == "alerts":
                return self.act(officer, parts[2], parts[3], body or {})
        self.problem(404, "No such thing")

    def act(self, officer: str, number: str, action: str, body: dict):
        gateway = self.gateway
        alert = gateway.alerts.get(number)
        if alert is None:
            return self.problem(404, "No such alert")
        if action == "shown":
            if alert["stage"] == "stored":
                gateway.change(number, stage="ringing", ringing_at=rfc3339())
            return self.answer(204, b"", "")
        owner = alert["owner"]
        if alert["stage"] == "closed":
            return self.refused("already_closed", owner)
        if action == "claim" and owner is not None:
            return self.refused("already_claimed", owner)
        if action != "claim" and owner is None:
            return self.refused("not_claimed", None)
        if action != "claim" and owner != officer:
            return self.refused("not_owner", owner)
        if action == "close" and not body.get("outcome"):
            return self.refused("outcome_missing", owner)
        if action == "release":
            return self.json(200, gateway.change(number, owner=None, stage="ringing"))
        stage = STAGES[action]
        fields = {"stage": stage, f"{stage}_at": rfc3339()}
        if action == "claim":
            fields["owner"] = officer
        if action == "close":
            fields.update(outcome=body["outcome"], note=body.get("note", ""))
        self.json(200, gateway.change(number, **fields))

    def events(self):
        gateway = self.gateway
        after = self.headers.get("Last-Event-ID")
        stream: queue.Queue = queue.Queue()
        with gateway.lock:
            gateway.event_headers.append(after)
            resumed = after is not None and int(after) <= gateway.sequence
            place = after if resumed else str(gateway.sequence)
            stream.put(("ready", {"sequence": place, "resumed": resumed}, int(place)))
            for sequence, kind, data in gateway.history if resumed else []:
                if sequence >= int(after):
                    stream.put((kind, data, sequence))
            if after is not None and not resumed:
                stream.put(("resync", {"sequence": place}, int(place)))
            gateway.streams.append(stream)
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        while (event := stream.get()) is not None:
            kind, data, sequence = event
            number = "" if sequence is None else f"id: {sequence}\n"
            self.wfile.write(f": words\nevent: {kind}\n{number}data: {json.dumps(data)}\n\n".encode())
            self.wfile.flush()

    def sign_in(self, body: dict):
        gateway = self.gateway
        if gateway.retry_after is not None:
            return self.problem(429, "Too many attempts", {"Retry-After": str(gateway.retry_after)})
        account = gateway.officers.get(body.get("officer", ""))
        if account is None or account["password"] != body.get("password"):
            return self.problem(401, "Wrong name or password")
        session = secrets.token_hex(8)
        gateway.sessions[session] = body["officer"]
        self.json(200, self.me(body["officer"]), {"Set-Cookie": f"session={session}; HttpOnly; SameSite=Strict; Path=/"})

    def me(self, officer: str) -> dict:
        account = self.gateway.officers[officer]
        return {"officer": officer, "name": account["name"], "role": account["role"], "centres": account["centres"]}

    def centre(self, number: str) -> dict:
        units = self.gateway.units[number]
        return {"id": number, "name": self.gateway.centres[number], "open_alerts": len(self.gateway.open_alerts(number)),
                "units_online": sum(unit["online"] for unit in units), "units_total": len(units)}

    def cookie(self) -> str:
        return (self.headers.get("Cookie") or "").partition("session=")[2].partition(";")[0]

    def officer(self) -> str | None:
        return self.gateway.sessions.get(self.cookie())

    def refused(self, reason: str, owner: str | None):
        self.answer(409, json.dumps({"title": "Conflict", "status": 409, "detail": reason, "reason": reason,
                                     "owner": owner}).encode(), "application/problem+json")

    def problem(self, status: int, detail: str, headers: dict | None = None):
        body = json.dumps({"title": detail, "detail": detail, "status": status}).encode()
        self.answer(status, body, "application/problem+json", headers)

    def json(self, status: int, body, headers: dict | None = None):
        self.answer(status, json.dumps(body).encode(), "application/json", headers)

    def answer(self, status: int, body: bytes, kind: str, headers: dict | None = None):
        self.send_response(status)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
