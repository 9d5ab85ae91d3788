"""A centre that nobody watches: its fail-over centre has the alerts within 15 s, and gives them back once."""

import http.client
import time

from gateway import Gateway, until
from unit import connect, press

REGISTRY = """centres:
  - {id: astana, name: Astana, escalation_s: "600/700/800", unseen_s: 0, failover: almaty}
  - {id: almaty, name: Almaty}
units:
  - {id: AST-0001, centre: astana, place: "Bäiterek"}
  - {id: AST-0002, centre: astana, place: "Khan Shatyr"}
"""


class Console:
    """An open event stream of one centre."""

    def __init__(self, officer, centre):
        self.connection = http.client.HTTPSConnection(
            "127.0.0.1", officer.gateway.console_port, context=officer.context, timeout=20
        )
        self.connection.request("GET", f"/v1/events?centre={centre}", headers={"cookie": officer.cookie})
        self.response = self.connection.getresponse()
        assert self.response.status == 200
        assert self.response.readline().startswith(b"retry")

    def close(self):
        self.response.close()
        self.connection.close()


def test_unwatched_centre(tmp_path, pki):
    registry = tmp_path / "registry.yaml"
    registry.write_text(REGISTRY)
    gateway = Gateway(tmp_path, pki, registry=registry)
    gateway.add_officer(centres=("astana", "almaty"))
    gateway.start()
    try:
        officer = gateway.officer()
        console = Console(officer, "astana")
        # The watch is looked at twice a second.
        time.sleep(1.2)
        first = connect(gateway)
        first.send(press(1, 1))
        alerts = [str(first.until_stage("stored")[0])]
        assert officer.get(f"/v1/alerts/{alerts[0]}")["centre"] == "astana"

        console.close()
        gone = time.time()
        moved = until(
            lambda: (found := officer.get(f"/v1/alerts/{alerts[0]}"))["centre"] == "almaty" and found, "fail-over", 25
        )
        # The stream's end is noticed by its next line, at most 10 s later; then the gateway waits for 10 s.
        assert 9.5 < time.time() - gone < 22
        assert moved["former_centre"] == "astana"
        second = connect(gateway, "AST-0002")
        second.send(press(1, 1))
        alerts.append(str(second.until_stage("stored")[0]))
        assert sorted(one["id"] for one in officer.open_alerts("almaty")) == sorted(alerts)

        console = Console(officer, "astana")
        until(lambda: len(officer.open_alerts("astana")) == 2, "both back", 5)
        assert officer.open_alerts("almaty") == []
        console.close()
    finally:
        gateway.stop()
