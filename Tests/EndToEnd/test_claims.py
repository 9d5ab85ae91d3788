"""Fifty officers claim one alert at the same moment over the real API; notes, another ring, a transfer."""

import concurrent.futures
import threading

from gateway import until
from unit import connect, press

OFFICERS = 50


def test_fifty_claims_at_once(gateway):
    names = [f"officer-{number}" for number in range(OFFICERS)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: gateway.add_officer(name, role="officer", centres=("astana",)), names))
        officers = list(pool.map(gateway.officer, names))
    unit = connect(gateway)
    for counter in (1, 2, 3):
        unit.send(press(1, counter))
        alert = str(unit.until_stage("stored")[0])
        ready = threading.Barrier(OFFICERS)

        def claim(officer):
            ready.wait()
            return officer.act(alert, "claim")

        with concurrent.futures.ThreadPoolExecutor(OFFICERS) as pool:
            answers = list(pool.map(claim, officers))
        winners = [place for place, (status, _) in enumerate(answers) if status == 200]
        assert len(winners) == 1
        winner = names[winners[0]]
        for status, answer in answers:
            if status != 200:
                assert (status, answer["reason"], answer["owner"]) == (409, "already_claimed", winner)
        assert unit.until_stage("answered")[0] == int(alert)
        assert officers[winners[0]].act(alert, "close", outcome="real")[0] == 200


def test_transfer_takes_everything_along(gateway):
    gateway.add_officer("almaty-1", role="officer", centres=("almaty",))
    here, there = gateway.officer(), gateway.officer("almaty-1")
    unit = connect(gateway)
    unit.send(press(1, 1))
    alert = str(unit.until_stage("stored")[0])
    assert here.act(alert, "re-ring")[1]["ring_count"] == 1
    assert here.act(alert, "note", note="two cars, one on its side")[0] == 200
    assert here.act(alert, "transfer", centre="almaty")[1]["reason"] == "not_claimed"
    assert there.act(alert, "claim")[0] == 403
    assert here.act(alert, "claim")[0] == 200
    unit.send(press(1, 2))
    unit.until_stage("answered")
    for centre, reason in (("nowhere", "no_such_centre"), ("astana", "already_there")):
        assert here.act(alert, "transfer", centre=centre)[1]["reason"] == reason
    status, moved = here.act(alert, "transfer", centre="almaty")
    assert status == 200 and moved["centre"] == "almaty" and moved["former_centre"] == "astana"
    assert moved["note"] == "two cars, one on its side" and moved["owner"] is None
    unit.until_stage("ringing")
    found = until(lambda: there.open_alerts("almaty"), "the alert in the other centre")
    assert [one["id"] for one in found] == [alert] and found[0]["press_count"] == 2
    assert here.open_alerts("astana") == []
    assert there.act(alert, "claim")[0] == 200
    unit.until_stage("answered")
