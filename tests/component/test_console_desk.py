"""Queues, handovers, many cards at once, photos, paper, and a desk that several people share."""

import datetime as dt
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.contracts.identity import Department
from tests.component.test_console import hidden, sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock
from tests.fakes.hotel_queues import DIGEST

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=12)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


async def send(browser: httpx.AsyncClient, page: str, to: str, **values: str) -> httpx.Response:
    """Send a form with the secrets of a page."""
    html = (await browser.get(page)).text
    return await browser.post(to, data={"csrf": hidden(html, "csrf"), "key": hidden(html, "key"), **values})


async def test_queue_shows_old_beside_new_and_who_asked(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/waiting")).text
    assert "€45.00" in html
    assert "€0.00" in html
    assert "Bruno Teixeira asks for it" in html
    assert "Can housekeeping turn the room" in html


async def test_ticked_changes_are_decided_bound_to_what_was_shown(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    html = (await browser.get("/waiting")).text
    item = re.search(r'name="(item-\d+)" value="([^"]+)"', html)
    assert item
    said = await send(
        browser, "/waiting", "/waiting/decide", approve="true", reason="They stay four nights.", **{item[1]: item[2]}
    )
    assert said.status_code == 200
    assert "What became of it" in said.text
    (body,) = console.services.state.decided
    assert body["decisions"][0] | {"proposal": "", "record": ""} == {
        "record": "",
        "proposal": "",
        "digest": DIGEST,
        "approve": True,
        "reason": "They stay four nights.",
    }


async def test_deciding_nothing_is_refused_and_nothing_sent(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    said = await send(browser, "/waiting", "/waiting/decide", approve="true", reason="because")
    assert said.status_code == 422
    assert "Choose what to decide" in said.text
    assert console.services.state.decided == []


async def test_queue_closed_to_a_role_leaves_the_others(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    console.services.state.closed.add("/v1/proposals")
    html = (await browser.get("/waiting")).text
    assert "Changes to decide" not in html
    assert "Questions for you" in html


async def test_handover_is_taken_over_by_name(browser: httpx.AsyncClient) -> None:
    assert "Nobody has taken it over yet." in (await browser.get("/handovers/h1")).text
    said = await send(browser, "/handovers/h1", "/handovers/h1/acknowledge", version="1")
    assert (said.status_code, said.headers["location"]) == (303, "/handovers/h1")
    html = (await browser.get("/handovers/h1")).text
    assert "taken over by Carla Nunes" in html


async def test_handover_is_made_now_and_on_paper(browser: httpx.AsyncClient) -> None:
    said = await send(
        browser, "/handovers", "/handovers", property_id="city", department="concierge", reason="I leave at six."
    )
    assert said.headers["location"] == "/handovers/h9"
    paper = (await browser.get("/handovers/h9?paper=1")).text
    assert "Taken over by:" in paper
    assert "<script>" not in paper


@pytest.fixture
def with_open_record(console: FakeConsole) -> FakeConsole:
    console.hotel.open("r-open", "city", "guest_request", Department.FRONT_OFFICE, what="A chair", room="101")
    return console


async def test_many_cards_are_looked_at_before_anything_is_done(
    with_open_record: FakeConsole, browser: httpx.AsyncClient
) -> None:
    items = json.dumps([["r-open", 1], ["r-rich", 1]])
    said = await send(browser, "/", "/board/many", items=items, do="accept", preview="true")
    assert "Would do 1, would refuse 1" in said.text
    assert "It moved on." in said.text
    assert with_open_record.hotel.records["r-open"]["status"] == "new"
    done = await send(browser, "/", "/board/many", items=items, do="accept")
    assert "Done 1, refused 1" in done.text
    assert json.loads(done.headers["hx-trigger"]) == {"board:changed": {"ids": ["r-open"]}}
    assert with_open_record.hotel.records["r-open"]["status"] == "pending"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"items": "[]", "do": "accept"}, "Choose at least one card"),
        ({"items": "rubbish", "do": "accept"}, "Choose the cards again"),
        ({"items": '[["r-open", 1]]', "do": "fly"}, "Choose what to do"),
        ({"items": '[["r-open", 1]]', "do": "block"}, "Say why"),
    ],
)
async def test_an_order_to_many_that_is_not_whole_does_nothing(
    with_open_record: FakeConsole, browser: httpx.AsyncClient, values: dict[str, str], words: str
) -> None:
    assert words in (await send(browser, "/", "/board/many", **values)).text
    assert with_open_record.hotel.records["r-open"]["version"] == 1


async def test_board_on_paper_names_no_guest_and_is_a_file_when_asked(browser: httpx.AsyncClient) -> None:
    paper = await browser.get("/board/paper?property=city")
    assert "Whitmore" not in paper.text
    assert "412" in paper.text
    file = await browser.get("/board/paper?property=city&file=1")
    assert file.headers["content-disposition"] == 'attachment; filename="board-city-20261121-1940.html"'
    assert "/static/" not in file.text


async def test_photo_goes_to_records_as_it_is(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/records/r-rich")).text
    sent = {name: hidden(html, name) for name in ("csrf", "key", "version")}
    said = await browser.post("/records/r-rich/files", data=sent, files={"file": ("x.png", b"PNG", "image/png")})
    assert said.status_code == 303
    assert console.services.state.files == [("r-rich", b"PNG", "image/png")]
    got = await browser.get("/records/r-rich/files/f1")
    assert (got.content, got.headers["content-type"]) == (b"PNG", "image/png")
    assert "sandbox" in got.headers["content-security-policy"]


async def test_photo_without_a_file_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await send(browser, "/records/r-rich", "/records/r-rich/files")).status_code == 422


async def test_step_kept_on_a_device_says_that_somebody_was_faster(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/records/r-rich")).text
    sent = {"csrf": hidden(html, "csrf"), "key": "kept-on-a-device", "version": "1", "from": "later", "text": "Hello"}
    said = await browser.post("/records/r-rich/note", data=sent, headers={"HX-Request": "true"})
    assert said.status_code == 412
    assert said.json()["stale"] is True
    again = await browser.post(
        "/records/r-rich/note", data=sent | {"version": hidden(html, "version")}, headers={"HX-Request": "true"}
    )
    assert again.status_code == 204


async def test_what_others_did_meanwhile_is_told_and_nothing_typed_is_lost(browser: httpx.AsyncClient) -> None:
    said = await send(browser, "/records/r-rich", "/records/r-rich/note", version="3", text="half a thought")
    assert said.status_code == 412
    assert "half a thought" in said.text
    assert "proposed a change" in said.text.split("What is asked", maxsplit=1)[0]


async def test_locking_ends_the_session_and_asks_for_the_same_person(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    said = await send(browser, "/", "/lock", then="/alerts")
    assert said.headers["location"] == "/sign-in?as=0&then=%2Falerts"
    assert console.sessions.kept == {}
    form = (await browser.get(said.headers["location"])).text
    assert "Carla Nunes" in form
    assert re.search(r'name="login" value="carla"', form)
    assert (await browser.get("/")).status_code == 303


async def test_desk_remembers_names_of_its_people_and_no_more(browser: httpx.AsyncClient) -> None:
    await send(browser, "/", "/lock")
    said = await sign_in(browser, "bruno")
    cookie = next(one for one in said.headers.get_list("set-cookie") if one.startswith("bellboard_desk"))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    await send(browser, "/", "/lock")
    html = (await browser.get("/sign-in")).text
    assert html.index("Bruno Teixeira") < html.index("Carla Nunes")


async def test_language_is_kept_and_handed_on(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    said = await send(browser, "/", "/language", language="de")
    assert said.status_code == 303
    html = (await browser.get("/")).text
    assert '<html lang="de">' in html
    assert console.services.state.languages[-1].startswith("de")


async def test_an_unknown_language_changes_nothing(browser: httpx.AsyncClient) -> None:
    await send(browser, "/", "/language", language="tlh")
    assert '<html lang="en">' in (await browser.get("/")).text


async def test_device_is_told_how_to_stand_on_a_home_screen(browser: httpx.AsyncClient) -> None:
    manifest = (await browser.get("/manifest.webmanifest")).json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert (await browser.get(icon["src"])).status_code == 200
    worker = await browser.get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert (await browser.get("/offline")).status_code == 200


async def test_count_of_alerts_sends_nobody_away_when_the_screen_was_just_locked(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/alerts")).text
    await browser.post("/lock", data={"csrf": hidden(page, "csrf"), "then": "/alerts"})
    asked = await browser.get("/alerts/count", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.headers.get("hx-redirect")) == (204, None)
