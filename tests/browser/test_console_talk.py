"""The conversation with a guest on a real page: it comes by itself, shows the latest, and an answer stays in place."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Desk
from tests.browser.test_console_access import AXE, FAULTS


@pytest.mark.parametrize(
    ("address", "width", "scheme"), [("/records/r-rich", 1280, "light"), ("/stays/stay-1", 360, "dark")]
)
async def test_guest_is_answered_where_the_work_is(
    desk: Desk, browser: Browser, address: str, width: int, scheme: str
) -> None:
    page = await desk.sit(browser, width=width, scheme=scheme, bypass_csp=True)
    await page.goto(desk.address + address)
    talk = page.locator("#talk")
    # Part of the page comes after it; the latest of what was said is what one sees.
    await expect(talk.locator(".bubble").last).to_contain_text("Babybett")
    await page.evaluate(AXE)
    assert await page.evaluate(FAULTS) == []
    await talk.locator("#say-template").select_option("pre_arrival")
    await talk.get_by_role("button", name="See it first").click()
    await expect(talk.locator(".sample")).to_contain_text("Guten Tag Ana Silva")
    assert desk.console.services.state.said == []
    await talk.locator("#say-template").select_option("")
    await talk.locator("#say-text").fill("The cot is on its way.")
    await talk.get_by_role("button", name="Send", exact=True).click()
    await expect(talk.locator(".bubble").last).to_contain_text("The cot is on its way.")
    await expect(talk.locator("#say-text")).to_have_value("")
    assert page.url == desk.address + address
    assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


async def test_message_that_failed_is_put_into_the_box_to_be_sent_once_more(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    await page.goto(f"{desk.address}/stays/stay-1/talk")
    await page.locator(".bubble.lost", has_text="unreachable").get_by_text("Try again").click()
    await expect(page.locator("#say-text")).to_have_value("Ihr Taxi ist für 7:30 bestellt.")
    assert desk.console.services.state.said == []
