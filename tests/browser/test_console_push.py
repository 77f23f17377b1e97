"""A device asks to be rung, is told of, shows what the sender sends, and is forgotten again; no push service needed.

The browser's own subscription needs a vendor's server, so that one step is a stand-in with a local address; the
permission, the service worker, what it shows and what the console stores are the real ones.
"""

import asyncio
import datetime as dt
import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from services.alerts.channels.push import told_to_device
from services.alerts.domain.outgoing import Letter
from shared.contracts.alerts import Severity
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser
ENDPOINT = "https://push.localhost/send/1"
STAND_IN = """
(() => {
  const buffer = (length) => Uint8Array.from({ length }, (_, at) => at + 1).buffer;
  let held = null;
  window.askedWith = null;
  PushManager.prototype.getSubscription = async () => held;
  PushManager.prototype.subscribe = async (options) => {
    window.askedWith = { visible: options.userVisibleOnly, key: new Uint8Array(options.applicationServerKey).length };
    held = {
      endpoint: "ENDPOINT",
      getKey: (name) => buffer(name === "auth" ? 16 : 65),
      unsubscribe: async () => { held = null; return true; },
    };
    return held;
  };
})();
""".replace("ENDPOINT", ENDPOINT)
SHOWN = """async () => {
  const one = await navigator.serviceWorker.ready;
  for (let turn = 0; turn < 100; turn++) {
    const found = await one.getNotifications();
    if (found.length) return found.map((it) => [it.title, it.body, it.tag, it.requireInteraction, it.data.url]);
    await new Promise((then) => setTimeout(then, 100));
  }
  return [];
}"""
LETTER = Letter(
    key="0198c7f2-6f0a", severity=Severity.CRITICAL, subject="Critical: Guest request, room 412: it is late.",
    lines=("Guest request, room 412: it is late.",), property_id="city", at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
)  # fmt: skip


async def at_wishes(desk: Desk, browser: Browser, permissions: list[str]) -> Page:
    """The page of one's own wishes, with the worker standing."""
    page = await desk.sit(browser, permissions=permissions)
    await page.add_init_script(STAND_IN)
    await page.goto(f"{desk.address}/me/alerts")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


async def test_device_rings_on_a_click_and_no_more_on_another(desk: Desk, browser: Browser) -> None:
    page = await at_wishes(desk, browser, ["notifications"])
    held: Any = desk.console.services.state
    assert held.devices == []
    await page.get_by_role("button", name="Ring on this device").click()
    await expect(page.locator("[data-push-said]")).to_have_text("This device rings for you.")
    assert [(one["endpoint"], len(one["p256dh"]), len(one["auth"])) for one in held.devices] == [(ENDPOINT, 87, 22)]
    assert await page.evaluate("window.askedWith") == {"visible": True, "key": 65}
    await page.get_by_role("button", name="Ring here no more").click()
    await expect(page.locator("[data-push-said]")).to_have_text("This device does not ring.")
    assert held.devices == []


async def test_device_that_alerts_cannot_take_is_not_left_believing(desk: Desk, browser: Browser) -> None:
    page = await at_wishes(desk, browser, ["notifications"])
    desk.console.services.state.silent.add("/v1/me/devices")
    await page.get_by_role("button", name="Ring on this device").click()
    await expect(page.locator("[data-push-said]")).to_contain_text("Nothing was changed")
    subscription = "navigator.serviceWorker.ready.then((one) => one.pushManager.getSubscription())"
    assert await page.evaluate(subscription) is None


async def deliver(desk: Desk, page: Page, letter: Any) -> Any:
    """Let the browser's vendor deliver something to this page's worker; what is shown then."""
    tools = await page.context.new_cdp_session(page)
    registered: asyncio.Queue[str] = asyncio.Queue()

    def heard(said: dict[str, Any]) -> None:
        for one in said["registrations"]:
            registered.put_nowait(one["registrationId"])

    tools.on("ServiceWorker.workerRegistrationUpdated", heard)
    await tools.send("ServiceWorker.enable")
    name = await asyncio.wait_for(registered.get(), 20)
    sent = {"origin": desk.address, "registrationId": name, "data": json.dumps(letter)}
    await tools.send("ServiceWorker.deliverPushMessage", sent)
    return await page.evaluate(SHOWN)


async def test_message_of_the_sender_is_shown_by_the_worker(desk: Desk, browser: Browser) -> None:
    page = await at_wishes(desk, browser, ["notifications"])
    await page.wait_for_function("caches.open('bellboard-who').then((one) => one.match('/who')).then((it) => !!it)")
    shown = await deliver(desk, page, told_to_device(LETTER))
    assert shown == [["Bellboard", LETTER.text, LETTER.key, True, "/alerts"]]


async def test_browser_that_was_told_to_show_nothing_says_so(desk: Desk, browser: Browser) -> None:
    page = await at_wishes(desk, browser, [])
    await expect(page.locator("[data-push-said]")).to_contain_text("was told to show no messages")
    await expect(page.get_by_role("button", name="Ring on this device")).to_be_hidden()
    assert desk.console.services.state.devices == []
