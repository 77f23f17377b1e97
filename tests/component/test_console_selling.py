"""The campaign builder and the offer form: arms, conditions in words, drafts changed, refusals, nothing sent twice."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.component.test_console import sign_in
from tests.component.test_console_desk import NOW, send
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

OFFERS = "/offers?property=city"
CAMPAIGN = {"title": "Spa", "code": "spa", "offer_a": "o-spa", "moment": "pre_arrival", "days": "-7", "at": "10:00"}
OFFER = {"code": "yoga", "service": "spa_day", "per": "person", "uses": "arrival", "way": "fixed", "price": "20"}
OFFER |= {"title_en": "Yoga", "department_concierge": "1", "property_id": "city", "reason": "New season."}


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=2)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


async def test_two_arms_with_parts_and_conditions_are_written(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    more = {"offer_b": "o-suite", "weight_b": "3", "expression_2": "stay.nights >= 3", "message_2": "Three nights."}
    more |= {"language_de": "1", "channel": "sms", "reply_days": "5"}
    said = await send(browser, OFFERS, "/campaigns", property_id="city", reason="season", **(CAMPAIGN | more))
    assert said.headers["location"] == "/campaigns/c1"
    (body,) = console.services.state.drafted
    assert body["terms"] == {
        "code": "spa",
        "title": "Spa",
        "moment": "pre_arrival",
        "days": -7,
        "at": "10:00",
        "reply_days": 5,
        "arms": [
            {"code": "a", "offer_id": "o-spa", "weight": 1},
            {"code": "b", "offer_id": "o-suite", "weight": 3},
        ],
        "audience": [{"rule": "audience_2", "expression": "stay.nights >= 3", "message": "Three nights."}],
        "languages": ["de"],
        "channel": "sms",
    }


async def test_campaign_shows_its_arms_and_a_draft_is_changed(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/campaigns/c1")).text
    assert "<b>B</b> The corner suite, on standby" in html
    assert "2 parts" in html
    more = CAMPAIGN | {"days": "-3"}
    said = await send(browser, "/campaigns/c1", "/campaigns/c1/edit", version="1", reason="Later.", **more)
    assert said.status_code == 303
    (body,) = console.services.state.drafted
    assert (body["terms"]["days"], body["reason"]) == (-3, "Later.")
    late = await send(browser, "/campaigns/c1", "/campaigns/c1/edit", version="9", reason="Later.", **more)
    assert (late.status_code, "Somebody changed this" in late.text) == (412, True)
    assert len(console.services.state.drafted) == 1


async def test_offer_is_published_with_price_bounds_places_and_notice(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    more = {"floor": "15", "ceiling": "30.50", "capacity": "12", "notice_hours": "24", "instant": "1"}
    more |= {"expression_1": "stay.nights >= 2", "message_1": "For two nights or more."}
    said = await send(browser, OFFERS, "/offers", **(OFFER | more))
    assert said.headers["location"] == OFFERS
    (body,) = console.services.state.drafted
    told: dict[str, Any] = body["terms"]
    assert told["price"] == {"amount": 2000, "currency": "EUR"}
    assert (told["floor"], told["ceiling"], told["capacity"], told["notice_hours"]) == (1500, 3050, 12, 24)
    assert told["eligibility"][0]["message"] == "For two nights or more."
    assert told["departments"] == ["concierge"]


async def test_catalogue_shows_offers_with_price_bounds(browser: httpx.AsyncClient) -> None:
    html = (await browser.get(OFFERS)).text
    assert "The corner suite, on standby" in html
    assert "at least €25.00" in html


REFUSED = [
    ("/campaigns", CAMPAIGN | {"offer_a": ""}, "Choose at least one offer."),
    ("/campaigns", CAMPAIGN | {"days": "soon"}, "Type whole days"),
    ("/campaigns", CAMPAIGN | {"weight_a": "half"}, "Type a whole number"),
    ("/campaigns", CAMPAIGN | {"at": "noon"}, "Type a time"),
    ("/campaigns", CAMPAIGN | {"expression_1": "stay.repeat"}, "Say in a sentence whom it is for."),
    ("/offers", OFFER | {"price": "much"}, "Type an amount"),
    ("/offers", OFFER | {"title_en": ""}, "Give it a title in at least one language."),
    ("/offers", OFFER | {"department_concierge": ""}, "Choose who delivers it."),
    ("/offers", OFFER | {"capacity": "some"}, "Type a whole number"),
]


@pytest.mark.parametrize(("to", "given", "words"), REFUSED)
async def test_form_that_cannot_be_is_refused_in_words_and_kept(
    console: FakeConsole, browser: httpx.AsyncClient, to: str, given: dict[str, str], words: str
) -> None:
    said = await send(browser, OFFERS, to, **({"property_id": "city", "reason": "x"} | given))
    assert (said.status_code, words in said.text) == (422, True)
    assert f'value="{given["code"]}"' in said.text
    assert console.services.state.drafted == []
