"""Where presses go: areas and policies imported by sosctl, units that move, and a centre that its supervisor closes."""

import sqlite3

import pytest
from certificates import issue, load_ca
from gateway import ROOT, Gateway, until
from unit import Unit, connect, hello, press

DEMO = ROOT / "Config/registry"
TABLES = ("profiles", "roads", "centres", "units")
# Every press of the tests carries 51.128258, 71.430564.
AROUND = "[[71.3,51.0],[71.6,51.0],[71.6,51.3],[71.3,51.3],[71.3,51.0]]"
COUNTRY = "[[46,40],[88,40],[88,56],[46,56],[46,40]]"


@pytest.fixture
def moving(tmp_path, pki):
    """The demonstration, in which nobody is impatient, with two areas and three patrol cars of Karaganda."""
    one = Gateway(tmp_path, pki, registry=None)
    one.sosctl("registry", "import", *(DEMO / f"{table}.csv" for table in TABLES))
    centres, areas, units = (tmp_path / f"{table}-more.csv" for table in ("centres", "areas", "units"))
    slow = "".join(f"{centre},600,700,800,600\n" for centre in ("astana", "almaty", "karaganda"))
    centres.write_text("id,escalate_1_s,escalate_2_s,escalate_3_s,unseen_s\n" + slow)
    areas.write_text(f'id,centre,ring\ncity,almaty,"{AROUND}"\ncountry,karaganda,"{COUNTRY}"\n')
    units.write_text("id,centre,place_ru\n" + "".join(f"CAR-{n},karaganda,Патруль {n}\n" for n in (1, 2, 3)))
    one.sosctl("registry", "import", centres, areas, units)
    one.add_officer()
    one.add_officer("bolat", role="officer")
    one.start()
    yield one
    if one.process.poll() is None:
        assert one.stop() == 0, one.log()[-3000:]


def car(gateway, tmp_path, name: str) -> Unit:
    """A unit with a certificate of its own, connected."""
    files = issue(tmp_path, name, load_ca(gateway.pki), uris=(f"urn:sos:unit:{name}",))
    unit = Unit(gateway.units_port, *files, gateway.pki / "ca.pem")
    unit.send(hello(name))
    return unit


def pressed(unit: Unit, counter: int = 1) -> str:
    unit.send(press(1, counter))
    return str(unit.until_stage("stored")[0])


def centre_of(officer, alert: str) -> str:
    return until(lambda: officer.request("GET", f"/v1/alerts/{alert}")[1].get("centre"), "the alert")


def set_state(officer, centre: str, state: str):
    return officer.request("PUT", f"/v1/centres/{centre}/state", {"state": state})[:2]


def test_a_moving_unit_presses_where_it_is(moving, tmp_path):
    officer = moving.officer()
    assert centre_of(officer, pressed(car(moving, tmp_path, "CAR-1"))) == "almaty"
    # Nobody registered it; its position is all that is known.
    assert centre_of(officer, pressed(car(moving, tmp_path, "STRANGER"))) == "almaty"
    # A unit that was surveyed belongs where it stands.
    assert centre_of(officer, pressed(connect(moving, "KRG-0001"))) == "karaganda"
    # Live: the small area is gone, and the large one counts; without any, the unit's own centre.
    areas = tmp_path / "areas-less.csv"
    areas.write_text("id\ncountry\n")
    done = moving.sosctl("registry", "import", areas, "--replace", "--notify").stdout
    assert "0 units removed, 1 areas removed" in done, done
    assert centre_of(officer, pressed(car(moving, tmp_path, "NOBODY"))) == "karaganda"
    # All of it is in the journal: a new process routes alike and has nothing to make up for.
    moving.kill()
    moving.start()
    assert moving.log().count("registry changed") == 2, moving.log()[-3000:]
    assert centre_of(moving.officer(), pressed(car(moving, tmp_path, "CAR-2"))) == "karaganda"


def test_a_supervisor_closes_a_centre_and_its_failover_has_the_presses(moving, tmp_path):
    officer = moving.officer()
    waiting = pressed(car(moving, tmp_path, "CAR-1"))
    assert centre_of(officer, waiting) == "almaty"
    status, problem = set_state(moving.officer("bolat"), "almaty", "inactive")
    assert (status, problem["reason"]) == (403, "supervisors_only")

    status, centre = set_state(officer, "almaty", "inactive")
    assert (status, centre["state"], centre["open_alerts"]) == (200, "inactive", 0), centre
    # Almaty's fail-over centre is Astana: what waited and what comes.
    assert officer.get(f"/v1/alerts/{waiting}")["centre"] == "astana"
    new = pressed(car(moving, tmp_path, "CAR-2"))
    assert centre_of(officer, new) == "astana"
    assert officer.get(f"/v1/alerts/{new}")["former_centre"] == "almaty"

    # The registry says active, as it always did: a start does not undo what the supervisor said.
    moving.kill()
    moving.start()
    officer = moving.officer()
    states = {one["id"]: one["state"] for one in officer.get("/v1/centres")}
    assert states == {"astana": "active", "almaty": "inactive", "karaganda": "active"}
    status, centre = set_state(officer, "almaty", "active")
    assert (status, centre["open_alerts"]) == (200, 2)
    assert {one["id"] for one in officer.open_alerts("almaty")} == {waiting, new}
    # What is no state, and a centre that nobody has.
    assert set_state(officer, "almaty", "closed")[0] == 400
    assert set_state(officer, "nowhere", "full")[0] == 403
    with sqlite3.connect(f"file:{moving.directory}/data/accounts.sqlite?mode=ro", uri=True) as database:
        rows = database.execute("SELECT officer, allowed, detail FROM audit WHERE act = 'centre-state' ORDER BY id")
        assert [row for row in rows.fetchall() if row[1]] == [
            ("aigerim", 1, "almaty inactive"), ("aigerim", 1, "almaty active")
        ]
