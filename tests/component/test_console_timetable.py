"""Reports by themselves and spot checks on screen: shown with how they stand, told, refused in words."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import NOW, hidden, sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

SCHEDULES, CHECKS = "/schedules?property=city", "/spot-checks?property=city"
PAGES = [
    (SCHEDULES, "/v1/schedules", "Exceptions before it gets busy", "No report comes by itself yet."),
    (CHECKS, "/v1/spot-checks", "Go and look: is it done?", "Nothing is to be checked."),
]
DAILY = {
    "name": "Mornings", "report": "day", "days": "1", "when": "daily", "at": "07:00", "weekday_0": "true",
    "weekday_4": "true", "audience": "supervisor", "review_hours": "", "mail_to": "a@city.example,\nb@city.example",
}  # fmt: skip


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=4)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


async def told(browser: httpx.AsyncClient, address: str, to: str, **more: str) -> httpx.Response:
    """Send the form of a page to an address."""
    page = (await browser.get(address)).text
    sent = {"csrf": hidden(page, "csrf"), "key": "k" * 12, "version": "1", "property_id": "city"}
    return await browser.post(to, data=sent | more)


@pytest.mark.parametrize(("address", "service", "words", "nothing"), PAGES)
async def test_page_stands_without_its_service_and_says_nothing_it_cannot_know(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, service: str, words: str, nothing: str
) -> None:
    assert words in (await browser.get(address)).text
    assert nothing in (await browser.get(address.replace("city", "resort"))).text
    for state, said in (
        (console.services.state.silent, "does not answer right now"),
        (console.services.state.closed, "not open to your role"),
    ):
        state.add(service)
        answer = await browser.get(address)
        assert (answer.status_code, words in answer.text, nothing in answer.text) == (200, False, False)
        assert said in answer.text
        state.clear()


async def test_schedule_tells_when_for_whom_next_last_and_what_did_not_arrive(browser: httpx.AsyncClient) -> None:
    page = (await browser.get(SCHEDULES)).text
    for said in (
        "6 hours before 15:00 of a day on which 85% of the rooms are taken", "Duty manager", "Sun 09:40",
        "Nobody has read it", "1 e-mail sent", "1 e-mail did not arrive",
        "night@city.example: not delivered: the mail server refused it", "Paused", "Nothing until it goes on",
    ):  # fmt: skip
        assert said in page
    assert "duty@city.example: " not in page


async def test_schedule_is_made_as_its_form_says(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    answer = await told(browser, SCHEDULES, "/schedules", **DAILY)
    assert (answer.status_code, answer.headers["location"]) == (303, SCHEDULES)
    [(what, body)] = console.services.state.timed
    assert what == "make"
    assert body["terms"] == {
        "report": "day", "audience": "supervisor", "when": "daily", "at": "07:00", "weekdays": [0, 4],
        "review_hours": None, "mail_to": ["a@city.example", "b@city.example"], "days": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"days": "0"}, "from 1 to 400"),
        ({"days": "many"}, "from 1 to 400"),
        ({"busy_percent": "101"}, "from 1 to 100"),
        ({"review_hours": "-1"}, "from 1 to 168"),
        ({"at": "noon"}, "time of day"),
    ],
)
async def test_schedule_that_cannot_be_read_is_refused_in_words_and_stays_in_its_form(
    console: FakeConsole, browser: httpx.AsyncClient, wrong: dict[str, str], words: str
) -> None:
    answer = await told(browser, SCHEDULES, "/schedules", **(DAILY | wrong))
    assert (answer.status_code, console.services.state.timed) == (422, [])
    assert words in answer.text
    assert 'value="Mornings"' in answer.text


async def test_schedule_is_changed_in_a_form_that_holds_what_it_says(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    page = (await browser.get(f"{SCHEDULES}&edit=sched-2")).text
    assert 'value="The week on Monday"' in page
    assert 'name="weekday_0" value="true" checked' in page
    assert 'name="weekday_1" value="true" checked' not in page
    answer = await told(browser, SCHEDULES, "/schedules/sched-2", paused="true", **DAILY)
    [(which, body)] = console.services.state.timed
    assert (answer.status_code, which, body["name"], body["paused"]) == (303, "sched-2", "Mornings", True)


@pytest.mark.parametrize(("which", "version", "paused"), [("sched-1", "3", True), ("sched-2", "1", False)])
async def test_schedule_pauses_and_goes_on_as_it_was(
    console: FakeConsole, browser: httpx.AsyncClient, which: str, version: str, paused: bool
) -> None:
    answer = await told(browser, SCHEDULES, f"/schedules/{which}/pause", version=version, paused=str(paused).lower())
    assert answer.status_code == 303
    [(changed, body)] = console.services.state.timed
    held = next(one for one in console.services.state.schedules if one["id"] == which)
    assert (changed, body["paused"], body["name"]) == (which, paused, held["name"])
    assert held["terms"].items() <= body["terms"].items()


async def test_schedule_that_moved_on_or_is_gone_is_said(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    stale = await told(browser, SCHEDULES, "/schedules/sched-1/pause", version="9", paused="true")
    gone = await told(browser, SCHEDULES, "/schedules/sched-9/pause", paused="true")
    assert (stale.status_code, gone.status_code, console.services.state.timed) == (412, 404, [])
    assert "Somebody changed this while you were looking" in stale.text


async def test_schedule_ends_and_a_delivery_is_read_at_the_version_that_was_seen(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    assert (await told(browser, SCHEDULES, "/schedules/sched-1/end", version="3")).status_code == 303
    assert (await told(browser, SCHEDULES, "/schedules/runs/run-1", version="1")).status_code == 303
    assert console.services.state.timed == [("end", "sched-1", '"3"'), ("read", "run-1", '"1"')]


async def test_check_says_where_to_look_and_neither_leads_to_the_record_nor_says_what_it_holds(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    page = (await browser.get(CHECKS)).text
    for said in ("412", "Housekeeping", "What is really there? Quantity", "7 checks drawn", "5 made, 2 to go"):
        assert said in page
    assert "r-rich" not in page
    assert "How it compares" not in page


async def test_what_is_there_is_told_first_and_compared_after(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    answer = await told(browser, CHECKS, "/spot-checks/check-1", done="true", value="3")
    assert answer.status_code == 303
    assert console.services.state.timed == [("check-1", {"done": True, "value": "3"})]
    page = (await browser.get(answer.headers["location"])).text
    for said in (
        "How it compares", "Whether it is done: the record is right", "Quantity: the record says something else",
        "/records/r-rich", "6 made, 1 to go",
    ):  # fmt: skip
        assert said in page


async def test_check_without_an_answer_or_made_meanwhile_is_refused_where_it_stands(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    empty = await told(browser, CHECKS, "/spot-checks/check-1", value="3")
    stale = await told(browser, CHECKS, "/spot-checks/check-1", version="7", done="true")
    assert (empty.status_code, stale.status_code, console.services.state.timed) == (422, 412, [])
    assert "Say whether it is done." in empty.text


async def test_checks_of_a_day_are_drawn(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    assert 'value="2026-11-20"' in (await browser.get(CHECKS)).text
    answer = await told(browser, CHECKS, "/spot-checks", day="2026-11-20")
    assert answer.status_code == 303
    assert console.services.state.timed == [("draw", {"property_id": "city", "day": "2026-11-20"})]
