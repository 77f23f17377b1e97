"""A spot check on a phone: what is there is told before anything is shown of the record."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


async def test_check_is_entered_blind_on_a_phone_and_compared_after(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser, width=360)
    await page.goto(f"{desk.address}/spot-checks?property=city")
    check = page.locator("#check-check-1")
    await expect(check).to_be_visible()
    assert await page.locator("a[href*='r-rich']").count() == 0
    button = check.get_by_role("button", name="This is what is there")
    box = await button.bounding_box()
    assert box is not None
    assert (box["height"] >= 44, box["width"] > 200) == (True, True)
    await check.get_by_text("Yes, done").click()
    await check.get_by_label("What is really there? Quantity").fill("3")
    await button.click()
    compared = page.get_by_role("status", name="How it compares")
    await expect(compared).to_contain_text("the record is right")
    await expect(compared).to_contain_text("the record says something else")
    await expect(compared.get_by_role("link", name="Look at the record")).to_have_attribute("href", "/records/r-rich")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
