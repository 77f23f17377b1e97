"""The rules editor as a form: entries of each part typed, refused in plain words, held against last week, decided."""

import html
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.component.test_console import sign_in
from tests.component.test_console_desk import NOW, send
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock
from tests.fakes.hotel_office import IN_FORCE

PAGE = "/admin/rules/city"


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=2)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


def draft_in(page: str) -> dict[str, Any]:
    """The draft that a page goes on with."""
    found = re.search(r'<textarea class="code" id="written"[^>]*>(.*?)</textarea>', page, re.S)
    assert found
    return dict(json.loads(html.unescape(found[1])))


async def edit(browser: httpx.AsyncClient, kind: str, part: str, draft: str = "{}", **given: str) -> httpx.Response:
    """Put something into a draft."""
    return await send(browser, PAGE, f"{PAGE}/edit", rules=draft, kind=kind, part=part, **given)


async def test_rules_of_a_kind_are_said_in_words(browser: httpx.AsyncClient) -> None:
    said = html.unescape((await browser.get(f"{PAGE}?kind=guest_request")).text)
    for line in (
        "How many: at least 1, at most 6",
        "Wanted by: between 07:00-23:00",
        "Wanted by: 30 minutes before the moment itself",
        "More than four go through the store room.",
        "above €50.00: Duty manager",
    ):
        assert line in said
    other = (await browser.get(f"{PAGE}?kind=late_check_out")).text
    assert "Price: at least €15.00, at most €90.00" in other
    assert "Loyalty tier: one of Silver, Gold" in other


ENTRIES = [
    (
        "guest_request",
        "limits",
        {"field": "quantity", "at_most": "8"},
        {"rule": "quantity_limit", "field": "quantity", "at_most": 8},
    ),
    (
        "guest_request",
        "limits",
        {"field": "wanted_by", "windows": "9:00-12:00, 14:00–22:00", "text_de": "Nur am Tag."},
        {
            "rule": "wanted_by_limit",
            "field": "wanted_by",
            "windows": [{"start": "09:00", "end": "12:00"}, {"start": "14:00", "end": "22:00"}],
            "messages": {"de": "Nur am Tag."},
        },
    ),
    (
        "late_check_out",
        "limits",
        {"field": "price", "at_least": "20", "at_most": "95.50", "where_field": "tier", "where_among": "gold"},
        {
            "rule": "price_limit",
            "field": "price",
            "at_least": 2000,
            "at_most": 9550,
            "where": {"field": "tier", "among": ["gold"]},
        },
    ),
    (
        "late_check_out",
        "limits",
        {"field": "tier", "allowed": "gold"},
        {"rule": "tier_limit", "field": "tier", "allowed": ["gold"]},
    ),
    (
        "late_check_out",
        "notices",
        {"field": "until", "minutes": "120", "before": "departure", "at": "11:00"},
        {"rule": "until_notice", "field": "until", "minutes": 120, "before": "departure", "at": "11:00"},
    ),
    (
        "guest_request",
        "conditions",
        {"field": "quantity", "expression": "fields.quantity != 3", "message": "Never three.", "stage_fulfil": "1"},
        {
            "rule": "quantity_condition",
            "field": "quantity",
            "expression": "fields.quantity != 3",
            "message": "Never three.",
            "stages": ["fulfil"],
        },
    ),
    ("guest_request", "tiers", {"above": "120", "role": "finance"}, {"above": 12000, "role": "finance"}),
]


@pytest.mark.parametrize(("kind", "part", "given", "written"), ENTRIES)
async def test_entry_is_put_beside_what_holds_already(
    browser: httpx.AsyncClient, kind: str, part: str, given: dict[str, str], written: dict[str, Any]
) -> None:
    said = await edit(browser, kind, part, **given)
    assert said.status_code == 200
    assert draft_in(said.text) == {"kinds": {kind: {part: [*IN_FORCE[kind].get(part, []), written]}}}  # type: ignore[misc] # a list
    assert "not proposed yet" in said.text


async def test_entry_is_changed_in_its_place_taken_out_and_left_to_the_chain_again(browser: httpx.AsyncClient) -> None:
    changed = await edit(
        browser, "guest_request", "limits", rule="most_pieces", field="quantity", at_least="1", at_most="4"
    )
    draft = draft_in(changed.text)
    first, second = draft["kinds"]["guest_request"]["limits"]
    assert (first["at_most"], second["rule"]) == (4, "service_hours")
    assert "How many: at least 1, at most 4" in changed.text
    out = await edit(browser, "guest_request", "limits", json.dumps(draft), rule="service_hours", step="drop")
    assert [one["rule"] for one in draft_in(out.text)["kinds"]["guest_request"]["limits"]] == ["most_pieces"]
    last = await edit(
        browser, "guest_request", "limits", json.dumps(draft_in(out.text)), rule="most_pieces", step="drop"
    )
    assert draft_in(last.text) == {"kinds": {"guest_request": {"limits": []}}}, "none, whatever the chain says"
    back = await edit(browser, "guest_request", "limits", json.dumps(draft_in(last.text)), step="above")
    assert draft_in(back.text) == {}


async def test_clock_and_figures_of_a_kind_go_into_the_draft(browser: httpx.AsyncClient) -> None:
    said = await edit(browser, "guest_request", "sla", accept="10", complete="", warn="")
    assert draft_in(said.text)["kinds"]["guest_request"]["sla"] == IN_FORCE["guest_request"]["sla"] | {"accept_s": 600}  # type: ignore[operator] # a dict
    figures = await edit(browser, "guest_request", "figures", line_max="75", approve_by_s="1440", expire_after_s="60")
    assert draft_in(figures.text) == {"kinds": {"guest_request": {"line_max": 7500, "expire_after_s": 3600}}}
    house = await edit(browser, "guest_request", "house", score_threshold="7", handover_minutes="")
    assert draft_in(house.text) == {"score_threshold": 7}


async def test_policy_approves_within_limits_until_the_last_is_taken_out(browser: httpx.AsyncClient) -> None:
    said = await edit(browser, "guest_request", "auto", field="quantity", at_most="2")
    assert draft_in(said.text)["kinds"]["guest_request"]["auto"] == {
        "limits": [{"rule": "quantity_auto", "field": "quantity", "at_most": 2}]
    }
    out = await edit(
        browser, "guest_request", "auto", json.dumps(draft_in(said.text)), rule="quantity_auto", step="drop"
    )
    assert draft_in(out.text)["kinds"]["guest_request"]["auto"] == "off"


REFUSED = [
    ("limits", {"field": "quantity", "at_most": "many"}, "Type a whole number"),
    ("limits", {"field": "quantity"}, "Say at least one: a bound, allowed values, or windows."),
    ("limits", {"field": "nothing", "at_most": "1"}, "Choose a field."),
    ("limits", {"field": "wanted_by", "windows": "from nine"}, "Type windows like"),
    ("limits", {"field": "quantity", "at_most": "1", "where_field": "quantity"}, "Say which values."),
    ("notices", {"field": "wanted_by", "minutes": ""}, "Type whole minutes."),
    ("conditions", {"field": "quantity"}, "Write what must be true."),
    ("tiers", {"above": "lots", "role": "finance"}, "Type an amount"),
    ("tiers", {"above": "5", "role": "guest"}, "Choose a role."),
    ("sla", {"accept": "soon"}, "Type a whole number"),
    ("figures", {"line_max": "x"}, "Type an amount"),
    ("house", {"score_threshold": "x"}, "Type a whole number"),
    ("guesswork", {}, "There is no such rule."),
]


@pytest.mark.parametrize(("part", "given", "words"), REFUSED)
async def test_entry_that_cannot_be_is_refused_in_words_and_the_draft_stays(
    console: FakeConsole, browser: httpx.AsyncClient, part: str, given: dict[str, str], words: str
) -> None:
    said = await edit(browser, "guest_request", part, '{"score_threshold": 7}', **given)
    assert said.status_code == 422
    assert words in html.unescape(said.text)
    assert draft_in(said.text) == {"score_threshold": 7}
    assert console.services.state.proposed == []


async def test_entry_that_is_refused_stands_open_with_what_was_typed(browser: httpx.AsyncClient) -> None:
    given = {"rule": "most_pieces", "field": "quantity", "at_least": "1", "at_most": "plenty"}
    said = await edit(browser, "guest_request", "limits", **given)
    assert said.status_code == 422
    assert 'value="plenty"' in said.text
    assert said.text.count('<details class="rule" open>') == 1


async def test_simulation_stands_beside_the_draft_in_words(browser: httpx.AsyncClient) -> None:
    said = await send(browser, PAGE, f"{PAGE}/try", rules='{"score_threshold": 7}', kind="guest_request")
    for words in ("12 of 84 records differ", "3 → 9", "when it is due 12", "what its values break 4", "at most 4."):
        assert words in said.text
    assert draft_in(said.text) == {"score_threshold": 7}


async def test_difference_to_the_chain_and_a_versions_changes_are_said_in_words(browser: httpx.AsyncClient) -> None:
    said = html.unescape((await browser.get(PAGE)).text)
    assert "Late check out › Money line without approval up to" in said
    assert "€100.00" in said
    assert "Guest request › Clock › To complete" in said
    assert "90 minutes" in said or "1 hour 30 minutes" in said


async def test_place_somebody_changed_meanwhile_says_so_and_keeps_the_draft(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    console.services.state.rules_revision = 6
    said = await send(
        browser, PAGE, f"{PAGE}/propose", version="5", rules='{"score_threshold": 7}', reason="Too many.", kind=""
    )
    assert said.status_code == 412
    assert "Somebody changed this while you were looking" in said.text
    assert draft_in(said.text) == {"score_threshold": 7}
    assert console.services.state.proposed == []
