"""kill -9 in the middle of presses: nothing stored is lost, and the officer's page shows the truth again."""

import os
import re
import subprocess
import sys

import pytest
from gateway import PASSWORD, ROOT, binaries, until
from unit import connect, press

sys.path.append(str(ROOT / "Tests/ConsolePage"))


def simulator(gateway, *options):
    password = gateway.directory / "officer.password"
    password.write_text(PASSWORD + "\n")
    os.chmod(password, 0o600)
    return subprocess.Popen(
        [
            binaries() / "sos-simulator", "run", "--connect", f"127.0.0.1:{gateway.units_port}",
            "--pki", gateway.pki, "--registry", ROOT / "Config/registry.demo.yaml", "--seed", "7",
            "--console", gateway.console_url, "--officer", "aigerim", "--password-file", password, *options,
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )


def finished(process, seconds: int) -> str:
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise AssertionError(f"the simulator did not end:\n{output[-3000:]}") from None
    return output


def test_nothing_stored_is_lost_by_kill_9(gateway):
    field = simulator(gateway, "--presses", "120", "--press-every", "0.1", "--answer", "--duration", "90")
    for _ in range(4):
        # Each life of the daemon stores some presses and dies in the middle of others.
        officer = gateway.officer()
        before = officer.counters()["presses_stored"]
        until(lambda: officer.counters()["presses_stored"] >= before + 8, "presses stored in this life", 30)
        gateway.kill()
        gateway.start()
    output = finished(field, 150)
    assert field.returncode == 0, output[-4000:]
    assert re.search(r"stored\s+120\b", output), output[-2000:]


@pytest.fixture
def page(gateway):
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(ignore_https_errors=True, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        yield page
        browser.close()


def test_the_page_shows_the_truth_again_after_kill_9(gateway, page):
    from console_page import ConsolePage

    units = [connect(gateway, name) for name in ("AST-0001", "AST-0002")]
    alerts = []
    for unit in units:
        unit.send(press(1, 1))
        alerts.append(unit.until_stage("stored")[0])

    console = ConsolePage(page)
    console.open(gateway.console_url)
    console.sign_in("aigerim", PASSWORD)
    for alert in alerts:
        console.row(str(alert)).wait_for()
    # The page itself says that it shows them: the units hear it ring.
    for unit in units:
        unit.until_stage("ringing")

    gateway.kill()
    console.expect_link("lost")
    gateway.start()
    console.expect_link("live")
    third = connect(gateway, "AST-0003")
    third.send(press(1, 1))
    alerts.append(third.until_stage("stored")[0])
    for alert in alerts:
        console.row(str(alert)).wait_for()
    third.until_stage("ringing")
    # By keyboard: A answers the most urgent, and its unit lights the lamp.
    page.keyboard.press("a")
    unit = connect(gateway, "AST-0001", boot=2)
    unit.until_stage("answered")
    unit.confirm(alerts[0], "answered")
    console.expect_side(str(alerts[0]), "mine")


def test_mouse_claims_and_closes(gateway, page):
    from console_page import ConsolePage

    unit = connect(gateway)
    console = ConsolePage(page)
    console.open(gateway.console_url)
    console.sign_in("aigerim", PASSWORD)
    console.expect_link("live")
    unit.send(press(1, 1))
    alert, _ = unit.until_stage("stored")
    console.row(str(alert)).click()
    page.locator("#detail button").first.click()
    unit.until_stage("answered")
    # The unit may hear of it before the page does.
    console.expect_side(str(alert), "mine")
    console.close_alert("test", "Тексеру қоңырауы")
    unit.until_stage("closed")
