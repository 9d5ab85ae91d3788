"""Every text in Kazakh, Russian and English, switched at once; appearance."""

import re

import pytest
from playwright.sync_api import expect

from fake_gateway import rfc3339

WORDS = {
    "kk": ["ЖБО пульті", "Қабылдау", "Барлық ЖБО", "Жедел жәрдем"],
    "ru": ["Пульт ЦОУ", "Принять", "Все ЦОУ", "Скорая помощь"],
    "en": ["OCC console", "Answer", "All OCCs", "Ambulance"],
}

# Names, codes and measures that are the same in more than one language.
SAME = re.compile(r"^[\d\s:.,·+±×/()?—-]*$|^(Қаз|Рус|Eng|Enter|Esc|[A-Z↓↑]|KZ-.*|Place .*|3 [сs]|± 8 [мm])$"
                  r"|^(Астана|Алматы|Айгерім Сапарова|serik|aigerim)$")

VISIBLE_TEXTS = """() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.data.trim());
    for (const node of document.querySelectorAll("[aria-label], [title]"))
        texts.push(node.getAttribute("aria-label") ?? "", node.title ?? "");
    return texts.filter((text) => text !== "");
}"""


def test_dictionaries_have_the_same_keys_and_placeholders(gateway, new_console):
    console = new_console().open(gateway.url)
    dictionaries = console.page.evaluate("async () => (await import('/language.js')).dictionaries")
    english = dictionaries["en"]

    def placeholders(entry):
        forms = [entry] if isinstance(entry, str) else entry.values()
        return {frozenset(re.findall(r"\{(\w+)\}", form)) for form in forms}

    for tag in ("kk", "ru"):
        assert dictionaries[tag].keys() == english.keys()
        for key, entry in dictionaries[tag].items():
            assert placeholders(entry) == placeholders(english[key]), f"{tag} {key}"
            assert all(form.strip() for form in ([entry] if isinstance(entry, str) else entry.values()))
    for key, entry in dictionaries["ru"].items():
        assert isinstance(entry, str) or entry.keys() == {"one", "few", "many", "other"}, key


def test_every_key_used_exists(gateway, new_console):
    """No text of the page may be a bare key, as an unknown key would be."""
    console = new_console().open(gateway.url)
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    for text in console.page.evaluate(VISIBLE_TEXTS):
        assert not re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", text), text


@pytest.mark.parametrize("state", ["queue", "lost", "signed out"])
def test_switch_leaves_no_text_behind(console, gateway, state):
    gateway.raise_alert(category="medical", press_count=3, cancelled_at=rfc3339(2))
    gateway.raise_alert(owner="serik", stage="answered", category="fault", priority=3, technical=True,
                        faults=["camera", "test_missed"], cleared_at=rfc3339(1))
    gateway.raise_alert(category="link_lost", priority=3, technical=True, faults=["link_lost"],
                        outage={"scope": "gateway", "name": "", "lost": 5, "peak": 7})
    mine = gateway.raise_alert(owner="aigerim", stage="dispatched", category="tamper", priority=2)
    console.row(mine).click()
    if state == "lost":
        gateway.cut()
        console.expect_link("lost")
    if state == "signed out":
        gateway.forget_sessions()
        console.expect_link("signed_out")
    seen = {}
    for tag in ("en", "ru", "kk"):
        where = "#sign-in" if state == "signed out" else "#bar"
        console.page.locator(f'{where} [data-language="{tag}"]').click()
        expect(console.page.locator("html")).to_have_attribute("lang", tag)
        for word in WORDS[tag]:
            expect(console.body).to_contain_text(word)
        # The announcer keeps what it said: repeating an old alarm in a new language would raise it again.
        console.page.evaluate("document.getElementById('announcer').textContent = ''")
        seen[tag] = {text for text in console.page.evaluate(VISIBLE_TEXTS) if not SAME.match(text)}
    names = {"English", "Русский", "Қазақша"}
    # Words that Russian and Kazakh share.
    shared = {"Полиция", "Сеанс"}
    assert seen["en"] & seen["ru"] - names == set()
    assert seen["en"] & seen["kk"] - names == set()
    assert seen["ru"] & seen["kk"] - names - shared == set()


def test_language_is_remembered(console):
    console.set_language("kk")
    console.page.reload()
    console.expect_link("live")
    expect(console.page.locator("html")).to_have_attribute("lang", "kk")
    expect(console.body).to_contain_text("Барлық ЖБО")


@pytest.mark.parametrize(("locale", "tag"), [("ru-RU", "ru"), ("kk-KZ", "kk"), ("de-DE", "kk"), ("en-US", "en")])
def test_first_visit_follows_the_browser(gateway, new_console, locale, tag):
    console = new_console(locale=locale).open(gateway.url)
    expect(console.sign_in_dialog).to_be_visible()
    expect(console.page.locator("html")).to_have_attribute("lang", tag)


def test_colours_follow_the_system_until_chosen(gateway, new_console):
    console = new_console(color_scheme="dark").open(gateway.url)
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    expect(console.body).to_have_css("background-color", "rgb(13, 17, 22)")
    console.page.locator("#theme").select_option("light")
    expect(console.body).to_have_css("background-color", "rgb(233, 236, 240)")
    console.page.reload()
    expect(console.body).to_have_css("background-color", "rgb(233, 236, 240)")


# Contrast of every visible text against the nearest ground that is painted under it, by the WCAG 2 formula.
LOW_CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const pixel = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data;
    };
    const luminance = (color) => {
        const [red, green, blue] = [...pixel(color)].slice(0, 3).map((value) =>
            value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const color = getComputedStyle(at).backgroundColor;
            if (pixel(color)[3] === 255) return color;
        }
        return "white";
    };
    const low = [];
    for (const node of document.querySelectorAll("body *")) {
        const hasText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== "");
        if (!hasText || !node.checkVisibility({ visibilityProperty: true })) continue;
        const [one, two] = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((a, b) => b - a);
        const ratio = (one + 0.05) / (two + 0.05);
        const name = node.className || node.id || node.tagName;
        if (ratio < 4.5) low.push(`${name}: ${node.textContent} ${ratio.toFixed(2)}`);
    }
    return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_contrast_is_at_least_aa(gateway, new_console, scheme):
    gateway.raise_alert(announce=False, press_count=2, cancelled_at=rfc3339(1))
    gateway.raise_alert(announce=False, owner="serik", stage="answered")
    mine = gateway.raise_alert(announce=False, owner="aigerim", stage="answered")
    console = new_console(color_scheme=scheme).open(gateway.url)
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    assert console.page.evaluate(LOW_CONTRAST) == []
    console.row(mine).click()
    console.press("c")
    assert console.page.evaluate(LOW_CONTRAST) == []
    console.press("Escape")
    console.press("?")
    assert console.page.evaluate(LOW_CONTRAST) == []
    console.press("Escape")
    gateway.cut()
    console.expect_link("lost")
    assert console.page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (3840, 2160), (360, 740)])
@pytest.mark.parametrize("tag", ["kk", "ru", "en"])
def test_nothing_runs_out_of_the_screen(gateway, new_console, width, height, tag):
    place = "А-1 тас жолы, 128-ші шақырым, солтүстікке қарай, аялдама"
    for number in range(12):
        gateway.raise_alert(announce=False, age=number * 4000, place=place)
    console = new_console(locale=tag, width=width, height=height).open(gateway.url)
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    console.expect_count(12)
    assert console.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
