"""The live queue, the alarm, answering, and the life of an alert on the page."""

import re

from playwright.sync_api import expect

from console_page import ConsolePage
from fake_gateway import rfc3339, unit_json

BLOCK_SOUND = """
    let isTouched = false;
    addEventListener("pointerdown", () => { isTouched = true; }, { capture: true });
    const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state").get;
    Object.defineProperty(BaseAudioContext.prototype, "state",
        { get() { return isTouched ? state.call(this) : "suspended"; } });
"""


def test_alert_appears_live_with_alarm(console, gateway):
    console.expect_alarm("quiet")
    alert = gateway.raise_alert(category="medical", place="Достық даңғылы, 5", age=65)
    row = console.row(alert)
    expect(row).to_contain_text("Ambulance")
    expect(row).to_contain_text("Достық даңғылы, 5")
    expect(row.locator(".age")).to_have_text(re.compile(r"^1:\d\d$"))
    expect(row).to_have_attribute("data-side", "unclaimed")
    console.expect_alarm("ringing")
    expect(console.body).to_have_attribute("data-sounding", "true")
    expect(console.page.locator("#announcer")).to_have_text(
        "New alert: Ambulance. Достық даңғылы, 5. Danger to life.")
    expect(console.alarm).to_contain_text("Достық даңғылы, 5")
    expect(console.page).to_have_title(re.compile(r"^\(1\) SOS! Ambulance"))


def test_alarm_ends_when_somebody_answers(console, gateway):
    alert = gateway.raise_alert()
    console.expect_alarm("ringing")
    gateway.change(alert, owner="serik", stage="answered")
    console.expect_alarm("quiet")
    expect(console.body).to_have_attribute("data-sounding", "false")
    console.expect_side(alert, "others")
    expect(console.row(alert)).to_contain_text("serik")


def test_a_technical_alert_waits_without_alarm_and_says_what_it_stands_for(console, gateway):
    gateway.add_unit("astana", "KZ-7", "Place 7")
    camera = gateway.raise_alert(category="fault", priority=3, technical=True, press_count=0, faults=["camera", "speaker"])
    console.expect_count(1)
    expect(console.row(camera)).to_contain_text("Camera fault, Loudspeaker fault")
    console.expect_alarm("quiet")
    expect(console.body).to_have_attribute("data-sounding", "false")
    expect(console.page.locator("#alarm-progress")).to_have_text("1 technical alert waits")
    outage = gateway.raise_alert(category="link_lost", priority=2, technical=True, press_count=0, faults=["link_lost"],
                                 outage={"scope": "carrier", "name": "kcell", "lost": 4812, "peak": 4900})
    console.expect_alarm("ringing")
    expect(console.row(outage)).to_contain_text("Network kcell: 4812 units lost now, 4900 at most")
    gateway.change(outage, outage={"scope": "carrier", "name": "kcell", "lost": 1, "peak": 5000})
    expect(console.row(outage)).to_contain_text("1 unit lost now, 5000 at most")
    gateway.change(camera, cleared_at=gateway.alerts[camera]["raised_at"], owner="serik", stage="answered")
    expect(console.row(camera)).to_contain_text("Over by itself")
    console.row(camera).click()
    expect(console.detail).to_contain_text("Camera fault, Loudspeaker fault")


def test_most_urgent_first_then_oldest(console, gateway):
    technical = gateway.raise_alert(category="fault", priority=3, age=600)
    young = gateway.raise_alert(priority=0, age=5)
    old = gateway.raise_alert(priority=0, age=50)
    urgent = gateway.raise_alert(category="road_accident", priority=1, age=900, centre="almaty")
    console.expect_count(4)
    assert console.order() == [old, young, urgent, technical]


def test_one_key_answers_the_most_urgent_wherever_it_is(console, gateway):
    other = gateway.raise_alert(priority=1, centre="almaty")
    urgent = gateway.raise_alert(priority=0, centre="astana")
    console.expect_count(2)
    console.page.locator('.tab[data-centre="almaty"]').click()
    console.expect_count(1)
    console.press("a")
    console.expect_side(urgent, "mine")
    console.expect_side(other, "unclaimed")
    expect(console.detail).to_have_attribute("data-alert", urgent)
    assert gateway.alerts[urgent]["owner"] == "aigerim"
    assert len(gateway.calls("/claim")) == 1


def test_answer_key_works_on_a_russian_keyboard(console, gateway):
    alert = gateway.raise_alert()
    console.expect_count(1)
    console.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ф', code: 'KeyA', bubbles: true}))")
    console.expect_side(alert, "mine")


def test_double_press_takes_one_alert(console, gateway):
    gateway.raise_alert()
    gateway.raise_alert()
    console.expect_count(2)
    console.page.evaluate("""for (let turn = 0; turn < 5; turn += 1)
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "a", code: "KeyA", bubbles: true}))""")
    expect(console.page.locator('.row[data-side="mine"]')).to_have_count(1)
    expect(console.page.locator('.row[data-side="unclaimed"]')).to_have_count(1)


def test_lost_race_says_who_was_faster(console, gateway):
    alert = gateway.raise_alert()
    console.expect_alarm("ringing")
    gateway.change(alert, announce=False, owner="serik", stage="answered")
    console.press("a")
    console.expect_notice("serik was faster and has the alert.")
    gateway.push("alert", gateway.alerts[alert], gateway.sequence)
    console.expect_side(alert, "others")
    console.press("Escape")
    expect(console.notices).to_have_count(0)


def test_two_officers_race_and_exactly_one_wins(gateway, new_console):
    gateway.officers["serik"] = {"password": "right", "name": "Серік", "role": "officer", "centres": ["astana"]}
    consoles = {}
    for officer in ("aigerim", "serik"):
        consoles[officer] = new_console().open(gateway.url)
        consoles[officer].sign_in(officer, "right")
        consoles[officer].expect_link("live")
    alert = gateway.raise_alert()
    for console in consoles.values():
        console.expect_alarm("ringing")
    for console in consoles.values():
        console.press("a")
    winner = consoles.pop("aigerim" if gateway.alerts[alert]["owner"] == "aigerim" else "serik")
    winner.expect_side(alert, "mine")
    (loser,) = consoles.values()
    loser.expect_side(alert, "others")


def test_whole_life_by_keyboard(console, gateway):
    alert = gateway.raise_alert()
    console.expect_count(1)
    console.press("Enter")
    console.expect_side(alert, "mine")
    console.press("d")
    expect(console.row(alert)).to_have_attribute("data-stage", "dispatched")
    console.press("d")
    expect(console.row(alert)).to_have_attribute("data-stage", "arrived")
    console.press("c")
    expect(console.close_dialog).to_be_visible()
    console.press("3")
    console.press("Tab")
    console.page.keyboard.type("Балалар ойнаған")
    console.press("Control+Enter")
    console.expect_count(0)
    assert gateway.alerts[alert]["outcome"] == "hoax"
    assert gateway.alerts[alert]["note"] == "Балалар ойнаған"
    expect(console.detail).to_have_attribute("data-stage", "closed")
    expect(console.detail).to_contain_text("Hoax call")


def test_close_requires_an_outcome(console, gateway):
    alert = gateway.raise_alert(owner="aigerim", stage="answered")
    console.row(alert).click()
    console.press("c")
    console.page.locator("#close-form button[type=submit]").click()
    expect(console.page.locator("#close-error")).to_have_text("Choose an outcome.")
    expect(console.close_dialog).to_be_visible()
    assert gateway.calls("/close") == []
    console.press("Escape")
    expect(console.close_dialog).to_be_hidden()
    console.close_alert("real", "Help came")
    console.expect_count(0)


def test_note_longer_than_the_gateway_keeps_is_not_sent(console, gateway):
    alert = gateway.raise_alert(owner="aigerim", stage="answered")
    console.row(alert).click()
    console.press("c")
    console.press("1")
    console.page.locator("#close-note").fill("№" * 200)
    console.press("Control+Enter")
    expect(console.page.locator("#close-error")).to_have_text("The note is too long.")
    assert gateway.calls("/close") == []


def test_released_alert_rings_again(console, gateway):
    alert = gateway.raise_alert(owner="aigerim", stage="answered")
    console.row(alert).click()
    console.expect_alarm("quiet")
    console.press("r")
    console.expect_side(alert, "unclaimed")
    console.expect_alarm("ringing")


def test_only_possible_actions_are_offered(console, gateway):
    theirs = gateway.raise_alert(owner="serik", stage="answered")
    console.row(theirs).click()
    expect(console.page.locator("#detail-actions button:visible")).to_have_count(0)
    console.press("c")
    expect(console.close_dialog).to_be_hidden()


def test_arrows_and_letters_move(console, gateway):
    first = gateway.raise_alert(age=30)
    second = gateway.raise_alert(age=20)
    third = gateway.raise_alert(age=10)
    console.expect_count(3)
    console.row(first).click()
    console.press("j")
    expect(console.row(second)).to_be_focused()
    console.press("ArrowDown")
    expect(console.row(third)).to_have_attribute("aria-selected", "true")
    console.press("k")
    console.press("ArrowUp")
    expect(console.detail).to_have_attribute("data-alert", first)


def test_single_keys_can_be_switched_off(console, gateway):
    alert = gateway.raise_alert()
    console.expect_count(1)
    console.press("?")
    console.page.locator("#help-shortcuts").uncheck()
    console.press("Escape")
    console.press("a")
    console.press("Enter")
    console.expect_side(alert, "mine")
    assert len(gateway.calls("/claim")) == 1


def test_detail_shows_place_course_and_confirmation(console, gateway):
    gateway.add_unit("astana", "KZ-7", "Бәйтерек")
    alert = gateway.raise_alert(
        age=60, unit="KZ-7", stage="dispatched", owner="aigerim", ringing_at=rfc3339(59), answered_at=rfc3339(50),
        dispatched_at=rfc3339(20), confirmed_stage="answered", press_count=3, cancelled_at=rfc3339(5))
    console.row(alert).click()
    link = console.detail.get_by_role("link")
    expect(link).to_have_text("51.12830, 71.43050")
    expect(link).to_have_attribute("href", "geo:51.128300,71.430500;u=8")
    lamps = console.row(alert).locator(".lamp")
    states = [lamp.get_attribute("data-state") for lamp in lamps.all()]
    assert states == ["confirmed", "confirmed", "confirmed", "reached", "ahead", "ahead"]
    expect(console.row(alert)).to_contain_text("Cancelled by the caller")
    expect(console.row(alert)).to_contain_text("3 presses")
    expect(console.detail).to_contain_text("the unit has not confirmed yet")


def test_unit_without_position_shows_where_it_stands(console, gateway):
    alert = gateway.raise_alert(position=None)
    console.row(alert).click()
    expect(console.detail).to_contain_text("The unit has no known position.")
    unit = unit_json("astana", f"KZ-{alert}", "x", point={"lat": 43.2, "lon": 76.9})
    gateway.push("unit", unit, gateway.sequence)
    expect(console.detail.get_by_role("link")).to_have_text("43.20000, 76.90000")
    gateway.change(alert, position={"lat": 43.3, "lon": 76.8, "accuracy_m": None, "age_s": None})
    expect(console.detail.get_by_role("link")).to_have_attribute("href", "geo:43.300000,76.800000")
    expect(console.detail).to_contain_text("Registered place of the unit")


def test_shown_is_reported_once_and_only_for_what_is_in_view(console, gateway):
    for number in range(40):
        gateway.raise_alert(age=100 - number)
    console.expect_count(40)
    top = console.order()[0]
    bottom = console.order()[-1]
    expect(console.row(top)).to_have_attribute("data-stage", "ringing")
    expect(console.row(bottom)).to_have_attribute("data-stage", "stored")
    expect(console.page.locator("#queue-below")).to_be_visible()
    console.row(bottom).scroll_into_view_if_needed()
    expect(console.row(bottom)).to_have_attribute("data-stage", "ringing")
    reported = [path for _, path, _, _ in gateway.calls("/shown")]
    assert len(reported) == len(set(reported))


def test_text_from_outside_stays_text(console, gateway):
    evil = "<img src=x onerror=\"document.body.dataset.owned='yes'\"><script>document.body.dataset.owned='yes'</script>"
    alert = gateway.raise_alert(place=evil, unit="<b>unit</b>", owner="aigerim", stage="answered", note=evil)
    other = gateway.raise_alert(place=evil, category="<i>category</i>")
    console.expect_count(2)
    expect(console.row(other).locator(".place")).to_have_text(evil)
    console.row(alert).click()
    expect(console.detail.locator(".detail-place")).to_have_text(evil)
    expect(console.detail.locator("dd", has_text="onerror")).to_have_text(evil)
    expect(console.page.locator("main img, main script, main b, main i")).to_have_count(0)
    assert console.page.evaluate("document.body.dataset.owned") is None


def test_five_hundred_alerts_stay_usable(console, gateway):
    for number in range(500):
        centre = ("astana", "almaty")[number % 2]
        gateway.raise_alert(announce=False, age=1000 - number, centre=centre, priority=number % 4)
    gateway.resync()
    console.expect_count(500)
    console.press("a")
    expect(console.page.locator('.row[data-side="mine"]')).to_have_count(1)
    console.press("j")
    expect(console.page.locator(".row:focus")).to_have_count(1)
    late = gateway.raise_alert(priority=0, age=5000)
    expect(console.rows.first).to_have_attribute("data-alert", late)


def test_mute_is_shown_and_remembered(console, gateway):
    gateway.raise_alert()
    expect(console.body).to_have_attribute("data-sounding", "true")
    console.press("m")
    expect(console.body).to_have_attribute("data-sound", "muted")
    expect(console.body).to_have_attribute("data-sounding", "false")
    expect(console.page.locator("#sound")).to_contain_text("Sound off")
    console.page.reload()
    console.expect_link("live")
    expect(console.body).to_have_attribute("data-sound", "muted")


def test_blocked_sound_is_said_until_a_gesture_frees_it(console, gateway):
    gateway.raise_alert()
    console.expect_alarm("ringing")
    # A new tab has the session, but nobody has touched it: browsers play nothing there. A driven browser counts every
    # question of the driver as a touch, so that the rule is played here.
    tab = console.page.context.new_page()
    tab.add_init_script(BLOCK_SOUND)
    second = ConsolePage(tab).open(gateway.url)
    second.expect_link("live")
    expect(second.body).to_have_attribute("data-sound", "blocked")
    expect(second.page.locator("#sound-blocked")).to_be_visible()
    second.page.mouse.click(5, 5)
    expect(second.body).to_have_attribute("data-sounding", "true")
    expect(second.page.locator("#sound-blocked")).to_be_hidden()


def test_ages_count_by_the_gateways_clock(gateway, new_console):
    console = new_console()
    console.page.clock.install(time="2020-01-01T00:00:00Z")
    console.open(gateway.url)
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    alert = gateway.raise_alert(age=125)
    expect(console.row(alert).locator(".age")).to_have_text(re.compile(r"^2:\d\d$"))
    console.page.clock.fast_forward(3_600_000)
    expect(console.row(alert).locator(".age")).to_have_text(re.compile(r"^1:02:\d\d$"))
