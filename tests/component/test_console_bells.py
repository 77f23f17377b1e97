"""How alerts ring: rules tried and proposed, one's own wishes, this device, and what is kept silent for a while."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.console.domain.alerting import AlertRule, with_rule
from tests.component.test_console import sign_in
from tests.component.test_console_desk import send
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)
RULES, MINE, SILENT = "/admin/alert-rules/city", "/me/alerts", "/silences?property=city"


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=6)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


PAGES = [
    (RULES, "/v1/alert-rules", "The nights are too loud."),
    (MINE, "/v1/me/notifications", "Ring on this device"),
    (SILENT, "/v1/silences", "Works on the third floor."),
]


@pytest.mark.parametrize(("address", "service", "words"), PAGES)
async def test_page_shows_what_alerts_says_and_stands_without_it(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, service: str, words: str
) -> None:
    shown = await browser.get(address)
    assert (shown.status_code, words in shown.text) == (200, True)
    for state in (console.services.state.silent, console.services.state.closed):
        state.add(service)
        bare = await browser.get(address)
        assert (bare.status_code, words in bare.text) == (200, False)
        state.clear()


async def test_rule_is_edited_into_the_draft_and_nothing_is_sent(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    edit = {"rule": "overdue", "enabled": "true", "minutes": "5", "severity": "critical", "audience": "supervisor"}
    said = await send(browser, RULES, f"{RULES}/edit", rules='{"edits": {"at_risk": {"enabled": false}}}', **edit)
    assert "&#34;plus_s&#34;: 300" in said.text
    assert "&#34;at_risk&#34;" in said.text
    assert "not proposed yet" in said.text
    assert console.services.state.bell_rules == []


async def test_quiet_hours_go_into_the_draft(browser: httpx.AsyncClient) -> None:
    said = await send(browser, RULES, f"{RULES}/edit", rules="{}", quiet_start="23:00", quiet_end="06:30")
    assert "&#34;start&#34;: &#34;23:00&#34;" in said.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rule": "nothing", "rules": "{}"}, "There is no such rule."),
        ({"rule": "overdue", "minutes": "soon", "rules": "{}"}, "Type whole minutes."),
        ({"rule": "overdue", "minutes": "9999999", "rules": "{}"}, "That is more than a year."),
        ({"rule": "overdue", "rules": "{"}, "not written right"),
        ({"quiet_start": "25:00", "quiet_end": "07:00", "rules": "{}"}, "Type a time of day"),
    ],
)
async def test_edit_that_cannot_be_meant_is_said_and_keeps_the_draft(
    browser: httpx.AsyncClient, values: dict[str, str], words: str
) -> None:
    said = await send(browser, RULES, f"{RULES}/edit", **values)
    assert (said.status_code, words in said.text) == (422, True)


async def test_draft_is_tried_on_what_is_open(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    said = await send(browser, RULES, f"{RULES}/try", rules='{"edits": {"blocked_long": {"plus_s": 3600}}}')
    assert console.services.state.bell_rules == [{"rules": {"edits": {"blocked_long": {"plus_s": 3600}}}}]
    assert "46 looked at" in said.text
    assert "3 at once" in said.text
    assert "Bruno Teixeira" in said.text


async def test_draft_is_proposed_with_a_reason_and_a_version_decided_as_it_was_shown(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    draft = {"edits": {"overdue": {"severity": "warning"}}}
    said = await send(browser, RULES, f"{RULES}/propose", rules=json.dumps(draft), reason="Calmer nights.", version="4")
    assert said.headers["location"] == RULES
    answer = {"approve": "true", "digest": "f" * 64, "reason": "Tried out.", "version": "4"}
    await send(browser, RULES, f"{RULES}/versions/2", **answer)
    await send(browser, RULES, f"{RULES}/versions/2", approve="withdraw", reason="No.", version="4")
    assert console.services.state.bell_rules == [
        {"rules": draft, "reason": "Calmer nights."},
        {"decide": {"reason": "Tried out.", "approve": True, "digest": "f" * 64}},
        {"withdraw": {"reason": "No."}},
    ]


async def test_wishes_are_said_anew_whole(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    wished = {
        "ways": "mine", "way_1": "sms", "way_2": "push", "way_3": "sms", "email": "", "phone": "+351912345678",
        "digest": "daily", "digest_at": "07:30", "quiet_start": "21:00", "quiet_end": "07:00", "language": "pt",
    }  # fmt: skip
    said = await send(browser, MINE, MINE, version="1", **wished)
    assert said.headers["location"] == "/me/alerts?done=true"
    assert console.services.state.wished == [
        {
            "channels": ["sms", "push"], "phone": "+351912345678", "digest": "daily", "digest_at": "07:30",
            "quiet": {"start": "21:00", "end": "07:00"}, "language": "pt",
        }
    ]  # fmt: skip
    again = (await browser.get("/me/alerts?done=true")).text
    assert "It holds from now on" in again
    assert 'value="+351912345678"' in again


async def test_wishes_that_cannot_be_meant_are_refused_and_kept_in_the_form(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    said = await send(browser, MINE, MINE, version="1", quiet_start="late", email="ana@hotel.example")
    assert said.status_code == 422
    assert 'value="ana@hotel.example"' in said.text
    assert console.services.state.wished == []


async def test_device_is_told_of_and_taken_back(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    device = {"endpoint": "https://push.example.net/1", "p256dh": "B" + "a" * 86, "auth": "a" * 22}
    added = await send(browser, MINE, f"{MINE}/device", **device)
    assert (added.status_code, console.services.state.devices) == (204, [device])
    gone = await send(browser, MINE, f"{MINE}/device", endpoint=device["endpoint"])
    assert (gone.status_code, console.services.state.devices) == (204, [])


async def test_device_without_the_token_of_the_form_is_refused(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    said = await browser.post(f"{MINE}/device", data={"endpoint": "https://push.example.net/1", "p256dh": "x"})
    assert (said.status_code, console.services.state.devices) == (403, [])


async def test_silence_is_begun_for_some_hours_and_ended_with_a_reason(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    asked = {"property_id": "city", "rule": "at_risk", "hours": "4", "reason": "Fire drill."}
    said = await send(browser, SILENT, "/silences", **asked)
    assert said.headers["location"] == SILENT
    await send(browser, SILENT, "/silences/s1/end", property_id="city", version="1", reason="It is over.")
    until = (NOW + dt.timedelta(hours=4)).isoformat()
    assert console.services.state.silenced == [
        {"property_id": "city", "rule": "at_risk", "reason": "Fire drill.", "until": until},
        {"s1": {"reason": "It is over."}},
    ]
    assert "Nothing is kept silent here." in (await browser.get(SILENT)).text


@pytest.mark.parametrize("hours", ["", "0", "169", "two", "9" * 30])
async def test_silence_without_an_end_or_too_long_is_refused(
    console: FakeConsole, browser: httpx.AsyncClient, hours: str
) -> None:
    said = await send(browser, SILENT, "/silences", property_id="city", hours=hours, reason="x")
    assert (said.status_code, console.services.state.silenced) == (422, [])


def test_edit_that_changes_nothing_stays_out_of_the_draft() -> None:
    rule = AlertRule(code="overdue", on="record", condition="open", moment="due_at", severity="critical")
    same: dict[str, Any] = {"enabled": "true", "minutes": "0", "severity": "critical", "audience": ""}
    assert with_rule({}, rule, same) == {"edits": {}}
    assert with_rule({"own": [{"code": "overdue"}]}, rule, {"enabled": "false"})["own"][0]["enabled"] is False
