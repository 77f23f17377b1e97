"""Selling, reports and the back office: shown, tried before they bind, refused with words, absent where closed."""

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import sign_in
from tests.component.test_console_desk import send
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=6)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


PAGES = [
    ("/stays?property=city", "/v1/stays", "S. Whitmore"),
    ("/offers?property=city", "/v1/offers", "A day in the spa"),
    ("/reports", "/v1/reports", "Completion time"),
    ("/reports/completion_time", "/v1/reports", "Housekeeping"),
    ("/admin/rules/city", "/v1/rules", "Guests wait too long for towels"),
    ("/admin/policy", "/v1/policy", "Complaints are for those who settle them"),
    ("/admin/audit", "/v1/audit", "record.edited.v1"),
    ("/admin/accounts", "/v1/service-accounts", "Channel manager"),
    ("/admin/erasures", "/v1/erasures", "Erase for good"),
    ("/admin/operations", "/ops", "Carry it out again"),
]


@pytest.mark.parametrize(("address", "_service", "words"), PAGES)
async def test_page_shows_what_its_service_says(
    browser: httpx.AsyncClient, address: str, _service: str, words: str
) -> None:
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert words in answer.text


@pytest.mark.parametrize(("address", "service", "words"), PAGES)
async def test_page_stands_while_its_service_is_silent_or_closed(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, service: str, words: str
) -> None:
    for state in (console.services.state.silent, console.services.state.closed):
        state.add(service)
        answer = await browser.get(address)
        assert answer.status_code == 200
        assert words not in answer.text
        state.clear()


async def test_stay_shows_why_an_offer_is_possible_and_sells_it(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    html = (await browser.get("/stays/stay-1")).text
    assert "Nothing is left on its day." in html
    assert "1,240 points" in html
    said = await send(browser, "/stays/stay-1", "/stays/stay-1/sell", offer_id="o-spa", service="spa_day")
    assert said.headers["location"].startswith("/records/new-")


async def test_campaign_is_written_looked_at_and_let_run(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    terms = {"title": "Spa", "code": "spa", "offer_a": "o-spa", "moment": "pre_arrival", "days": "-7", "at": "10:00"}
    said = await send(browser, "/offers?property=city", "/campaigns", property_id="city", reason="season", **terms)
    assert said.headers["location"] == "/campaigns/c1"
    (body,) = console.services.state.drafted
    assert body["terms"]["arms"] == [{"code": "a", "offer_id": "o-spa", "weight": 1}]
    html = (await browser.get("/campaigns/c1")).text
    assert "1 of 2" in html
    assert "Its moment is over." in html
    await send(browser, "/campaigns/c1", "/campaigns/c1/approve", version="1", reason="Looked at.")
    assert "Running" in (await browser.get("/campaigns/c1")).text


async def test_campaign_with_days_that_are_none_keeps_what_was_typed(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    said = await send(
        browser, "/offers?property=city", "/campaigns", property_id="city", title="Spa", days="soon", reason="x"
    )
    assert said.status_code == 422
    assert "Type whole days" in said.text
    assert 'value="Spa"' in said.text
    assert console.services.state.drafted == []


async def test_report_leads_to_the_records_behind_a_figure_and_into_a_table(browser: httpx.AsyncClient) -> None:
    behind = await browser.get("/reports/day/records?figure=late&property=city")
    assert "/records/r-rich" in behind.text
    table = await browser.get("/reports/day/table.csv?property=city")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.lstrip("\ufeff").splitlines()[0] == "hotel,from,to,figure,of,value,unit,records"


async def test_draft_of_rules_is_held_against_last_week_and_kept(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    said = await send(browser, "/admin/rules/city", "/admin/rules/city/try", rules='{"score_threshold": 7}')
    assert "12 of 84 records differ" in said.text
    assert "3 → 9" in said.text
    assert "score_threshold" in said.text
    (body,) = console.services.state.proposed
    assert (body["week_from"], body["rules"]) == ("2026-11-14", {"score_threshold": 7})


@pytest.mark.parametrize("rules", ["{", "[]", "{'a': 1}"])
async def test_rules_that_cannot_be_read_are_refused_before_they_are_sent(
    console: FakeConsole, browser: httpx.AsyncClient, rules: str
) -> None:
    said = await send(
        browser, "/admin/rules/city", "/admin/rules/city/propose", version="5", rules=rules, reason="try it"
    )
    assert said.status_code == 422
    assert console.services.state.proposed == []


async def test_rules_are_proposed_decided_and_taken_back(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    page = "/admin/rules/city"
    await send(browser, page, f"{page}/propose", version="5", rules='{"score_threshold": 7}', reason="Too many.")
    await send(browser, page, f"{page}/versions/3", version="5", approve="true", digest="d" * 64, reason="Agreed.")
    await send(browser, page, f"{page}/versions/3", version="5", approve="withdraw", reason="A mistake.")
    proposed, approved, withdrawn = console.services.state.proposed
    assert proposed == {"rules": {"score_threshold": 7}, "reason": "Too many."}
    assert approved == {"decide": {"reason": "Agreed.", "approve": True, "digest": "d" * 64}}
    assert withdrawn == {"withdraw": {"reason": "A mistake."}}


async def test_policy_shows_whom_a_change_would_touch_before_it_is_proposed(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    edit = {"effect": "deny", "roles": "associate", "actions": "read, note", "kinds": "service_recovery"}
    tried = await send(browser, "/admin/policy", "/admin/policy/try", **edit)
    assert "0 people gain, 1 loses" in tried.text
    assert "Ana Ramos" in tried.text
    assert console.services.state.edits == []
    await send(browser, "/admin/policy", "/admin/policy/propose", version="2", reason="Agreed.", **edit)
    (body,) = console.services.state.edits
    (asked,) = body["edits"]
    assert asked["actions"] == ["read", "note"]
    assert "anew" not in body, "it is laid over the edits that hold; sent again they would stand there twice"


async def test_who_decides_on_rights_sees_whom_it_touches_before(browser: httpx.AsyncClient) -> None:
    said = (await browser.get("/admin/policy")).text
    waiting = said[said.index("asks to change the rights") : said.index("Propose a change")]
    assert "Whom it touches" in waiting
    assert "0 people gain, 1 loses" in waiting
    assert "Ana Ramos" in waiting


async def test_change_of_rights_is_ticked_and_taken_out_again(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    ticks = {
        "effect": "allow",
        "roles_supervisor": "1",
        "roles_finance": "1",
        "actions_read": "1",
        "reads_payment": "1",
    }
    await send(browser, "/admin/policy", "/admin/policy/propose", version="2", reason="Agreed.", **ticks)
    await send(browser, "/admin/policy", "/admin/policy/propose", version="2", reason="Over.", without="0")
    allowed, out = console.services.state.edits
    assert allowed["edits"][0]["roles"] == ["supervisor", "finance"]
    assert (allowed["edits"][0]["kinds"], allowed["edits"][0]["read"]) == (["*"], ["payment"])
    assert (out["edits"], out["anew"]) == ([], True)


@pytest.mark.parametrize(
    ("given", "words"),
    [({"actions": "read"}, "Choose a role."), ({"roles": "associate"}, "Choose at least one action.")],
)
@pytest.mark.parametrize("step", ["try", "propose"])
async def test_change_of_rights_that_says_nothing_is_refused_in_words(
    console: FakeConsole, browser: httpx.AsyncClient, given: dict[str, str], words: str, step: str
) -> None:
    said = await send(browser, "/admin/policy", f"/admin/policy/{step}", version="2", reason="Why", **given)
    assert said.status_code == 422
    assert words in said.text
    assert console.services.state.edits == []


async def test_proof_of_an_audit_entry_is_computed_and_not_believed(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    assert "Holds" in (await browser.get("/admin/audit/1")).text
    console.services.state.root["root"] = "0" * 64
    forged = (await browser.get("/admin/audit/1")).text
    assert "Does not hold" in forged


async def test_key_of_a_service_account_is_shown_once(browser: httpx.AsyncClient) -> None:
    said = await send(browser, "/admin/accounts", "/admin/accounts/sa-1/keys", actions="read", kinds="*", days="30")
    assert "bb_live_shown_once" in said.text
    assert "bb_live_shown_once" not in (await browser.get("/admin/accounts")).text


async def test_erasure_is_decided_by_another_person(browser: httpx.AsyncClient) -> None:
    said = await send(browser, "/admin/erasures", "/admin/erasures/x1", version="1", approve="true", reason="Checked.")
    assert said.status_code == 303
    html = (await browser.get("/admin/erasures")).text
    assert "Running" in html
    assert "Still to confirm" in html


async def test_somebody_calls_in_sick_comes_back_and_has_their_rota(browser: httpx.AsyncClient) -> None:
    assert "You are away from now on" in (await send(browser, "/me", "/me/away")).text
    assert "You are back" in (await send(browser, "/me", "/me/back")).text
    assert "rota.ics?token=shown-once" in (await send(browser, "/me", "/me/calendar")).text


async def test_parked_event_is_carried_out_again_with_a_reason(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    said = await send(
        browser,
        "/admin/operations",
        "/admin/operations/records",
        group="records",
        subject="stay-9",
        reason="Schema mended.",
    )
    assert said.status_code == 200
    assert "POST /ops/v1/redrive" in console.services.state.asked
    assert (await send(browser, "/admin/operations", "/admin/operations/kitchen")).status_code == 404
