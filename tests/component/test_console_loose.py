"""Loose ends on screen: made a record or settled, tried again with a reason, told with their whole story."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import NOW, hidden, sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

PAGES = [
    ("/unrecorded", "/v1/comments", "Wants the window side at breakfast", "Nothing is left lying.", "comments"),
    ("/admin/commands", "/v1/commands", "Folio closed", "Nothing is stuck.", "commands"),
    ("/money", "/v1/differences", "F-77", "Everything ties out.", "differences"),
]


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
    sent = {"csrf": hidden(page, "csrf"), "key": "k" * 12, "version": "1"}
    return await browser.post(to, data=sent | more)


@pytest.mark.parametrize(("address", "service", "words", "nothing", "rows"), PAGES)
async def test_page_tells_of_loose_ends_or_that_there_are_none(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, service: str, words: str, nothing: str, rows: str
) -> None:
    page = (await browser.get(address)).text
    assert (words in page, nothing in page) == (True, False)
    console.services.state.unheard = []
    setattr(console.services.state, rows, [])
    page = (await browser.get(address)).text
    assert (words in page, nothing in page) == (False, True)


@pytest.mark.parametrize(("address", "service", "words", "nothing", "rows"), PAGES)
async def test_page_says_nothing_of_what_it_cannot_know(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, service: str, words: str, nothing: str, rows: str
) -> None:
    for state, said in (
        (console.services.state.silent, "does not answer right now"),
        (console.services.state.closed, "not open to your role"),
    ):
        state.add(service)
        answer = await browser.get(address)
        assert (answer.status_code, words in answer.text, nothing in answer.text) == (200, False, False)
        assert said in answer.text
        state.clear()


async def test_comment_is_settled_with_a_reason_and_leaves_the_list(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    answer = await told(browser, "/unrecorded", "/unrecorded/comment-1", reason_code="done_already")
    assert (answer.status_code, answer.headers["location"]) == (303, "/unrecorded")
    assert console.services.state.tied == [("comment-1", {"reason_code": "done_already"})]


async def test_comment_that_moved_on_is_refused_in_words(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    answer = await told(browser, "/unrecorded", "/unrecorded/comment-1", version="7")
    assert (answer.status_code, console.services.state.tied) == (412, [])
    assert "Somebody changed this while you were looking" in answer.text


async def test_comment_becomes_a_record_and_is_tied_to_it(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/unrecorded")).text
    assert "comment=comment-1" in page
    slip = {"room": "412", "property_id": "city", "kind": "guest_request", "field.choice.topic": "other"}
    answer = await told(browser, "/new?comment=comment-1&version=1&stay_id=stay-1", "/new", comment="comment-1", **slip)
    assert answer.status_code == 303
    made = answer.headers["location"].rsplit("/", 1)[-1]
    assert console.services.state.tied == [("comment-1", {"record_id": made})]


async def test_command_is_tried_again_with_a_reason(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    answer = await told(browser, "/admin/commands", "/admin/commands/command-1", version="4", reason="The PMS is back")
    assert answer.status_code == 303
    assert console.services.state.tied == [("command-1", {"reason": "The PMS is back"})]


async def test_difference_tells_line_reason_and_approver(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    console.hotel.records["r-rich"]["money"] = [
        {"id": "l1", "kind": "charge", "amount": {"amount": 2500, "currency": "EUR"}, "state": "posted"}
        | {"approved_by": "filipe"}
    ]
    page = (await browser.get("/money")).text
    assert "€25.00" in page
    assert "-€5.00" in page
    assert console.house.people["filipe"].display_name in page
