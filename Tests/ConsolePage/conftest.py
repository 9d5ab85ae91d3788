"""Fixtures of the console page's tests. The browser and ``new_console`` know no server, so that the end-to-end test can
use them on the real daemon; ``gateway`` is the fake one.

``CHROMIUM`` names the browser; Debian's by default. No browser is downloaded.
"""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from console_page import ConsolePage  # noqa: E402
from fake_gateway import FakeGateway  # noqa: E402

# Counts what the content security policy refused, from before the page's first line.
WATCH_POLICY = """
    window.refusedByPolicy = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.refusedByPolicy.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@pytest.fixture(scope="session")
def browser():
    executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--autoplay-policy=document-user-activation-required"])
        yield browser
        browser.close()


@pytest.fixture
def new_console(browser):
    """Makes consoles, each an own browser profile. In the end none may have met a script error or a policy refusal."""
    made = []

    def make(locale: str = "en-GB", width: int = 1366, height: int = 768, **options) -> ConsolePage:
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": height}, ignore_https_errors=True, **options)
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        made.append((context, page, errors))
        return ConsolePage(page)

    yield make
    for context, page, errors in made:
        refused = page.evaluate("window.refusedByPolicy ?? []")
        context.close()
        assert errors == [], "script errors on the page"
        assert refused == [], "the content security policy refused something"


@pytest.fixture
def gateway():
    """A fake gateway on a free port."""
    made = FakeGateway()
    yield made
    made.stop()


@pytest.fixture
def console(gateway, new_console) -> ConsolePage:
    """A console with an officer of two centres signed in and the queue loaded."""
    made = new_console().open(gateway.url)
    made.sign_in("aigerim", "right")
    made.expect_link("live")
    return made
