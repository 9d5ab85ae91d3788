"""What the gateway says is wrong with itself stands on the page until it is over."""

import re

from playwright.sync_api import expect

from fake_gateway import rfc3339


def warn(gateway, kind: str, active: bool = True):
    gateway.push("warning", {"kind": kind, "active": active, "at": rfc3339(), "detail": "syncs take 203.1 ms"})


def test_a_warning_stands_until_it_is_over(console, gateway):
    banners = console.page.locator("#warnings .warning")
    warn(gateway, "disk_slow")
    expect(banners).to_have_count(1)
    expect(banners).to_contain_text("The gateway's disk is slow")
    expect(banners).to_contain_text("syncs take 203.1 ms")
    warn(gateway, "disk_slow")
    warn(gateway, "not_storing")
    expect(banners).to_have_count(2)
    warn(gateway, "disk_slow", active=False)
    expect(banners).to_have_count(1)
    expect(banners).to_have_attribute("role", "alert")
    # The queue stays usable under it.
    alert = gateway.raise_alert()
    console.row(alert).wait_for()
    console.press("a")
    console.expect_side(alert, "mine")


def test_a_warning_speaks_the_officers_language(console, gateway):
    warn(gateway, "disk_full")
    banner = console.page.locator("#warnings .warning strong")
    for tag, words in (("kk", "Шлюздің дискісі толуға жақын"), ("ru", "Диск шлюза почти заполнен"), ("en", "almost full")):
        console.set_language(tag)
        expect(banner).to_contain_text(words)


def test_a_kind_that_is_not_known_yet_is_shown_all_the_same(console, gateway):
    warn(gateway, "certificate_expires")
    expect(console.page.locator("#warnings .warning")).to_contain_text(re.compile("a fault of its own.*203.1 ms"))


def test_a_new_connection_forgets_what_is_not_told_again(console, gateway):
    banners = console.page.locator("#warnings .warning")
    warn(gateway, "not_storing")
    expect(banners).to_have_count(1)
    gateway.cut()
    console.expect_link("lost")
    # Nothing is stored and nobody answers: both stand.
    expect(banners).to_have_count(1)
    gateway.restore()
    console.expect_link("live")
    expect(banners).to_have_count(0)
