"""The console as people use it, in Chromium."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from shared.contracts.identity import Department
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser
CARD = "#card-r-open"


@pytest.fixture
def with_open_record(desk: Desk) -> Desk:
    """The desk with a new record for Lisbon's front office."""
    hotel = desk.console.hotel
    hotel.open("r-open", "city", "guest_request", Department.FRONT_OFFICE, what="A chair", room="101", owner="bruno")
    return desk


async def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe out."""
    await page.evaluate("window.unreloaded = true")


async def assert_not_reloaded(page: Page) -> None:
    assert await page.evaluate("window.unreloaded")


async def test_card_accepted_at_one_desk_moves_on_the_other_without_reload(
    with_open_record: Desk, browser: Browser
) -> None:
    mine, other = await with_open_record.sit(browser), await with_open_record.sit(browser, "bruno")
    await expect(other.locator(CARD)).to_have_attribute("data-status", "new")
    await mark(mine)
    await mark(other)
    await mine.locator(CARD).get_by_role("button", name="Accept").click()
    await expect(mine.locator(CARD)).to_have_attribute("data-status", "pending")
    await expect(other.locator(CARD)).to_have_attribute("data-status", "pending")
    await expect(other.locator(CARD)).to_contain_text("Carla Nunes")
    await expect(mine.locator(CARD)).to_contain_text("You")
    await assert_not_reloaded(mine)
    await assert_not_reloaded(other)


async def test_new_record_waits_behind_a_button_on_other_desks(desk: Desk, browser: Browser) -> None:
    mine, other = await desk.sit(browser), await desk.sit(browser, "bruno")
    await mark(other)
    await mine.keyboard.press("n")
    await mine.fill("#e-room", "lobby")
    await mine.get_by_text("Lisbon", exact=True).last.click()
    await mine.fill("input[name='field.text.request']", "A wheelchair at the door")
    await mine.get_by_role("button", name="Write it down").click()
    await mine.wait_for_url("**/records/new-*")
    waiting = other.get_by_role("button", name="1 new")
    await waiting.click()
    await expect(other.locator("#board")).to_contain_text("A wheelchair at the door")
    await assert_not_reloaded(other)


async def test_similar_records_are_shown_while_typing_the_room(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser, "bruno")
    await page.keyboard.press("n")
    await page.locator("#e-room").press_sequentially("412")
    await expect(page.locator("#similar")).to_contain_text("Late check-out")


async def test_note_stays_typed_while_somebody_else_changes_the_record(desk: Desk, browser: Browser) -> None:
    mine, other = await desk.sit(browser), await desk.sit(browser, "bruno")
    for page in (mine, other):
        await page.goto(f"{desk.address}/records/r-rich")
    await mine.fill("#note-text", "half a thou")
    await other.fill("#note-text", "I was faster")
    await other.get_by_role("button", name="Add note").click()
    await expect(other.locator(".talk ul")).to_contain_text("I was faster")
    await expect(mine.locator("#fresh")).to_be_visible()
    await expect(mine.locator("#note-text")).to_have_value("half a thou")


async def test_keyboard_walks_the_board_and_does_the_next_action(with_open_record: Desk, browser: Browser) -> None:
    page = await with_open_record.sit(browser)
    await page.locator(CARD).focus()
    await page.keyboard.press("a")
    await expect(page.locator(CARD)).to_have_attribute("data-status", "pending")
    await page.keyboard.press("j")
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.locator("#q")).to_be_focused()


async def test_due_clock_turns_late_by_itself(with_open_record: Desk, browser: Browser) -> None:
    page = await with_open_record.sit(browser)
    clock = page.locator(f"{CARD} .due")
    await expect(clock).to_have_text(re.compile("39 min left|40 min left"))
    await page.evaluate("bellClock.set('2026-11-21T20:25:30Z', 1)")
    await expect(clock).to_have_text("Late by 5 min")
    await expect(clock).to_have_class("due late")


PAGES = ("/", "/?view=table", "/records/r-rich", "/new", "/alerts", "/day", "/stays/stay-1")


async def test_pages_fit_a_phone_without_scrolling_sideways(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser, width=360)
    widths = {}
    for address in PAGES:
        await page.goto(desk.address + address)
        widths[address] = await page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(PAGES, 360)


async def test_photo_is_sent_as_soon_as_it_is_taken(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser, width=360, has_touch=True, is_mobile=True)
    await page.goto(f"{desk.address}/records/r-rich")
    camera = page.locator("#shot")
    assert await camera.get_attribute("capture") == "environment"
    taken = {"name": "leak.png", "mimeType": "image/png", "buffer": b"\x89PNG pixels"}
    async with page.expect_response("**/records/r-rich/files") as answered:
        await camera.set_input_files([taken])  # type: ignore[list-item] # a file of ours
    assert (await answered.value).status == 200
    [(record, content, media)] = desk.console.services.state.files
    assert (record, content, media) == ("r-rich", b"\x89PNG pixels", "image/png")


async def test_lost_connection_is_said_and_comes_back(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    await page.wait_for_function("document.getElementById('lost').hidden")
    await page.context.set_offline(True)
    desk.console.feed.close()
    await expect(page.locator("#lost")).to_be_visible()
    desk.console.feed.closed = False
    await page.context.set_offline(False)
    await expect(page.locator("#lost")).to_be_hidden(timeout=15_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_of_a_card_stands_out_from_its_ground(desk: Desk, browser: Browser, scheme: str) -> None:
    page = await desk.sit(browser, scheme=scheme)
    ratios = await page.evaluate(
        CONTRAST, [".card .room", ".card .what", ".card .who", ".due.late", ".due.risk", ".chip", ".pill"]
    )
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


CONTRAST = """selectors => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const linear = v => v <= 10 ? v / 3294.6 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  return Object.fromEntries(selectors.map(selector => {
    const element = document.querySelector(selector);
    if (!element) return [selector, 21];
    const own = light(rgb(getComputedStyle(element).color));
    const [a, b] = [own, light(ground(element))].sort((x, y) => y - x);
    return [selector, (a + .05) / (b + .05)];
  }));
}"""
