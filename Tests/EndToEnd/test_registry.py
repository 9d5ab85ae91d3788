"""The registry's database and its live changes: real sosctl, real daemon, units that stay connected meanwhile."""

import signal
import sqlite3
import struct

import pytest
from certificates import DAY, NOW, issue, load_ca
from gateway import ROOT, Gateway, until
from unit import HEARTBEAT_FRAME, WELCOME, Unit, connect, hello, press

DEMO = ROOT / "Config/registry"
TABLES = ("profiles", "roads", "centres", "units")
UNITS_HEADER = "id,centre,place_ru,latitude,longitude,profile"


@pytest.fixture
def live(tmp_path, pki):
    """A gateway whose configuration names no registry file, with the demonstration imported."""
    one = Gateway(tmp_path, pki, registry=None)
    one.sosctl("registry", "import", *(DEMO / f"{table}.csv" for table in TABLES))
    one.add_officer()
    one.start()
    yield one
    if one.process.poll() is None:
        assert one.stop() == 0, one.log()[-3000:]


def reporting_s(unit: Unit, name: str, boot: int = 1) -> int:
    unit.send(hello(name, boot))
    return struct.unpack(">H", unit.until(WELCOME)[4:6])[0]


def demo_unit(gateway, name: str) -> Unit:
    files = (gateway.pki / f"units/{name}.pem", gateway.pki / f"units/{name}.key")
    return Unit(gateway.units_port, *files, gateway.pki / "ca.pem")


def audit(gateway) -> list[tuple]:
    with sqlite3.connect(f"file:{gateway.directory}/data/accounts.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT officer, allowed, detail FROM audit WHERE act = 'registry' ORDER BY id").fetchall()


def alert_of(officer, centre: str, unit: str):
    return until(
        lambda: next((one for one in officer.open_alerts(centre) if one["unit"] == unit), None), f"an alert of {unit}"
    )


def test_an_empty_database_says_what_to_do(tmp_path, pki):
    gateway = Gateway(tmp_path, pki, registry=None)
    assert "sosctl registry import" in gateway.sosctl("check", code=78).stderr


def test_the_database_serves_like_the_file(live):
    for name, expected in (("AST-0015", 180), ("AST-0001", 20)):
        assert reporting_s(demo_unit(live, name), name) == expected
    good = live.sosctl("registry", "check").stdout
    assert "3 centres" in good and "50 units" in good
    # The YAML file of the same demonstration changes units only in the name of their profile.
    dry = live.sosctl("registry", "import", ROOT / "Config/registry.demo.yaml", "--dry-run").stdout
    assert "  units: 9 would be changed" in dry and "removed" not in dry and "centres: " not in dry


def test_two_thousand_units_come_one_goes_and_nobody_notices(live, tmp_path):
    stays, goes = connect(live, "AST-0001"), connect(live, "ALA-0002")
    kept = [line for line in (DEMO / "units.csv").read_text().splitlines()[1:] if not line.startswith("ALA-0002,")]
    ids = {line.split(",")[0] for line in kept}
    # Rows that are known keep what this file has no column for; so the known ones come in a file of their own.
    known, new = tmp_path / "units-known.csv", tmp_path / "units-new.csv"
    known.write_text("id\n" + "\n".join(sorted(ids)) + "\n")
    new.write_text(
        UNITS_HEADER + "\n"
        + "".join(f"NEW-{n:04},almaty,Жаңа {n},43.{2000 + n % 900},76.9,highway\n" for n in range(2000))
    )
    assert len(ids) == 49
    dry = live.sosctl("registry", "import", known, new, "--replace", "--dry-run").stdout
    assert "units: 2000 would be added" in dry and "units: 1 would be removed: ALA-0002" in dry
    before = [("os", 1), ("sosgatewayd", 1)]
    assert [(who.split(":")[0], allowed) for who, allowed, _ in audit(live)] == before

    done = live.sosctl("registry", "import", known, new, "--replace", "--notify").stdout
    assert "The gateway: in force: 0 centres and 2000 units new or changed, 1 units removed" in done
    assert [(who.split(":")[0], allowed) for who, allowed, _ in audit(live)] == before + before

    officer = live.officer()
    # Who stayed is served as before.
    stays.send(HEARTBEAT_FRAME + press(1, 1))
    stays.until_stage("stored")
    assert alert_of(officer, "astana", "AST-0001")
    # Who went keeps its link, and its alerts go to the default centre.
    goes.send(HEARTBEAT_FRAME + press(1, 1))
    goes.until_stage("stored")
    assert alert_of(officer, "astana", "ALA-0002")
    # Who is new is known at once: reporting time by profile, alerts to its centre.
    # A certificate that ends soon would be a technical alert of its own.
    files = issue(tmp_path, "new", load_ca(live.pki), uris=("urn:sos:unit:NEW-1999",), not_after=NOW + 400 * DAY)
    fresh = Unit(live.units_port, *files, live.pki / "ca.pem")
    assert reporting_s(fresh, "NEW-1999") == 180
    fresh.send(press(1, 1))
    fresh.until_stage("stored")
    assert alert_of(officer, "almaty", "NEW-1999")

    # Everything was journaled: a start after kill -9 has nothing to make up for.
    live.kill()
    live.start()
    assert live.log().count("registry changed") == 2, live.log()[-3000:]
    assert len(live.officer().open_alerts()) == 3


def test_a_bad_file_changes_nothing_and_says_everything(live, tmp_path):
    bad = tmp_path / "units.csv"
    bad.write_text("id;centre;place_ru;latitude;longitude\nB-1;almaty;Парк;43,2;76,9\nB-2;nowhere;Парк;99;76,9\n", encoding="utf-8-sig")
    refused = live.sosctl("registry", "import", bad, code=65).stderr
    assert "units.csv:3:5 (cell B3): centre: \"nowhere\" is no centre" in refused
    assert "units.csv:3:18 (cell D3): latitude: \"99\" is outside the range" in refused
    assert "B-1" not in live.sosctl("registry", "show", "units").stdout
    centres = tmp_path / "centres.csv"
    centres.write_text("id\nalmaty\nkaraganda\n")
    refused = live.sosctl("registry", "import", centres, "--replace", code=65).stderr
    assert 'centres: "astana" would be removed, but the configuration names it as default_centre' in refused
    assert 'centres: "astana" would be removed, but 18 units name it as centre' in refused
    windows = tmp_path / "places.csv"
    windows.write_bytes("id;text_ru\nA;Площадь\n".encode("cp1251"))
    assert "CSV UTF-8" in live.sosctl("registry", "import", windows, code=65).stderr
    assert len(audit(live)) == 2


def test_export_and_import_change_nothing(live, tmp_path):
    for arguments in ((), ("--excel",), ("--format", "geojson")):
        out = tmp_path / "-".join(("out", *arguments))
        out.mkdir()
        live.sosctl("registry", "export", "--directory", out, *arguments)
        files = [path for path in sorted(out.iterdir()) if path.read_text(encoding="utf-8-sig").count("\n") > 1]
        files = [path for path in files if path.suffix == ".csv" or '"Feature"' in path.read_text()]
        assert "Nothing changes." in live.sosctl("registry", "import", *files, "--replace").stdout
    assert len(audit(live)) == 2


def test_sighup_takes_a_registry_file_and_refuses_a_bad_one(tmp_path, pki):
    registry = tmp_path / "registry.yaml"
    text = (ROOT / "Config/registry.demo.yaml").read_text()
    registry.write_text(text)
    gateway = Gateway(tmp_path, pki, registry=registry)
    gateway.add_officer()
    gateway.start()
    unit = connect(gateway)
    registry.write_text(text.replace("{id: AST-0001, centre: astana", "{id: AST-0001, centre: nowhere"))
    gateway.process.send_signal(signal.SIGHUP)
    until(lambda: "registry refused" in gateway.log(), "the refusal in the log")
    line = next(n for n, one in enumerate(text.splitlines(), 1) if "AST-0001" in one)
    assert f"registry.yaml:{line}:" in gateway.log()
    registry.write_text(text.replace("{id: AST-0001, centre: astana", "{id: AST-0001, centre: karaganda"))
    gateway.process.send_signal(signal.SIGHUP)
    until(lambda: len(audit(gateway)) == 3, "the change in the audit record")
    assert [allowed for _, allowed, _ in audit(gateway)] == [1, 0, 1]
    unit.send(press(1, 1))
    unit.until_stage("stored")
    assert alert_of(gateway.officer(), "karaganda", "AST-0001")
    assert gateway.stop() == 0
