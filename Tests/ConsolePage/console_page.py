"""The console page as a test uses it: what an officer sees and does, by names instead of selectors.

It knows nothing of the server behind the page; the end-to-end test drives the real daemon's console with it.
"""

import re

from playwright.sync_api import Locator, Page, expect


class ConsolePage:
    def __init__(self, page: Page):
        self.page = page
        self.body = page.locator("body")
        self.rows = page.locator("#queue-rows > .row")
        self.detail = page.locator("#detail")
        self.alarm = page.locator("#alarm")
        self.notices = page.locator("#notices .notice")
        self.lost = page.locator("#lost")
        self.sign_in_dialog = page.locator("#sign-in")
        self.close_dialog = page.locator("#close-dialog")

    def open(self, url: str) -> "ConsolePage":
        self.page.goto(url)
        return self

    def sign_in(self, officer: str, password: str):
        """Fills in the form that the page shows to whoever has no session."""
        expect(self.sign_in_dialog).to_be_visible()
        self.page.locator("#sign-in-officer").fill(officer)
        self.page.locator("#sign-in-password").fill(password)
        self.page.locator("#sign-in-submit").click()

    def row(self, alert: str) -> Locator:
        """The queue's row of an alert, by its id."""
        return self.page.locator(f'#queue-rows > .row[data-alert="{alert}"]')

    def order(self) -> list[str]:
        """The ids in the queue, top first."""
        return [row.get_attribute("data-alert") for row in self.rows.all()]

    def press(self, key: str):
        """Presses a key wherever the focus is."""
        self.page.keyboard.press(key)

    def set_language(self, tag: str):
        """kk, ru or en."""
        self.page.locator(f'#bar [data-language="{tag}"]').click()

    def close_alert(self, outcome: str, note: str = ""):
        """Closes the selected alert, which must be the officer's own."""
        self.press("c")
        expect(self.close_dialog).to_be_visible()
        self.page.locator(f'#close-outcomes input[value="{outcome}"]').check()
        self.page.locator("#close-note").fill(note)
        self.page.locator("#close-form button[type=submit]").click()
        expect(self.close_dialog).to_be_hidden()

    def expect_link(self, state: str, timeout: float = 15_000):
        """connecting, live, lost or signed_out."""
        expect(self.body).to_have_attribute("data-link", state, timeout=timeout)

    def expect_alarm(self, state: str):
        """ringing or quiet."""
        expect(self.body).to_have_attribute("data-alarm", state)

    def expect_side(self, alert: str, side: str):
        """unclaimed, mine or others."""
        expect(self.row(alert)).to_have_attribute("data-side", side)

    def expect_count(self, count: int):
        expect(self.rows).to_have_count(count)

    def expect_notice(self, text: str | re.Pattern):
        expect(self.notices.last).to_contain_text(text)
