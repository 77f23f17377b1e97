"""A shared device: whoever locks it or signs out is rung there no more, and leaves nothing to the next person."""

import pytest
from playwright.async_api import Browser, Page, expect

from shared.contracts.identity import Department
from tests.browser.conftest import Desk
from tests.browser.test_console_push import ENDPOINT, deliver

pytestmark = pytest.mark.browser
KEPT = "navigator.serviceWorker.ready.then((one) => one.pushManager.getSubscription()).then((held) => held !== null)"
# Stands in for the browser's own subscription, and like it outlives a page.
LASTING = """
(() => {
  const buffer = (length) => Uint8Array.from({ length }, (_, at) => at + 1).buffer;
  const held = () => localStorage.getItem("stand-in") === null ? null : {
    endpoint: "ENDPOINT",
    getKey: (name) => buffer(name === "auth" ? 16 : 65),
    unsubscribe: async () => { localStorage.removeItem("stand-in"); return true; },
  };
  PushManager.prototype.getSubscription = async () => held();
  PushManager.prototype.subscribe = async () => { localStorage.setItem("stand-in", "1"); return held(); };
})();
""".replace("ENDPOINT", ENDPOINT)


async def ringing(desk: Desk, browser: Browser, width: int = 1440) -> Page:
    """Carla at a device that rings for her."""
    page = await desk.sit(browser, width=width, permissions=["notifications"])
    await page.add_init_script(LASTING)
    await page.goto(f"{desk.address}/me/alerts")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.get_by_role("button", name="Ring on this device").click()
    await expect(page.locator("[data-push-said]")).to_have_text("This device rings for you.")
    assert [one["endpoint"] for one in desk.console.services.state.devices] == [ENDPOINT]
    return page


async def test_locked_screen_is_rung_no_more(desk: Desk, browser: Browser) -> None:
    page = await ringing(desk, browser)
    await page.goto(f"{desk.address}/alerts")
    await page.keyboard.press("Shift+L")
    await page.wait_for_url("**/sign-in?as=0*")
    assert desk.console.services.state.devices == []
    assert not await page.evaluate(KEPT)
    assert await page.evaluate("caches.open('bellboard-who').then((one) => one.match('/who')).then((it) => !it)")


async def test_signing_out_takes_board_and_bell_from_the_device(desk: Desk, browser: Browser) -> None:
    page = await ringing(desk, browser)
    await page.evaluate("caches.open('bellboard-paper').then((one) => one.put('/board/paper', new Response('x')))")
    await page.goto(f"{desk.address}/more")
    await page.locator("main form[action='/sign-out'] button").click()
    await page.wait_for_url("**/sign-in")
    assert desk.console.services.state.devices == []
    assert not await page.evaluate("caches.has('bellboard-paper')")


async def test_next_person_is_not_rung_for_who_just_went_away(desk: Desk, browser: Browser) -> None:
    page = await ringing(desk, browser)
    await page.evaluate("localStorage.setItem('later:of-carla', '[]')")
    await page.context.clear_cookies()  # the browser was closed, or the session ran out
    await page.goto(f"{desk.address}/sign-in")
    await page.fill("#login", "bruno")
    await page.fill("#password", "bellboard-demo")
    await page.click("button[type=submit]")
    await page.wait_for_url(f"{desk.address}/")
    await page.wait_for_function("localStorage.getItem('stand-in') === null")
    assert await page.evaluate("localStorage.getItem('later:of-carla')") is None


async def test_screen_without_a_net_shows_nothing_and_locks_with_the_next_page(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await expect(page.locator("#board .card").first).to_be_visible()
    await page.context.set_offline(True)
    await page.keyboard.press("Shift+L")
    await expect(page.locator("h1")).to_have_text("No connection")
    await page.context.set_offline(False)
    await page.goto(f"{desk.address}/alerts")
    await page.wait_for_url("**/sign-in?as=0*")
    assert desk.console.sessions.kept == {}


async def test_worker_says_nothing_of_what_rings_while_nobody_is_there(desk: Desk, browser: Browser) -> None:
    page = await ringing(desk, browser)
    await page.keyboard.press("Shift+L")
    await page.wait_for_url("**/sign-in?as=0*")
    shown = await deliver(desk, page, {"key": "k1", "text": "Guest request, room 412: it is late."})
    assert [body for _title, body, *_ in shown] == ["Something rings. Sign in to see it."]


async def test_steps_kept_for_later_are_sent_before_the_screen_locks(desk: Desk, browser: Browser) -> None:
    hotel = desk.console.hotel
    hotel.open("r-open1", "city", "guest_request", Department.FRONT_OFFICE, what="A chair", room="101")
    page = await desk.sit(browser)
    # A step that was kept while there was no net, and the net back without the browser having said so.
    card = page.locator("#card-r-open1 form")
    await expect(card).to_be_visible()
    await page.evaluate(KEEP_ACCEPT)
    await page.keyboard.press("Shift+L")
    await page.wait_for_url("**/sign-in?as=0*")
    assert hotel.records["r-open1"]["status"] == "pending"


KEEP_ACCEPT = """() => {
  const form = document.querySelector("#card-r-open1 form");
  const row = { to: form.getAttribute("hx-post"), values: Object.fromEntries(new FormData(form)), title: "Accept" };
  localStorage.setItem(window.bellLater.of, JSON.stringify([row]));
}"""
