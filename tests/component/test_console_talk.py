"""Conversations with guests on screen: read, answered, foretold; templates and rules edited; nothing shown unasked."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.component.test_console import NOW, hidden, sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

TALK = "/stays/stay-1/talk"
NIGHT = "It is night where the guest is. It leaves Sun 08:00"
EDITOR = "/admin/templates/city/pre_arrival"


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


async def test_conversation_tells_who_said_what_by_which_way_and_what_became_of_it(browser: httpx.AsyncClient) -> None:
    page = (await browser.get(TALK)).text
    order = ["um 13 Uhr ins Zimmer", "wir erwarten Sie", "Ihr Taxi ist", "ein Babybett"]
    assert [page.index(one) for one in order] == sorted(page.index(one) for one in order)
    for words in ("WhatsApp", "Read", "phone is off or unreachable", "Nobody knows whether it arrived", "It is night"):
        assert words in page
    assert "The guest waits" in page
    assert "outcome_unknown" not in page


@pytest.mark.parametrize(
    ("outlook", "said"),
    [
        ({}, "It leaves at once by WhatsApp."),
        (
            {"leaves_at": "2026-11-22T08:00:00Z", "why": "quiet_hours"},
            "It is night where the guest is. It leaves Sun 08:00",
        ),
        ({"channel": None, "why": "no_consent"}, "It would not get there: The guest does not want"),
    ],
)
async def test_answer_box_says_what_would_become_of_it_before_it_is_sent(
    console: FakeConsole, browser: httpx.AsyncClient, outlook: dict[str, Any], said: str
) -> None:
    console.services.state.outlook |= outlook
    page = (await browser.get(TALK)).text
    assert said in page
    assert ("At once: it is about safety" in page) is ("leaves_at" in outlook)


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({"text": "It is there.", "send": "true"}, {"text": "It is there.", "send": True}),
        ({"text": "Told at the desk.", "send": "false"}, {"text": "Told at the desk.", "send": False}),
        (
            {"template": "done", "language": "en", "send": "true", "record_id": "r-1", "urgent": "safety"},
            {"template": "done", "topic_code": "done", "language": "en", "send": True}
            | {"record_id": "r-1", "urgent": "safety"},
        ),
    ],
)
async def test_answer_is_sent_or_only_stored_as_it_was_said(
    console: FakeConsole, browser: httpx.AsyncClient, form: dict[str, str], body: dict[str, Any]
) -> None:
    answer = await told(browser, TALK, TALK, **form)
    assert (answer.status_code, answer.headers["location"]) == (303, TALK)
    assert console.services.state.said == [("stay-1", body)]


@pytest.mark.parametrize("text", ["", "My card is 4111 1111 1111 1111"])
async def test_answer_that_is_refused_keeps_its_words_and_says_why(
    console: FakeConsole, browser: httpx.AsyncClient, text: str
) -> None:
    answer = await told(browser, TALK, TALK, text=text, send="true")
    assert (answer.status_code, console.services.state.said) == (422, [])
    assert f">{text}</textarea>" in answer.text
    assert 'role="alert"' in answer.text


async def test_guest_would_read_is_shown_and_nothing_is_sent(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    answer = await told(browser, TALK, TALK, template="pre_arrival", language="de", send="look")
    assert (answer.status_code, console.services.state.said) == (200, [])
    assert "Guten Tag Ana Silva, wir erwarten Sie ab 21.11.2026." in answer.text


async def test_message_that_failed_is_written_once_more_by_a_person(browser: httpx.AsyncClient) -> None:
    page = (await browser.get(f"{TALK}?again=m-2")).text
    assert ">Ihr Taxi ist für 7:30 bestellt.</textarea>" in page
    # What is on its way, or what the guest wrote, is not.
    assert "</textarea>" in page
    assert "Babybett für heute Nacht.</textarea>" not in (await browser.get(f"{TALK}?again=in-3")).text


async def test_guest_who_was_answered_by_mouth_waits_no_more(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    stale = await told(browser, TALK, f"{TALK}/answered", version="3")
    done = await told(browser, TALK, f"{TALK}/answered", version="6")
    assert [stale.status_code, done.status_code] == [412, 303]
    assert console.services.state.said == [("stay-1", "answered")]


async def test_words_are_not_shown_to_who_may_not_read_them(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    console.services.state.closed.add("/v1/threads")
    page = (await browser.get(TALK)).text
    assert "Babybett" not in page
    assert "Your role does not allow this" in page or "Not for this role." in page


async def test_part_of_the_page_is_given_to_a_script_and_the_whole_to_a_person(browser: httpx.AsyncClient) -> None:
    part = (await browser.get(TALK, headers={"HX-Request": "true"})).text
    assert part.lstrip().startswith("<section")
    for page in ("/stays/stay-1", "/records/r-rich"):
        assert f'hx-get="{TALK}' in (await browser.get(page)).text


async def test_list_tells_which_guest_waits(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    assert "1 message waits" in (await browser.get("/talk")).text
    assert "No guest waits." not in (await browser.get("/talk")).text
    console.services.state.talk = []
    assert "No guest waits." in (await browser.get("/talk")).text
    console.services.state.silent.add("/v1/threads")
    silent = (await browser.get("/talk")).text
    assert "No guest waits." not in silent
    assert "does not answer right now" in silent


async def test_unrecorded_message_needs_no_record_or_becomes_one(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    page = (await browser.get("/unrecorded")).text
    assert "Is the pool heated" in page
    assert "message=in-9" in page
    stale = await told(browser, "/unrecorded", "/unrecorded/messages/in-9", version="7")
    done = await told(browser, "/unrecorded", "/unrecorded/messages/in-9", reason_code="done_already")
    assert [stale.status_code, done.status_code] == [412, 303]
    assert console.services.state.said == [("in-9", {"reason_code": "done_already"})]
    slip = {"room": "412", "property_id": "city", "kind": "guest_request", "field.choice.topic": "other"}
    made = await told(browser, "/new?message=in-9&version=1&stay_id=stay-2", "/new", message="in-9", **slip)
    assert console.services.state.said[1:] == [("in-9", {"record_id": made.headers["location"].rsplit("/", 1)[-1]})]


async def test_template_is_proposed_in_its_languages_and_looked_at_before(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    draft = {"text.en": "Dear {name}.", "text.de": "Guten Tag {name}.", "subject.de": "Hallo", "text.pt": ""}
    seen = await told(browser, EDITOR, f"{EDITOR}/look", stay_id="stay-1", language="de", **draft)
    assert "Guten Tag Ana Silva." in seen.text
    assert ">Guten Tag {name}.</textarea>" in seen.text
    done = await told(browser, EDITOR, f"{EDITOR}/propose", reason="Shorter.", **draft | {"version": "3"})
    assert done.status_code == 303
    texts = {"en": {"text": "Dear {name}."}, "de": {"text": "Guten Tag {name}.", "subject": "Hallo"}}
    body = {"texts": texts, "reason": "Shorter."}
    assert console.services.state.said == [("city", "pre_arrival", '"3"', body)]
    lacks = await told(browser, EDITOR, f"{EDITOR}/propose", reason="Shorter.", **{"text.de": "Nur Deutsch."})
    assert lacks.status_code == 422
    assert "Say it in English, too." in lacks.text
    assert ">Nur Deutsch.</textarea>" in lacks.text


@pytest.mark.parametrize(("verdict", "verb"), [("true", "decide"), ("false", "decide"), ("withdraw", "withdraw")])
async def test_waiting_version_is_decided_beside_what_is_in_force(
    console: FakeConsole, browser: httpx.AsyncClient, verdict: str, verb: str
) -> None:
    page = (await browser.get(EDITOR)).text
    assert "Dear {name}, breakfast is from 7." in page
    assert "we look forward to your stay" in page
    to = f"{EDITOR}/versions/2"
    answer = await told(browser, EDITOR, to, approve=verdict, reason="Read.", digest="d" * 64)
    assert answer.status_code == 303
    [(_, _, version, said, body)] = console.services.state.said
    assert (version, said, body["reason"], body.get("approve")) == (
        2,
        verb,
        "Read.",
        {"true": True, "false": False}.get(verdict),
    )


async def test_rules_of_sending_are_changed_as_a_whole(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/admin/sending/city")).text
    assert 'value="22:00"' in page
    form = {"order.sms": "1", "order.email": "2", "order.whatsapp": "", "quiet.sms": "1", "fallback_min": "20"}
    night = {"quiet_from": "23:00", "quiet_until": "07:00", "urgent": "recovery, safety"}
    done = await told(browser, "/admin/sending/city", "/admin/sending/city", **form, **night)
    assert done.status_code == 303
    rules = {"order": ["sms", "email"], "quiet": {"start": "23:00", "end": "07:00"}, "quiet_channels": ["sms"]}
    expected = rules | {"urgent": ["recovery", "safety"], "fallback_min": 20}
    assert console.services.state.said == [("city", '"1"', expected)]
    half = await told(browser, "/admin/sending/city", "/admin/sending/city", **form, quiet_from="23:00")
    assert (half.status_code, len(console.services.state.said)) == (422, 1)
    assert "Quiet hours need both ends" in half.text
