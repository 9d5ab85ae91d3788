"""Signing in, the end of a session under the page, signing out."""

from playwright.sync_api import expect


def test_wrong_password_is_refused_and_the_right_one_opens_the_queue(gateway, new_console):
    alert = gateway.raise_alert()
    console = new_console().open(gateway.url)
    console.sign_in("aigerim", "wrong")
    error = console.page.locator("#sign-in-error")
    expect(error).to_have_text("The user name or the password is wrong.")
    expect(console.page.locator("#sign-in-password")).to_be_focused()
    expect(console.page.locator("main")).to_be_hidden()
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    expect(console.row(alert)).to_be_visible()
    expect(console.page.locator("#officer")).to_have_text("Айгерім Сапарова")
    assert "right" not in console.page.evaluate("JSON.stringify(localStorage)")


def test_too_many_attempts_wait_as_long_as_the_gateway_says(gateway, new_console):
    console = new_console()
    console.page.clock.install()
    console.open(gateway.url)
    gateway.retry_after = 30
    console.sign_in("aigerim", "wrong")
    expect(console.page.locator("#sign-in-error")).to_contain_text("Try again in")
    expect(console.page.locator("#sign-in-submit")).to_be_disabled()
    gateway.retry_after = None
    console.page.clock.fast_forward(31_000)
    expect(console.page.locator("#sign-in-submit")).to_be_enabled()
    console.sign_in("aigerim", "right")
    console.expect_link("live")


def test_form_cannot_be_escaped(gateway, new_console):
    console = new_console().open(gateway.url)
    expect(console.sign_in_dialog).to_be_visible()
    for _ in range(3):
        console.press("Escape")
    expect(console.sign_in_dialog).to_be_visible()


def test_session_that_ends_is_renewed_over_the_page(console, gateway):
    alert = gateway.raise_alert()
    expect(console.row(alert)).to_be_visible()
    gateway.forget_sessions()
    console.expect_link("signed_out")
    expect(console.page.locator("#sign-in-again")).to_be_visible()
    expect(console.page.locator("#sign-in-officer")).to_have_value("aigerim")
    expect(console.row(alert)).to_be_attached()
    missed = gateway.raise_alert()
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    expect(console.sign_in_dialog).to_be_hidden()
    expect(console.row(missed)).to_be_visible()


def test_session_that_ends_is_noticed_by_an_action_too(console, gateway):
    alert = gateway.raise_alert()
    expect(console.row(alert)).to_be_visible()
    gateway.sessions.clear()
    console.press("a")
    console.expect_link("signed_out")
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    console.press("a")
    console.expect_side(alert, "mine")


def test_another_officer_sees_nothing_of_the_first(console, gateway):
    gateway.raise_alert()
    theirs = gateway.raise_alert(centre="karaganda")
    console.expect_count(1)
    console.page.locator("#sign-out").click()
    console.expect_link("signed_out")
    console.expect_count(0)
    console.expect_alarm("quiet")
    console.sign_in("daniyar", "right")
    console.expect_link("live")
    console.expect_count(1)
    expect(console.row(theirs)).to_be_visible()


def test_a_session_survives_a_reload(console, gateway):
    gateway.raise_alert()
    console.expect_count(1)
    console.page.reload()
    console.expect_link("live")
    console.expect_count(1)
