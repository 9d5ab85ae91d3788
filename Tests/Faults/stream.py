"""A console's event stream as a test reads it: on a thread of its own, warnings kept."""

import http.client
import json
import threading
import time


class Stream:
    """Signs in, opens the stream, and keeps what comes until it ends."""

    def __init__(self, gateway):
        self.events: list[tuple[str, dict]] = []
        self.is_over = False
        self.changed = threading.Condition()
        officer = gateway.officer()
        self.connection = http.client.HTTPSConnection(
            "127.0.0.1", gateway.console_port, context=officer.context, timeout=60
        )
        self.connection.request("GET", "/v1/events", headers={"cookie": officer.cookie})
        self.response = self.connection.getresponse()
        assert self.response.status == 200
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        kind = ""
        try:
            for line in self.response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    with self.changed:
                        self.events.append((kind, json.loads(value)))
                        self.changed.notify_all()
        except (OSError, http.client.HTTPException):
            pass
        with self.changed:
            self.is_over = True
            self.changed.notify_all()

    def latest(self, kind: str) -> dict | None:
        """The last warning of a kind."""
        found = [data for name, data in list(self.events) if name == "warning" and data["kind"] == kind]
        return found[-1] if found else None

    def warning(self, kind: str, active: bool = True, seconds: float = 10) -> dict:
        """Waits for a warning that holds, or for its end."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not ((found := self.latest(kind)) and found["active"] == active):
                left = deadline - time.monotonic()
                if left <= 0 or self.is_over:
                    raise AssertionError(f"no warning {kind}, active {active}; came: {self.events[-5:]}")
                self.changed.wait(left)
            return found
