"""Every page of the console in Chromium: WCAG 2.2 AA by axe, both themes, from a phone to a wide screen."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from shared.contracts.identity import Department
from tests.browser.conftest import Desk
from tests.rights.routes import routes_of

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
RULES = "axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}})"
FAULTS = RULES + ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.target.join(' '))))"
PAGES = (
    "/",
    "/?view=table",
    "/?who=mine&late=1",
    "/records/r-rich",
    "/new",
    "/alerts",
    "/waiting",
    "/unrecorded",
    "/stays/stay-1/talk",
    "/talk",
    "/money",
    "/new?late=1",
    "/handovers",
    "/handovers/h1",
    "/handovers/h1?paper=1",
    "/board/paper",
    "/stays",
    "/stays/stay-1",
    "/offers?property=city",
    "/campaigns/c1",
    "/day",
    "/reports",
    "/reports/completion_time",
    "/reports/day/records?figure=late",
    "/schedules?property=city",
    "/schedules?property=city&edit=sched-1",
    "/spot-checks?property=city",
    "/admin",
    "/admin/rules/city",
    "/admin/alert-rules/city",
    "/me/alerts",
    "/silences?property=city",
    "/admin/templates/city",
    "/admin/templates/city/pre_arrival",
    "/admin/sending/city",
    "/admin/rules/city?kind=guest_request",
    "/admin/staff",
    "/admin/rota?property=city",
    "/admin/partners",
    "/admin/partners/acme",
    "/admin/partners/acme/subscriptions/sub-1",
    "/admin/policy",
    "/admin/audit",
    "/admin/audit/1",
    "/admin/accounts",
    "/admin/erasures",
    "/admin/operations",
    "/admin/commands",
    "/me",
    "/more",
    "/search?q=412",
    "/nowhere",
)
NO_PAGE = {
    "/partners": "for partners' developers, in English; axe finds faults there, not mended for sure",
    "/admin/rules": "shows the rules of the first hotel, which are looked at by their own address",
    "/admin/alert-rules": "shows the rules of the first hotel, which are looked at by their own address",
    "/admin/templates": "shows the templates of the first hotel, which are looked at by their own address",
    "/admin/sending": "shows how the first hotel sends, which is looked at by its own address",
    "/offline": "what the worker shows without a net; looked at in the tests of devices",
    "/docs": "the app's own, not served",
    "/docs/oauth2-redirect": "the app's own, not served",
    "/redoc": "the app's own, not served",
    "/openapi.json": "the app's own, not served",
    "/alerts/count": "a part of each page",
    "/board/cards": "parts of the board",
    "/new/similar": "a part of quick entry",
    "/live": "a stream",
    "/manifest.webmanifest": "for the device",
    "/sw.js": "for the device",
    "/partners/asyncapi.json": "for programs",
    "/partners/openapi.json": "for programs",
    "/partners/schemas/{event_type}": "for programs",
    "/records/{record_id}/files/{file_id}": "a file",
    "/reports/{name}/table.csv": "a file",
    "/sign-in": "for who is signed in nowhere; looked at below",
    "/sign-in/return": "comes back from the chain's provider",
    "/sign-in/with": "goes to the chain's provider",
}
"""What a GET answers that nobody looks at as a page, and why."""


def test_every_page_there_is_is_looked_at(desk: Desk) -> None:
    routes = {route.removeprefix("GET ") for route in routes_of(desk.console.app) if route.startswith("GET ")}
    looked_at = [address.partition("?")[0] for address in PAGES]
    patterns = {route: re.sub(r"\{[^}]+\}", "[^/]+", route) for route in routes - set(NO_PAGE)}
    unseen = [route for route, one in patterns.items() if not any(re.fullmatch(one, at) for at in looked_at)]
    assert unseen == []
    assert set(NO_PAGE) <= routes


async def faults(page: Page, desk: Desk, address: str) -> list[str]:
    """What axe finds on a page, and whether it scrolls sideways."""
    await page.goto(desk.address + address)
    # Parts of a page come after it: it is looked at once they are there.
    await page.wait_for_function("!document.querySelector('.htmx-request')")
    await page.evaluate(AXE)
    found: list[str] = [f"{address} {fault}" for fault in await page.evaluate(FAULTS)]
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{address} is {wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1440), ("light", 1920)])
async def test_every_page_is_open_to_everybody(desk: Desk, browser: Browser, scheme: str, width: int) -> None:
    page = await desk.sit(browser, width=width, scheme=scheme, bypass_csp=True)
    found = [fault for address in PAGES for fault in await faults(page, desk, address)]
    assert found == []


@pytest.mark.parametrize("language", ["de-DE", "pt-PT"])
async def test_long_words_of_a_language_fit_a_phone(desk: Desk, browser: Browser, language: str) -> None:
    page = await desk.sit(browser, width=360, bypass_csp=True, locale=language)
    found = [fault for address in PAGES[:14] for fault in await faults(page, desk, address)]
    assert found == []


async def test_sign_in_is_open_to_everybody(desk: Desk, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 360, "height": 800}, bypass_csp=True)
    assert await faults(await context.new_page(), desk, "/sign-in") == []


async def test_no_page_runs_what_the_policy_forbids(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for address in PAGES[:-1]:
        await page.goto(desk.address + address)
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.fixture
def with_open_records(desk: Desk) -> Desk:
    """Two new records of Lisbon's front office."""
    for number in (1, 2):
        desk.console.hotel.open(
            f"r-open{number}", "city", "guest_request", Department.FRONT_OFFICE, what="A chair", room=f"10{number}"
        )
    return desk


async def test_many_cards_are_chosen_looked_at_and_done(with_open_records: Desk, browser: Browser) -> None:
    page = await with_open_records.sit(browser)
    for number in (1, 2):
        await page.locator(f"#card-r-open{number}").focus()
        await page.keyboard.press("x")
    await expect(page.locator("[data-chosen]")).to_have_text("2 chosen")
    await page.get_by_role("button", name="What would happen?").click()
    await expect(page.locator("#many-said")).to_contain_text("Would do 2, would refuse 0")
    await page.get_by_role("button", name="Do it to 2").click()
    await expect(page.locator("#card-r-open2")).to_have_attribute("data-status", "pending")


async def test_step_without_a_connection_is_kept_and_sent_when_there_is_one(
    with_open_records: Desk, browser: Browser
) -> None:
    page = await with_open_records.sit(browser, width=360)
    records = with_open_records.console.hotel.records
    await page.context.set_offline(True)
    await page.locator("#card-r-open1").get_by_role("button", name="Accept").click()
    await expect(page.locator("#queued")).to_contain_text("kept on this device")
    assert records["r-open1"]["status"] == "new"
    await page.context.set_offline(False)
    await expect(page.locator("#queued")).to_contain_text("Sent what was kept: 1")
    assert records["r-open1"]["status"] == "pending"


async def test_step_kept_too_long_says_that_somebody_was_faster(with_open_records: Desk, browser: Browser) -> None:
    page = await with_open_records.sit(browser, width=360)
    record = with_open_records.console.hotel.records["r-open1"]
    await page.context.set_offline(True)
    await page.locator("#card-r-open1").get_by_role("button", name="Accept").click()
    record["version"] += 1
    await page.context.set_offline(False)
    await expect(page.locator("#queued")).to_contain_text("Somebody changed it meanwhile")
    assert record["status"] == "new"


async def test_shared_screen_locks_and_the_next_person_signs_in(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    await page.goto(f"{desk.address}/alerts")
    await expect(page.locator(".bell .count")).to_be_visible()
    await page.keyboard.press("Shift+L")
    await page.wait_for_url("**/sign-in?as=0*")
    await expect(page.locator("#login")).to_have_value("carla")
    await expect(page.get_by_role("link", name="Carla Nunes")).to_be_visible()
    await page.go_back()
    await expect(page.locator("#password")).to_be_visible()


async def test_decision_is_taken_by_keyboard_after_a_question(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    await page.goto(f"{desk.address}/records/r-rich")
    await page.get_by_label("Why?").first.fill("They stay four nights.")
    await page.locator("#main h1").click()
    await page.keyboard.press("y")
    await expect(page.locator("#ask")).to_be_visible()
    await page.keyboard.press("y")
    await expect(page.locator(".decide")).to_have_count(0)


async def test_device_is_installable_and_says_so_when_there_is_no_net(desk: Desk, browser: Browser) -> None:
    page = await desk.sit(browser)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await page.context.set_offline(True)
    await page.goto(f"{desk.address}/alerts")
    await expect(page.locator("h1")).to_have_text("No connection")
