"""Slips of paper are brought in one after the other, each with the time on the hotel's clock when it happened."""

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import NOW, hidden, sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

SLIP = {"room": "508", "property_id": "city", "kind": "guest_request", "late": "1", "field.choice.topic": "other"}


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW))


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


async def brought(browser: httpx.AsyncClient, when: str, key: str = "k" * 12) -> httpx.Response:
    """Bring a slip of paper in."""
    form = (await browser.get("/new?late=1")).text
    return await browser.post("/new", data=SLIP | {"happened_at": when, "csrf": hidden(form, "csrf"), "key": key})


async def test_slip_is_written_down_with_its_true_time_and_the_next_one_is_asked_for(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    answer = await brought(browser, "2026-11-21T17:10")
    record = next(one for one in console.hotel.records.values() if one["room"] == "508")
    assert record["opened_at"] == dt.datetime(2026, 11, 21, 17, 10, tzinfo=dt.UTC)  # Lisbon in winter
    assert answer.headers["location"] == f"/new?late=1&property_id=city&saved={record['id']}"
    assert "It is written down." in (await browser.get(answer.headers["location"])).text
    page = (await browser.get(f"/records/{record['id']}")).text
    assert "entered late, 19:40" in page
    assert "It happened; " in page


async def test_slip_is_closed_at_the_time_it_was_done_by_the_hotels_clock(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    await brought(browser, "2026-11-21T17:10")
    record = next(one for one in console.hotel.records.values() if one["room"] == "508")
    page = (await browser.get(f"/records/{record['id']}")).text
    assert "When was it done?" in page
    form = {"csrf": hidden(page, "csrf"), "key": "c" * 12, "version": "1", "outcome": "declined", "reason": "not now"}
    sent = await browser.post(f"/records/{record['id']}/complete", data=form | {"happened_at": "2026-11-21T17:55"})
    assert sent.status_code == 303
    closed = console.hotel.records[record["id"]]["closed_at"]
    assert closed == dt.datetime(2026, 11, 21, 17, 55, tzinfo=dt.UTC)


@pytest.mark.parametrize("when", ["", "half past two", "2026-11-31T17:10"])
async def test_slip_without_a_time_is_refused_by_its_field(
    console: FakeConsole, browser: httpx.AsyncClient, when: str
) -> None:
    before = dict(console.hotel.records)
    answer = await brought(browser, when)
    assert answer.status_code == 422
    assert "Say on which day and when it happened." in answer.text
    assert console.hotel.records == before


async def test_slip_from_the_future_is_refused_and_keeps_what_was_typed(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    answer = await brought(browser, "2026-11-22T09:00")
    assert (answer.status_code, "lies in the future" in answer.text) == (422, True)
    assert 'value="2026-11-22T09:00"' in answer.text


async def test_nothing_is_offered_to_be_written_down_while_records_are_silent(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    console.services.state.silent.add("/v1/kinds")
    page = (await browser.get("/new")).text
    assert "Write it on paper with the time" in page
    assert "disabled" in page
