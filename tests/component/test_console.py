"""The console over a made-up hotel: who gets in, what is shown, what is sent, and what when something fails."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.console.domain.session import csrf_of
from shared.contracts.identity import Department
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import PASSWORD, FakeClock

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)
NASTY = "<script>alert(1)</script>\"'>"


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=12)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        yield made


def hidden(html: str, name: str) -> str:
    """The value of the first hidden input of a name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found.group(1)


async def sign_in(browser: httpx.AsyncClient, login: str = "carla", password: str = PASSWORD, **more: str) -> Any:
    form = (await browser.get("/sign-in")).text
    sent = {"csrf": hidden(form, "csrf"), "chain": hidden(form, "chain"), "login": login, "password": password}
    return await browser.post("/sign-in", data=sent | more)


async def act(browser: httpx.AsyncClient, record: str, step: str, page: str = "", **more: str) -> httpx.Response:
    form = page or (await browser.get(f"/records/{record}")).text
    sent = {"csrf": hidden(form, "csrf"), "key": hidden(form, "key"), "version": hidden(form, "version")}
    return await browser.post(f"/records/{record}/{step}", data=sent | more)


async def test_stranger_is_led_to_sign_in_and_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/records/r-rich?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?then=%2Frecords%2Fr-rich%3Fx%3D1")
    answer = await sign_in(browser, then="/records/r-rich?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/records/r-rich?x=1")


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_sign_in_leads_nowhere_else(browser: httpx.AsyncClient, then: str) -> None:
    assert (await sign_in(browser, then=then)).headers["location"] == "/"


async def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    cookie = (await sign_in(browser)).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_wrong_password_is_said_without_a_session(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser, password="not it at all")
    assert answer.status_code == 422
    assert "do not match" in answer.text
    assert "not it at all" not in answer.text
    assert not console.sessions.kept


async def test_sign_in_form_of_another_browser_is_refused(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    sent = {"csrf": csrf_of("a guess"), "chain": "seaside", "login": "carla", "password": PASSWORD}
    assert (await browser.post("/sign-in", data=sent)).status_code == 403
    assert not console.sessions.kept


async def test_pages_hold_no_token_and_no_inline_script(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    for address in ("/", "/records/r-rich", "/new", "/alerts", "/day", "/stays/stay-1", "/search?q=4", "/nothing"):
        answer = await browser.get(address)
        assert "fake." not in answer.text, address
        assert "refresh." not in answer.text, address
        assert re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", answer.text) == [], address
        assert "unsafe" not in answer.headers["content-security-policy"], address
        assert answer.headers["cache-control"] == "no-store", address


async def test_what_people_and_systems_wrote_is_escaped(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    said = {"id": "n9", "author": {"kind": "staff", "id": "ana"}, "at": NOW, "text": NASTY}
    console.hotel.records["r-rich"] |= {"room": NASTY, "what": NASTY, "fields": {"tier": NASTY}, "conversation": [said]}
    for address in ("/", "/?view=table", "/records/r-rich", "/board/cards?ids=r-rich", f"/search?q={NASTY}"):
        html = (await browser.get(address)).text
        assert "&lt;script&gt;" in html, address
        assert "<script>alert" not in html, address


@pytest.mark.parametrize("csrf", ["", "0" * 64, csrf_of("seaside.other")])
async def test_form_without_its_sessions_token_changes_nothing(
    console: FakeConsole, browser: httpx.AsyncClient, csrf: str
) -> None:
    await sign_in(browser)
    sent = {"csrf": csrf, "key": "k" * 12, "version": "4"}
    for address in ("/records/r-rich/accept", "/new", "/alerts/a0/acknowledge", "/sign-out"):
        assert (await browser.post(address, data=sent)).status_code == 403
    assert console.hotel.records["r-rich"]["version"] == 4
    assert len(console.sessions.kept) == 1


async def test_token_is_renewed_once_for_a_page_that_asks_many_things(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    console.clock.advance(3600 - 30)
    answers = await asyncio.gather(*(browser.get("/alerts/count") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert console.services.state.renewals == 1


async def test_session_that_auth_ended_is_over_here_too(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    console.house.ended.add("refresh.carla.1")
    console.clock.advance(3600)
    answer = await browser.get("/")
    assert answer.headers["location"] == "/sign-in"
    assert not console.sessions.kept


async def test_ordinary_work_goes_on_while_auth_is_out(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    console.services.state.silent.add("/v1/sessions")
    console.clock.advance(3600)
    assert (await browser.get("/")).status_code == 200


async def test_script_of_a_signed_out_page_is_told_to_sign_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/board/cards?ids=r001", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


async def test_signing_out_ends_the_session_on_both_sides(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    await browser.post("/sign-out", data={"csrf": hidden((await browser.get("/")).text, "csrf")})
    assert not console.sessions.kept
    assert "fake.carla.1" in console.house.ended
    assert (await browser.get("/")).status_code == 303


async def test_step_carries_the_version_seen_and_is_done_once(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    form = (await browser.get("/records/r-rich")).text
    for _ in range(2):
        assert (await act(browser, "r-rich", "note", form, text="Towels are up.")).status_code == 303
    texts = [note["text"] for note in console.hotel.records["r-rich"]["conversation"]]
    assert texts.count("Towels are up.") == 1


async def test_step_on_a_moved_record_says_so_and_keeps_what_was_typed(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    form = (await browser.get("/records/r-rich")).text
    console.hotel.records["r-rich"]["version"] += 1
    answer = await act(browser, "r-rich", "block", form, reason="Waiting for the spare part")
    assert answer.status_code == 412
    assert "Somebody changed this" in answer.text
    assert "Waiting for the spare part</textarea>" in answer.text


async def test_refused_value_is_explained_at_its_field(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    answer = await act(browser, "r-rich", "block", reason="no")
    assert answer.status_code == 422
    assert "Say in a few words why it is blocked." in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_step_from_a_card_tells_the_board_to_fetch_it(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    form = (await browser.get("/records/r-rich")).text
    sent = {"csrf": hidden(form, "csrf"), "key": "k" * 12, "version": "4", "from": "card"}
    answer = await browser.post("/records/r-rich/note", data=sent | {"text": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "board:changed" in answer.headers["hx-trigger"]


async def test_quick_entry_opens_one_record_and_shows_what_looks_alike(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    alike = (await browser.get("/new/similar?room=412&property_id=city&kind=late_check_out")).text
    assert "r-rich" in alike
    form = (await browser.get("/new?kind=guest_request")).text
    given = {"property_id": "city", "room": "lobby", "kind": "guest_request", "field.text.request": "A chair"}
    sent = given | {"csrf": hidden(form, "csrf"), "key": hidden(form, "key")}
    first, second = [await browser.post("/new", data=sent) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert [one["fields"] for one in console.hotel.records.values() if one["room"] == "lobby"] == [
        {"request": "A chair"}
    ]


async def test_quick_entry_that_is_refused_keeps_what_was_typed(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    form = (await browser.get("/new?kind=guest_request")).text
    given = {"property_id": "city", "room": "000", "kind": "guest_request", "field.text.request": "A <chair>"}
    answer = await browser.post("/new", data=given | {"csrf": hidden(form, "csrf"), "key": "k" * 12})
    assert answer.status_code == 422
    assert "There is no room 000 in this hotel." in answer.text
    assert 'value="A &lt;chair&gt;"' in answer.text


async def test_person_of_one_hotel_sees_that_hotel_only(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "ana")
    html = (await browser.get("/?property=city")).text + (await browser.get("/")).text
    assert ">412<" not in html
    assert "Lisbon" not in html
    assert 'data-live="resort"' in html


@pytest.mark.parametrize(
    ("silent", "address", "strip"),
    [
        ("/v1/board", "/", "Records does not answer"),
        ("/v1/guests", "/", "Guest names and stays does not answer"),
        ("/v1/alerts", "/alerts", "Alerts does not answer"),
        ("/v1/reports", "/day", "Reports does not answer"),
        ("/v1/kinds", "/new", "Records does not answer"),
        ("/v1/stays", "/stays/stay-1", "Guest names and stays does not answer"),
    ],
)
async def test_silent_service_is_a_strip_and_not_a_failure(
    console: FakeConsole, browser: httpx.AsyncClient, silent: str, address: str, strip: str
) -> None:
    await sign_in(browser)
    console.services.state.silent.add(silent)
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert strip in answer.text


@pytest.mark.parametrize(
    ("closed", "address", "strip"),
    [
        ("/v1/board", "/", "Records: not open"),
        ("/v1/alerts", "/alerts", "Alerts"),
        ("/v1/reports", "/day", "Reports"),
    ],
)
async def test_what_a_role_may_not_see_is_said_and_the_rest_shown(
    console: FakeConsole, browser: httpx.AsyncClient, closed: str, address: str, strip: str
) -> None:
    await sign_in(browser)
    console.services.state.closed.add(closed)
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert strip in answer.text
    assert "not open to your role" in answer.text


async def test_part_of_a_page_that_fails_never_becomes_a_page_within_the_page(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    answer = await browser.get("/records/unknown", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-reswap"], answer.text) == (404, "none", "")
    assert "page:said" in answer.headers["hx-trigger"]


async def test_board_shows_the_most_pressing_cards_and_counts_the_others(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    for number in range(60):
        due = NOW + dt.timedelta(days=1, minutes=number)
        console.hotel.open(f"far-{number:02d}", "city", "guest_request", Department.CONCIERGE, due_at=due)
    html = (await browser.get("/?property=city&department=concierge")).text
    mine = {"status": "new", "department": "concierge", "property_id": "city"}
    new = len([one for one in console.hotel.records.values() if mine.items() <= one.items()])
    assert f'data-n="new">{new}<' in html
    assert f"{new - 40} more, due later" in html
    assert html.count('class="card s-new') == 40


async def test_board_counts_and_filters_all_when_more_is_open_than_one_answer_holds(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    for number in range(2_300):
        console.hotel.open(
            f"r-many{number}", "city", "guest_request", Department.HOUSEKEEPING, what="A chair", room=f"7{number}"
        )
    await sign_in(browser)
    page = (await browser.get("/?status=new&property=city")).text
    counted = int(re.search(r'data-n="new">(\d+)<', page).group(1))  # type: ignore[union-attr] # it is on the page
    assert counted >= 2_300
    assert page.count('<article class="card s-new') == 400
    assert "most=800" in page
    more = (await browser.get("/?status=new&property=city&most=800")).text
    assert (more.count('<article class="card s-new'), "most=1200" in more) == (800, True)
    found = (await browser.get("/?property=city&q=72299")).text
    assert re.findall(r'id="card-(r-many\d+)"', found) == ["r-many2299"]


async def test_board_shows_rooms_without_names_while_integrations_are_silent(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    assert "S. Whitmore" in (await browser.get("/")).text
    console.services.state.silent.add("/v1/guests")
    console.clock.advance(180)
    html = (await browser.get("/")).text
    assert "S. Whitmore" not in html
    assert "412" in html


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing", 404),
        ("/records/unknown", 404),
        ("/records/..%2fboard", 405),
        ("/records/%00", 422),
        ("/day?date=x", 200),
    ],
)
async def test_odd_address_is_answered_in_the_house_style(
    browser: httpx.AsyncClient, address: str, status: int
) -> None:
    await sign_in(browser)
    answer = await browser.get(address)
    assert answer.status_code == status
    assert "Bellboard" in answer.text
    assert "Traceback" not in answer.text


async def test_names_are_asked_once_for_a_session_and_never_lent_to_another(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    for _ in range(3):
        await browser.get("/")
    assert console.services.state.asked.count("GET /v1/guests") == 1
    await sign_in(browser)
    await browser.get("/")
    assert console.services.state.asked.count("GET /v1/guests") == 2


async def test_acknowledging_an_alert_names_who_has_it(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    page = (await browser.get("/alerts")).text
    sent = {"csrf": hidden(page, "csrf"), "key": "k" * 12, "version": "1"}
    await browser.post("/alerts/a0/acknowledge", data=sent)
    assert "Carla Nunes has it since 19:40" in (await browser.get("/alerts")).text


async def test_decision_shows_only_what_differs_old_beside_new(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    html = (await browser.get("/records/r-rich")).text
    pairs = re.findall(r'<td class="old">(.*?)</td><td class="new">(.*?)</td>', html)
    assert pairs == [("€45.00", "€0.00")]


async def test_cards_fetched_again_name_those_that_left_the_board(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    html = (await browser.get("/board/cards?ids=r-rich,r999,%3Cb%3E&department=front_office")).text
    assert 'data-card="r-rich"' in html
    assert 'data-gone="r999"' in html
    assert "<b>" not in html


async def test_services_hear_what_language_the_viewer_reads(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    console.services.state.languages.clear()
    await browser.get("/records/r-rich", headers={"Accept-Language": "de-AT, en;q=0.5"})
    assert set(console.services.state.languages) == {"de-AT, en;q=0.5"}
