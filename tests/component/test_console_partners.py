"""Partners for the chain's administrator: what each hears, secrets shown once, the log, pings, replays, refusals."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.component.test_console import sign_in
from tests.component.test_console_desk import NOW, send
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

PARTNER = "/admin/partners/acme"
SUBSCRIPTION = f"{PARTNER}/subscriptions/sub-1"


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=2)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


PAGES = [
    ("/admin/partners", "Acme PMS"),
    (PARTNER, "hooks.acme.example"),
    (SUBSCRIPTION, "It is switched off: its endpoint took nothing for too long."),
]


@pytest.mark.parametrize(("address", "words"), PAGES)
async def test_page_shows_partners_and_says_so_where_it_may_not_or_cannot(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, words: str
) -> None:
    assert words in (await browser.get(address)).text
    for state, said in (
        (console.services.state.closed, "not open to your role"),
        (console.services.state.silent, "does not answer right now"),
    ):
        state.add("/v1/partners")
        html = (await browser.get(address)).text
        assert said in html
        assert words not in html
        state.clear()


async def test_partner_is_taken_in_with_the_most_it_may_be_told(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    ticks = {"classes_ordinary": "1", "classes_payment": "1", "properties_city": "1"}
    said = await send(browser, "/admin/partners", "/admin/partners", id="acme", name="Acme", account_id="sa-1", **ticks)
    assert said.headers["location"] == PARTNER
    told = {"id": "acme", "name": "Acme", "classes": ["ordinary", "payment"], "properties": ["city"]}
    assert console.services.state.partner_asked == [{"add": told | {"account_id": "sa-1"}}]
    assert "read:*" in (await browser.get(PARTNER)).text, "its keys with their scopes"


async def test_subscription_is_made_with_types_fields_and_hotels_and_its_secret_shown_once(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    given = {"delivery": "webhook", "url": "https://a.example/x", "fields": "record.kind record.status"}
    ticks = {"types_record.opened.v1": "1", "types_stay.changed.v1": "1", "properties_city": "1", "sandbox": "1"}
    said = await send(browser, PARTNER, f"{PARTNER}/subscriptions", **given, **ticks)
    assert "whsec_shown_once" in said.text
    assert "whsec_shown_once" not in (await browser.get(PARTNER)).text
    (asked,) = console.services.state.partner_asked
    assert asked["subscribe"] == {
        "delivery": "webhook",
        "url": "https://a.example/x",
        "types": ["record.opened.v1", "stay.changed.v1"],
        "properties": ["city"],
        "fields": ["record.kind", "record.status"],
        "classes": ["ordinary"],
        "sandbox": True,
    }


async def test_topic_of_its_own_needs_no_address(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    ticks = {"types_record.opened.v1": "1"}
    await send(browser, PARTNER, f"{PARTNER}/subscriptions", delivery="topic", url="", **ticks)
    (asked,) = console.services.state.partner_asked
    assert (asked["subscribe"]["delivery"], "url" in asked["subscribe"]) == ("topic", False)


STEPS: list[tuple[str, dict[str, str], dict[str, Any], str]] = [
    ("do/resume", {"version": "4"}, {"resume": {}}, "Subscription"),
    ("do/secret", {"version": "4"}, {"secret": {}}, "whsec_shown_once"),
    ("send/ping", {}, {"ping": {}}, "3 events will be sent."),
    ("send/replay", {"ids": "ev-7, ev-8"}, {"replay": {"ids": ["ev-7", "ev-8"]}}, "3 events will be sent."),
    (
        "send/replay",
        {"since": "2026-07-01T08:00", "until": "2026-07-01T20:00"},
        {"replay": {"since": "2026-07-01T07:00:00.000Z", "until": "2026-07-01T19:00:00.000Z"}},
        "3 events will be sent.",
    ),
]


@pytest.mark.parametrize(("step", "given", "told", "words"), STEPS)
async def test_subscription_is_looked_after(
    console: FakeConsole,
    browser: httpx.AsyncClient,
    step: str,
    given: dict[str, str],
    told: dict[str, Any],
    words: str,
) -> None:
    said = await send(browser, SUBSCRIPTION, f"{SUBSCRIPTION}/{step}", **given)
    assert (said.status_code, words in said.text) == (200, True)
    assert console.services.state.partner_asked == [told]


REFUSED = [
    ("/admin/partners", "/admin/partners", {"id": "acme"}, 422, "Type it."),
    (PARTNER, f"{PARTNER}/subscriptions", {"delivery": "topic"}, 422, "Choose at least one."),
    (
        PARTNER,
        f"{PARTNER}/subscriptions",
        {"types_stay.changed.v1": "1", "url": "http://a.example"},
        422,
        "begins with https://",
    ),
    (SUBSCRIPTION, f"{SUBSCRIPTION}/send/replay", {"since": "then"}, 422, "Choose a day and a time."),
    (
        SUBSCRIPTION,
        f"{SUBSCRIPTION}/send/replay",
        {"since": "2026-07-02T08:00", "until": "2026-07-01T20:00"},
        422,
        "a later time until",
    ),
    (SUBSCRIPTION, f"{SUBSCRIPTION}/do/pause", {"version": "3"}, 412, "Somebody changed this"),
]


@pytest.mark.parametrize(("page", "to", "given", "status", "words"), REFUSED)
async def test_step_that_cannot_be_is_refused_in_words_and_nothing_done(
    console: FakeConsole, browser: httpx.AsyncClient, page: str, to: str, given: dict[str, str], status: int, words: str
) -> None:
    said = await send(browser, page, to, **given)
    assert (said.status_code, words in said.text) == (status, True)
    assert console.services.state.partner_asked == []


async def test_step_nobody_knows_is_no_page(browser: httpx.AsyncClient) -> None:
    assert (await send(browser, SUBSCRIPTION, f"{SUBSCRIPTION}/do/explode")).status_code in (404, 422)


async def test_log_is_looked_through_by_state(browser: httpx.AsyncClient) -> None:
    assert "Given up on" in (await browser.get(f"{SUBSCRIPTION}?state=dead")).text
    assert "ev-7" not in (await browser.get(f"{SUBSCRIPTION}?state=done")).text
