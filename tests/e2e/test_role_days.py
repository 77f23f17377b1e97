"""Each role lives its day in a browser on the real stack: signs in, sees what is next, does it, and hands over."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Browser, async_playwright, expect

from deploy.demo.desk import Answer
from deploy.demo.hotels import CHAIN, ZONE
from deploy.demo.shop import WHY, offers
from services.auth.domain.staff import staff_id_of
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.values import iso, stay_id
from tests.e2e.conftest import House, eventually
from tests.e2e.screens import PHONE, WALL, Person, chromium, sit_down
from tests.e2e.test_golden_path import payload, push

pytestmark = [pytest.mark.integration, pytest.mark.browser]
NUMBER = "E2E-DAY"
STAY = stay_id("city", NAME, NUMBER)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield made
        await made.close()


@pytest.fixture
async def console(house: House, http: httpx.AsyncClient) -> str:
    """The console of a house that has a guest: Hildegard has booked, is in room 316, and wants towels."""
    if house.mongo["bellboard_integrations"]["stays"].find_one({"_id": STAY}) is None:
        now = house.clock.clock.now()
        before = {"event_id": f"{NUMBER}-booked", "occurred_at": iso(now - dt.timedelta(days=9))}
        booked = payload(house, "booked", number=NUMBER) | before
        there = {"status": "checked_in", "room": "316", "checked_in_at": iso(now)}
        came = payload(house, "checked_in", number=NUMBER, **there) | {"event_id": f"{NUMBER}-came"}
        taken = await push(house, http, booked, came)
        assert taken.status_code == 202, taken.text
    await eventually(lambda: towels(house), "the guest's wish is a record")
    return house.stack.url("console")


def towels(house: House) -> dict[str, Any] | None:
    """The record of the guest's wish for towels."""
    return house.mongo["bellboard_records"]["records"].find_one({"stay_id": STAY, "kind": "guest_request"})


def login_of(house: House, staff_id: str) -> str:
    """Under which name somebody signs in."""
    row = house.mongo["bellboard_auth"]["accounts"].find_one({"staff_id": staff_id})
    assert row is not None
    return str(row["login"])


async def wish(house: House, http: httpx.AsyncClient, room: str, topic: str = "extra_pillow") -> dict[str, Any]:
    """A guest's wish that the duty manager wrote down."""
    body = {"property_id": "city", "kind": "guest_request", "room": room, "fields": {"topic": topic}}
    return dict((await house.desk(http, "city.duty.morning").act("records", "/v1/records", body)).body)


async def promised(house: House, http: httpx.AsyncClient, room: str) -> tuple[str, Answer, str]:
    """A wish whose owner has promised 16:00: who owns it, the answer, and its path."""
    opened = await wish(house, http, room)
    owner, path = house.desk(http, login_of(house, opened["owner"])), f"/v1/records/{opened['id']}"
    accepted = await owner.act("records", f"{path}/accept", etag='"1"')
    return owner.login, await owner.act("records", f"{path}/check-value", {"value": "16:00"}, accepted.etag), path


async def test_receptionist_answers_the_guest_in_front_of_the_desk(
    console: str, house: House, browser: Browser
) -> None:
    asked = towels(house)
    assert asked is not None
    one = await sit_down(browser, console, "city.front_office.morning1", "receptionist")
    await expect(one.page.locator("#board .card").first).to_be_visible()
    await one.sees("board")
    await one.page.keyboard.press("/")
    await one.page.keyboard.type("316")
    await one.page.keyboard.press("Enter")
    await expect(one.page.locator(".card .room").first).to_have_text("316")
    await one.sees("search for a room")
    await one.page.locator(f"#card-{asked['_id']} .kind a").click()
    await expect(one.page.locator("#main h1")).to_contain_text("316")
    await one.sees("record", whole=True)
    await one.page.get_by_role("link", name="Whole stay").click()
    await expect(one.page.locator("#main h1")).to_contain_text("Hildegard Quastenflosser")
    await one.sees("stay", whole=True)
    await one.opens("/")
    await one.page.keyboard.press("n")
    await one.page.fill("#e-room", "316")
    await one.page.select_option("select[name$='.topic']", "luggage")
    await expect(one.page.locator("#similar .alike")).to_contain_text("Already open there")
    await one.sees("quick entry")
    await one.page.get_by_role("button", name="Write it down").click()
    await expect(one.page.locator("#main h1")).to_contain_text("316")
    await expect(one.page.locator(".byline")).to_contain_text("Concierge")
    await one.page.get_by_label("Note").fill("The taxi waits until half past.")
    await one.page.get_by_role("button", name="Add note").click()
    await expect(one.page.locator(".panel.talk")).to_contain_text("The taxi waits until half past.")
    await one.sees("written down")


async def test_housekeeper_does_the_next_room_on_a_phone(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    opened = await wish(house, http, "508")
    one = await sit_down(browser, console, login_of(house, opened["owner"]), "housekeeper", PHONE)
    await one.opens("/?who=mine")
    card = one.page.locator(f"#card-{opened['id']}")
    await expect(card).to_contain_text("508")
    await one.sees("my work")
    await card.get_by_role("button", name="Accept").tap()
    await expect(card).to_have_attribute("data-status", "pending")
    await card.locator("[data-act]").tap()
    await one.page.wait_for_url(f"**/records/{opened['id']}**")
    await one.sees("what is asked")
    await one.page.locator(".next input[type=time]").fill("16:00")
    await one.page.locator(".next button[type=submit]").tap()
    await expect(one.page.locator(".title .pill").first).to_have_text("Approved")
    await one.sees("promised")
    await one.page.locator(".next select[name=outcome]").select_option("fulfilled")
    await one.page.locator(".next button[type=submit]").tap()
    await expect(one.page.locator(".title .pill").first).to_have_text("Fulfilled")
    await one.sees("done")
    await one.page.get_by_role("link", name="More").tap()
    await one.page.wait_for_url("**/more")
    await one.sees("more")


async def test_supervisor_decides_on_old_beside_new(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    login, checked, path = await promised(house, http, "611")
    change = {"fields": {"promised_time": "17:30"}, "reason": {"code": "guest_asked", "text": "She comes back later."}}
    await house.desk(http, login).act("records", f"{path}/edit", change, checked.etag)
    one = await sit_down(browser, console, "city.housekeeping.supervisor.morning", "supervisor", 820)
    await one.page.get_by_role("navigation", name="on a phone").get_by_role("link", name="Approvals").click()
    link = one.page.locator(f"a[href='/records/{path.rsplit('/', 1)[-1]}']")
    waits = one.page.locator(".queue .panel.decide", has=link).first
    await expect(waits.locator(".beside .new")).to_contain_text("17:30")
    await one.sees("what waits for a yes")
    await waits.get_by_role("link", name="Look at the whole record").click()
    await expect(one.page.locator(".decide .old")).to_contain_text("16:00")
    await one.page.locator(".decide").get_by_label("Why?").fill("The room is free until then.")
    await one.sees("old beside new")
    await one.page.get_by_role("button", name="Approve", exact=True).first.click()
    await confirmed(one)
    await expect(one.page.locator(".story")).to_contain_text("decided a proposed change")
    shown = await house.desk(http, login).get("records", path)
    assert shown.body["fields"]["promised_time"] == "17:30"


async def confirmed(one: Person) -> None:
    """Say yes where it is asked once more."""
    asked = one.page.locator("#ask[open]")
    await asked.get_by_role("button", name="Yes").click() if await asked.count() else None


async def test_supervisor_hands_the_shift_over_by_name(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    await wish(house, http, "702")
    one = await sit_down(browser, console, "city.housekeeping.supervisor.morning", "handing over")
    await one.opens("/handovers")
    await one.page.select_option("#h-department", "housekeeping")
    await one.page.fill("#h-why", "I go early today")
    await one.page.get_by_role("button", name="Make it").click()
    await expect(one.page.locator("#main h1")).to_contain_text("Housekeeping")
    await expect(one.page.locator(".table")).to_contain_text("702")
    await one.sees("handover", whole=True)
    there = one.where
    other = await sit_down(browser, console, "city.housekeeping.supervisor.afternoon", "taking over")
    await other.opens(there)
    await other.page.get_by_role("button", name="take it over").click()
    await expect(other.page.locator(".panel.next, .said").first).to_contain_text("taken over by")
    await other.sees("taken over")
    await other.opens(f"{there}?paper=1")
    await other.sees("on paper", whole=True)


async def test_general_manager_reads_the_day_over_coffee(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    login, checked, path = await promised(house, http, "804")
    await house.desk(http, login).act("records", f"{path}/complete", {"outcome": "fulfilled"}, checked.etag)
    one = await sit_down(browser, console, "city.manager", "general manager", WALL)
    await expect(one.page.locator("#board .card").first).to_be_visible()
    await one.sees("board")
    await eventually(lambda: closed_fact(house, path), "reporting has the close")
    await one.page.get_by_role("link", name="Reports").first.click()
    await expect(one.page.locator(".figures .panel").first).to_be_visible()
    await one.sees("day", whole=True)
    await one.page.get_by_role("link", name="All reports").click()
    await one.sees("all reports", whole=True)
    await one.page.get_by_role("link", name="Completion time").first.click()
    await one.sees("completion time")
    await one.page.locator("a.figure").first.click()
    await expect(one.page.locator("main")).to_contain_text("804")
    await one.sees("the records behind a figure")
    await one.opens("/admin/rules/city?kind=guest_request")
    await expect(one.page.locator("#kind")).to_contain_text("Notice times")
    await one.page.locator("#k-accept").fill("11")
    await one.page.locator("#kind").get_by_role("button", name="Put it into the draft").first.click()
    await expect(one.page.locator("#draft")).to_contain_text("11 minutes")
    await one.page.get_by_role("button", name="Try it on last week").click()
    await expect(one.page.locator("main")).to_contain_text("records differ")
    await one.sees("rules tried", whole=True)
    await one.page.fill("#rules-why", "Guests wait too long for an answer")
    await one.page.get_by_role("button", name="Propose it").click()
    await expect(one.page.locator(".panel.decide")).to_contain_text("11 minutes")
    await one.sees("rules proposed", whole=True)


def closed_fact(house: House, path: str) -> bool:
    """Whether reporting knows that a record is closed."""
    fact = house.mongo["bellboard_reporting"]["facts"].find_one({"_id": path.rsplit("/", 1)[-1]})
    return fact is not None and '"complete"' in str(fact["body"])


async def test_night_manager_is_rung_and_has_it(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    local = house.clock.clock.now().astimezone(ZoneInfo(ZONE))
    house.clock.stand_at(max(local, local.replace(hour=23, minute=20)))
    opened = await wish(house, http, "214", "repair")
    house.clock.run()
    try:
        await eventually(lambda: rings(house, opened["id"], "city.duty.night"), "the night manager is rung")
    finally:
        house.clock.hold()
    one = await sit_down(browser, console, "city.duty.night", "night manager", scheme="dark")
    await expect(one.page.locator("#rings.on")).to_contain_text("late")
    await one.sees("board")
    await one.opens("/?view=table&late=1")
    await one.sees("what is late, as a table")
    await one.page.locator("header .bell").click()
    alert = one.page.locator(".line-item", has=one.page.locator(f"a[href='/records/{opened['id']}']")).first
    await expect(alert).to_be_visible()
    await one.sees("my alerts")
    named = await alert.get_attribute("id")
    await alert.get_by_role("button", name="I have it").click()
    await expect(one.page.locator(f"#{named}")).to_contain_text("has it since")
    await one.sees("has it")
    await one.opens("/board/paper")
    await one.sees("the board on paper", whole=True)


def rings(house: House, record_id: str, login: str) -> bool:
    """Whether an open alert about a record has come to somebody."""
    asked = {"alert.record_id": record_id, "alert.state": "open", "alert.audience": staff_id_of(CHAIN, login)}
    return house.mongo["bellboard_alerts"]["alerts"].find_one(asked) is not None


async def test_revenue_manager_publishes_an_offer_and_looks_at_it(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    desk = house.desk(http, "revenue")
    for terms in offers("18:00")[:3]:
        await desk.act("records", "/v1/offers", WHY | {"property_id": "city", "terms": terms})
    one = await sit_down(browser, console, "revenue", "revenue manager")
    await one.opens("/offers?property=city")
    await expect(one.page.locator("main")).to_contain_text("Dinner every evening")
    await one.sees("offers", whole=True)


async def test_auditor_finds_who_did_it_and_the_proof_holds(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    _, _, path = await promised(house, http, "909")
    record_id = path.rsplit("/", 1)[-1]
    await eventually(lambda: signed(house, record_id), "its entries are under a signed root")
    one = await sit_down(browser, console, "auditor", "auditor")
    await one.opens("/admin/audit")
    await one.page.fill("#a-record", record_id)
    await one.page.get_by_role("button", name="Search").last.click()
    await expect(one.page.locator(".table")).to_contain_text("record.value_checked.v1")
    await one.sees("who did it", whole=True)
    await one.page.get_by_role("link", name="Proof").first.click()
    await expect(one.page.locator("main")).to_contain_text("Holds")
    await one.sees("proof")


def signed(house: House, record_id: str) -> bool:
    """Whether the newest entry of a record stands under a signed root."""
    entry = house.mongo["bellboard_auth"]["audit"].find_one({"key": record_id}, sort=[("index", -1)])
    point = house.mongo["bellboard_auth"]["audit_checkpoints"].find_one({}, sort=[("size", -1)])
    return bool(entry and point and point["size"] > entry["index"])


async def test_administrator_sees_how_the_house_stands(console: str, browser: Browser) -> None:
    one = await sit_down(browser, console, "admin", "administrator")
    for path in ("/admin", "/admin/operations", "/admin/policy", "/admin/accounts", "/admin/erasures"):
        await one.opens(path)
        await one.sees(path.removeprefix("/"), whole=True)
        assert await one.page.locator("main h1").count() == 1


async def test_administrator_looks_after_staff_rota_and_partners(console: str, browser: Browser) -> None:
    one = await sit_down(browser, console, "admin", "administrator of the chain")
    await one.opens("/admin/rota?property=city")
    await expect(one.page.locator(".rota").first).to_be_visible()
    await one.sees("rota", whole=True)
    person = one.page.locator(".crew details.rule").first
    named = await person.get_attribute("id")
    await person.locator("summary").click()
    await person.locator("[name=day_6]").check()
    await person.locator("[name=start]").fill("03:10")
    await person.locator("[name=end]").fill("04:40")
    await person.get_by_role("button", name="Add the shift").click()
    await expect(one.page.locator(f"#{named}")).to_contain_text("03:10")
    await one.opens("/admin/staff")
    await expect(one.page.locator(".crew details.rule").first).to_be_visible()
    await one.sees("staff")
    await one.opens("/admin/partners")
    await one.page.fill("#n-id", "acme-pms")
    await one.page.fill("#n-name", "Acme PMS")
    await one.page.get_by_role("button", name="Take it in").click()
    await expect(one.page.locator("main h1")).to_contain_text("Acme PMS")
    await one.page.select_option("#d-way", "topic")
    await one.page.locator("[name='types_record.opened.v1']").check()
    await one.page.get_by_role("button", name="Begin to tell it").click()
    await expect(one.page.locator("main .table")).to_contain_text("ext.acme-pms.v1")
    await one.sees("partner", whole=True)
    await one.page.locator("main .table a").first.click()
    await one.page.get_by_role("button", name="Send a test ping").click()
    await expect(one.page.locator("main")).to_contain_text("1 event will be sent.")
    await one.sees("subscription", whole=True)


async def test_revenue_manager_builds_a_campaign_of_two_arms(
    console: str, house: House, http: httpx.AsyncClient, browser: Browser
) -> None:
    desk = house.desk(http, "revenue")
    for terms in offers("18:00")[3:5]:
        await desk.act("records", "/v1/offers", WHY | {"property_id": "city", "terms": terms})
    one = await sit_down(browser, console, "revenue", "campaign builder")
    await one.opens("/offers?property=city")
    await one.page.fill("#c-title", "Two ways to arrive")
    await one.page.fill("#c-code", "two_ways")
    for arm, number in (("a", 1), ("b", 2)):
        await one.page.select_option(f"#c-offer-{arm}", index=number)
    await one.page.fill("#c-weight-b", "2")
    await one.page.fill("#c-expression-1", "stay.nights >= 2")
    await one.page.fill("#c-message-1", "For two nights or more.")
    await one.page.fill("#c-why", "The season begins")
    await one.page.get_by_role("button", name="Write it").click()
    await expect(one.page.locator("main h1")).to_contain_text("Two ways to arrive")
    await expect(one.page.locator("main")).to_contain_text("For two nights or more.")
    await expect(one.page.locator("main")).to_contain_text("Whom it would write to now")
    await one.sees("campaign of two arms", whole=True)
