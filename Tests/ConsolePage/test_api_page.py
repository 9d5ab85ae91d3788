"""The page that shows the API's document to people."""

import json
from pathlib import Path

from playwright.sync_api import expect

DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "Sources/ConsoleAPI/Web/openapi.json").read_text())


def test_every_operation_and_schema_is_shown_and_every_name_leads_to_it(gateway, new_console):
    page = new_console().page
    page.goto(gateway.url + "/api.html")
    operations = page.locator("details.operation")
    expect(operations).to_have_count(sum(len(methods) for methods in DOCUMENT["paths"].values()))
    expect(page.locator("section.schema")).to_have_count(len(DOCUMENT["components"]["schemas"]))
    claim = page.locator("#claim")
    claim.locator("summary").click()
    expect(claim).to_contain_text("of many at once exactly one wins")
    expect(claim.locator("td", has_text="409")).to_be_visible()
    broken = page.evaluate("""[...document.querySelectorAll('a[href^="#"]')]
        .map((link) => link.hash.slice(1)).filter((name) => !document.getElementById(name))""")
    assert broken == []
