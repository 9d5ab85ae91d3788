"""A made field of units lives through a scenario; everything acknowledged is in the journal, and the console shows why."""

import subprocess

import pytest
from gateway import PASSWORD, Gateway, binaries, until

UNITS = 36

SCENARIO = """\
name: A short day
duration_s: 13
timeline:
  - {at_s: 0, what: presses, for_s: 11, per_minute: 150, cancel_percent: 30}
  - {at_s: 1, what: stuck_button, units: 1, for_s: 11, every_s: 0.3, name: A button is stuck}
  - {at_s: 2, what: carrier_fails, carrier: net-1, for_s: 5, name: Network 1 is down}
  - {at_s: 3, what: fault, fault: door_open, for_s: 5, units: 4}
  - {at_s: 3, what: weak_battery, for_s: 6, units: 2, from_percent: 40, to_percent: 5}
  - {at_s: 4, what: test_calls, for_s: 3, units: 10}
  - {at_s: 5, what: clock, error_s: +600, units: 2}
  - {at_s: 6, what: roaming, road: A3, for_s: 6, units: 3, report_every_s: 1, new_link_every_s: 3}
  - {at_s: 9, what: storm, name: Everybody drops}
"""


@pytest.fixture
def made(tmp_path):
    """A gateway that serves a field of ``make-field``, its registry imported from the made tables."""
    field = tmp_path / "field"
    subprocess.run(
        [binaries() / "sos-simulator", "make-field", "--units", str(UNITS), "--into", field], check=True,
        capture_output=True,
    )
    gateway = Gateway(tmp_path, field, registry="")
    tables = [field / f"{name}.csv" for name in ("centres", "carriers", "roads", "units")]
    gateway.sosctl("registry", "import", *tables)
    gateway.add_officer()
    gateway.start()
    yield gateway
    if gateway.process.poll() is None:
        assert gateway.stop() == 0, gateway.log()[-3000:]


def run(gateway, scenario, *options, journal_of=None):
    password = gateway.directory / "officer.password"
    password.write_text(PASSWORD + "\n")
    return subprocess.Popen(
        [
            binaries() / "sos-simulator", "run", "--connect", f"127.0.0.1:{gateway.units_port}", "--pki", gateway.pki,
            "--registry", gateway.pki / "units.csv", "--scenario", scenario, "--spread-sources",
            "--journal-of", journal_of or gateway.config_path, "--console", gateway.console_url, "--officer", "aigerim",
            "--password-file", password, *options,
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )


def ended(process, seconds=60) -> str:
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise AssertionError(f"the simulator did not end:\n{output[-3000:]}") from None
    return output


def test_a_short_day(made, tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(SCENARIO)
    field = run(made, scenario, "--hgrm", tmp_path / "hgrm")
    officer = made.officer()

    def stuck():
        faults = [alert for alert in officer.open_alerts() if alert["technical"]]
        return [alert for alert in faults if "button_stuck" in str(alert)]

    # The gateway finds the stuck button itself: 20 presses within a minute.
    assert len(until(stuck, "the alert of a stuck button", 40)) == 1
    # The carrier's twelve units are away, and come back.
    output = ended(field)
    assert field.returncode == 0, output[-4000:]
    assert f"{UNITS} of {UNITS} units are online" in output
    assert "[2 s] Network 1 is down: 12 units" in output and f"[9 s] Everybody drops: {UNITS} units" in output
    assert "Nothing lost" in output and "The journal was asked for" in output, output[-3000:]
    # Cut once by the carrier, all of them by the storm, some by their clocks and their roads.
    reconnects = int(output.rsplit("reconnects ", 1)[1].split()[0])
    assert reconnects >= UNITS + 12, output[-3000:]
    table = (tmp_path / "hgrm/press-stored.hgrm").read_text()
    assert table.startswith("       Value     Percentile TotalCount 1/(1-Percentile)\n")
    assert "#[Max     =" in table and (tmp_path / "hgrm/report-acknowledged.hgrm").exists()


def test_what_the_journal_does_not_have_is_named(made, tmp_path):
    """Asked for another gateway's journal, the simulator must miss every message, and say so."""
    (tmp_path / "other").mkdir()
    other = Gateway(tmp_path / "other", made.pki, registry="")
    tables = [made.pki / f"{name}.csv" for name in ("centres", "carriers", "roads", "units")]
    other.sosctl("registry", "import", *tables)
    other.start()
    assert other.stop() == 0
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        "name: Two\nduration_s: 2\nunits: 4\ntimeline:\n"
        "  - {at_s: 0, what: test_calls, units: 1}\n  - {at_s: 0, what: fault, fault: camera, units: 1, for_s: 1}\n"
    )
    field = run(made, scenario, journal_of=other.config_path)
    output = ended(field)
    assert field.returncode == 1, output[-3000:]
    assert output.count("not in the journal") == 3 and "3 things lost" in output, output[-3000:]
