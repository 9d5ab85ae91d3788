"""One press, from a unit written from the document to an officer and back; repeats, races, restarts."""

import concurrent.futures
import json

from gateway import until
from unit import connect, press


def test_every_stage_reaches_the_unit(gateway):
    officer = gateway.officer()
    unit = connect(gateway)
    unit.send(press(boot=1, counter=1))
    alert, counter = unit.until_stage("stored")
    assert counter == 1

    shown = until(lambda: officer.open_alerts("astana"), "the alert in its centre's list")
    assert [one["id"] for one in shown] == [str(alert)]
    assert shown[0]["unit"] == "AST-0001" and shown[0]["stage"] == "stored"

    assert officer.act(alert, "shown")[0] == 204
    unit.until_stage("ringing")
    status, claimed = officer.act(alert, "claim")
    assert status == 200 and claimed["owner"] == "aigerim"
    unit.until_stage("answered")
    unit.confirm(alert, "answered")
    until(lambda: officer.get(f"/v1/alerts/{alert}")["confirmed_stage"] == "answered", "the unit's confirmation")
    for action, stage in (("dispatch", "dispatched"), ("arrive", "arrived")):
        assert officer.act(alert, action)[0] == 200
        unit.until_stage(stage)
    status, problem = officer.act(alert, "close", outcome=None, note="")
    assert status in (400, 409, 422), problem
    assert officer.act(alert, "close", outcome="test", note="Тексеру")[0] == 200
    unit.until_stage("closed")
    assert officer.open_alerts("astana") == []
    assert officer.get(f"/v1/alerts/{alert}")["note"] == "Тексеру"


def test_a_repeat_is_recognised_also_after_kill_9(gateway):
    unit = connect(gateway)
    unit.send(press(1, 1))
    alert, _ = unit.until_stage("stored")
    unit.send(press(1, 1))
    assert unit.until_stage("stored") == (alert, 1)
    gateway.kill()
    gateway.start()
    unit = connect(gateway)
    unit.send(press(1, 1))
    assert unit.until_stage("stored") == (alert, 1)
    assert len(gateway.officer().open_alerts()) == 1


def test_of_many_claims_one_wins_and_the_others_learn_who(gateway):
    names = [f"officer{number}" for number in range(8)]
    for name in names:
        gateway.add_officer(name, role="officer", centres=["astana"])
    unit = connect(gateway)
    unit.send(press(1, 1))
    alert, _ = unit.until_stage("stored")
    officers = {name: gateway.officer(name) for name in names}
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        answers = dict(zip(names, pool.map(lambda name: officers[name].act(alert, "claim"), names)))
    winners = [name for name, (status, _) in answers.items() if status == 200]
    assert len(winners) == 1
    for name, (status, answer) in answers.items():
        if name != winners[0]:
            assert status == 409 and answer["owner"] == winners[0], answer


def test_an_officer_sees_only_their_centres(gateway):
    gateway.add_officer("daniyar", role="officer", centres=["almaty"])
    unit = connect(gateway)
    unit.send(press(1, 1))
    alert, _ = unit.until_stage("stored")
    stranger = gateway.officer("daniyar")
    assert stranger.request("GET", "/v1/centres/astana/alerts")[0] in (403, 404)
    assert stranger.request("GET", f"/v1/alerts/{alert}")[0] in (403, 404)
    assert stranger.act(alert, "claim")[0] in (403, 404)


def test_the_stream_resumes_where_it_was_across_a_kill(gateway):
    officer = gateway.officer()
    unit = connect(gateway)
    unit.send(press(1, 1))
    first, _ = unit.until_stage("stored")
    place = until(lambda: officer.open_alerts("astana"), "the first alert")[0]["sequence"]
    gateway.kill()
    gateway.start()
    other = connect(gateway, "AST-0002")
    other.send(press(1, 1))
    second, _ = other.until_stage("stored")

    # The session outlived the daemon, and the stream brings what was missed.
    import http.client

    connection = http.client.HTTPSConnection("127.0.0.1", gateway.console_port, context=officer.context, timeout=10)
    connection.request("GET", "/v1/events", headers={"cookie": officer.cookie, "last-event-id": place})
    response = connection.getresponse()
    assert response.status == 200
    seen = []
    while str(second) not in seen:
        line = response.readline().decode().strip()
        if line.startswith("data:") and '"category"' in line:
            seen.append(json.loads(line[5:])["id"])
    connection.close()


def test_test_calls_are_stored_and_ring_nowhere(gateway):
    unit = connect(gateway)
    unit.send(press(1, 1, category=8))
    unit.until_stage("stored")
    unit.send(press(1, 2))
    alert, _ = unit.until_stage("stored")
    assert [one["id"] for one in gateway.officer().open_alerts()] == [str(alert)]


def test_welcome_says_the_reporting_time_of_the_units_profile(gateway):
    import struct

    from unit import WELCOME, Unit, hello

    # The registry gives the road unit 180 s and the other none: the configuration's 20 s hold for it.
    for name, reporting_s in (("AST-0015", 180), ("AST-0001", 20)):
        files = (gateway.pki / f"units/{name}.pem", gateway.pki / f"units/{name}.key")
        unit = Unit(gateway.units_port, *files, gateway.pki / "ca.pem")
        unit.send(hello(name))
        heartbeat, reporting = struct.unpack(">HH", unit.until(WELCOME)[2:6])
        assert (heartbeat, reporting) == (reporting_s // 3, reporting_s)
