"""Threads, unrecorded messages, rules and templates over HTTP, and when messages may leave."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.integrations.api.message_templates import DECIDED, PROPOSED, RULES, SAID
from services.integrations.domain.commanding import MOST_TRIES
from shared.contracts.records import RecordEvent
from tests.factories.records import ACTOR, NOON, PROPERTY, envelope, snapshot
from tests.factories.staff import ANA
from tests.factories.talk import ADMIN, AUDITOR, AWAY, BOSS, OTHER_BOSS, PHONE, PUBLIC, SCOPE, Talk, account, talking
from tests.fakes.twilio_server import Twilio, twilio

pytestmark = pytest.mark.integration
RULED = f"/v1/sending-rules/{PROPERTY}"
TEMPLATE = f"/v1/message-templates/{PROPERTY}/welcome"
NIGHT = NOON.replace(hour=23)
QUIET = {"start": dt.time(22), "end": dt.time(8)}
FIRST = {"If-Match": '"1"'}


@pytest.fixture
async def provider() -> AsyncIterator[Twilio]:
    async with twilio() as one:
        yield one


@pytest.fixture
async def talk(provider: Twilio, mongo_url: str, database_name: str) -> AsyncIterator[Talk]:
    async with talking(mongo_url, database_name, twilio=(account(provider.url),)) as one:
        yield one


async def test_thread_shows_who_waits_and_an_answer_ends_it(talk: Talk) -> None:
    await talk.texted("May we have a cot?")
    [listed] = (await talk.http("GET", f"/v1/threads?property={PROPERTY}")).json()["items"]
    assert (listed["stay_id"], listed["waiting"], listed["unanswered"]) == (talk.stay, True, 1)
    talk.standing.at(NOON + dt.timedelta(minutes=1))
    wrote = await talk.http("POST", f"/v1/threads/{talk.stay}/messages", {"text": "It is there.", "send": True})
    assert (wrote.status_code, wrote.json()["state"]) == (201, "queued")
    await talk.work()
    shown = (await talk.http("GET", f"/v1/threads/{talk.stay}")).json()
    assert [(one["direction"], one["text"]) for one in shown["items"]] == [
        ("outbound", "It is there."),
        ("inbound", "May we have a cot?"),
    ]
    assert shown["thread"]["waiting"] is False
    assert (await talk.http("GET", "/v1/threads")).json()["items"] == []
    reads = await talk.have.chassis.mongo.collection("events").find({"type": "access.read.v1"})
    assert len(reads) == 1


async def test_same_message_with_the_same_key_is_written_once(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms",))
    for _ in range(2):
        talk.asked = 0
        said = await talk.http("POST", f"/v1/threads/{talk.stay}/messages", {"text": "Hello.", "send": True})
        assert said.status_code == 201
    await talk.work()
    assert said.headers["idempotency-replayed"] == "true"
    assert len(provider.forms) == 1


async def test_message_that_is_only_stored_leaves_by_no_way(talk: Talk, provider: Twilio) -> None:
    said = await talk.http("POST", f"/v1/threads/{talk.stay}/messages", {"text": "Told at the desk.", "send": False})
    await talk.work()
    assert await talk.state(said.json()["id"]) == "stored:"
    assert provider.forms == []


async def test_thread_is_answered_by_word_of_mouth_once_and_not_over_a_newer_message(talk: Talk) -> None:
    await talk.texted("May we have a cot?")
    path = f"/v1/threads/{talk.stay}/answered"
    await talk.texted("And towels?", sid="SM2")
    stale = await talk.http("POST", path, **FIRST)
    done = await talk.http("POST", path, **{"If-Match": '"2"'})
    again = await talk.http("POST", path, **{"If-Match": '"3"'})
    assert [one.status_code for one in (stale, done, again)] == [412, 200, 409]
    assert done.json()["waiting"] is False


async def test_message_is_on_the_record_that_it_opened_or_that_it_repeats(talk: Talk) -> None:
    for number, verb in ((1, "opened"), (2, "repeated")):
        talk.standing.at(NOON + dt.timedelta(minutes=number))
        await talk.texted("Wie geht das?", sid=f"SM{number}")
        row = (await talk.have.messages.of_stay(SCOPE, talk.stay))[-1]
        [event] = await talk.have.chassis.mongo.collection("events").find({"agg": row.message.id})
        record = snapshot("rec-1", stay_id=talk.stay)
        told = envelope(f"record.{verb}.v1", "rec-1", number, NOON, RecordEvent(actor=ACTOR, record=record))
        await talk.standing.hears(told.model_copy(update={"causation": event["_id"]}))
        assert await talk.standing.said(row.message.id) == ["message.received.v1", "message.linked.v1"]
    assert (await talk.http("GET", "/v1/unrecorded-messages")).json()["items"] == []


@pytest.mark.parametrize("said", [{"record_id": "rec-9"}, {"reason_code": "no_work"}])
async def test_unrecorded_message_is_listed_until_somebody_says_what_it_is(talk: Talk, said: dict[str, str]) -> None:
    await talk.texted("How does the wifi work?")
    [one] = (await talk.http("GET", f"/v1/unrecorded-messages?property={PROPERTY}")).json()["items"]
    path = f"/v1/unrecorded-messages/{one['id']}/settle"
    assert one["text"] == "How does the wifi work?"
    done = await talk.http("POST", path, said, **FIRST)
    assert (done.status_code, done.json()["record_id"]) == (200, said.get("record_id"))
    assert (await talk.http("GET", "/v1/unrecorded-messages")).json()["items"] == []
    again = await talk.http("POST", path, said, **{"If-Match": done.headers["etag"]})
    assert again.status_code == 409
    # Told to everybody, so that its alert ends by itself; who says so is on the event, and when it came stays.
    verb = {"record_id": "linked", "reason_code": "settled"}[next(iter(said))]
    assert await talk.standing.said(one["id"]) == ["message.received.v1", f"message.{verb}.v1"]
    [event] = await talk.have.chassis.mongo.collection("events").find({"agg": one["id"], "ver": 2})
    body = json.loads(event["value"])
    assert (body["actor"]["id"], body["message"].get("settled")) == (ANA.id, said.get("reason_code"))
    assert done.json()["at"] == one["at"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"send": True}, "body"),
        ({"text": "a", "template": "update", "send": True}, "body"),
        ({"text": "  ", "send": True}, "text"),
        ({"text": "4111 1111 1111 1111", "send": True}, "text"),
        ({"text": "a", "send": "yes"}, "send"),
        ({"text": "a" * 4001, "send": True}, "text"),
        ({"text": "a", "send": True, "state": "sent"}, "state"),
        ({"template": "welcome", "send": True, "language": "german"}, "language"),
        ({"text": "a", "send": True, "urgent": "Right now!"}, "urgent"),
    ],
)
async def test_odd_message_is_refused_by_field_and_nothing_is_kept(
    talk: Talk, body: dict[str, Any], field: str
) -> None:
    said = await talk.http("POST", f"/v1/threads/{talk.stay}/messages", body)
    assert (said.status_code, [one["field"] for one in said.json()["breaches"]]) == (422, [field])
    assert await talk.have.messages.of_stay(SCOPE, talk.stay) == []


async def test_others_read_and_write_nothing_and_do_not_know_what_there_is(talk: Talk) -> None:
    await talk.texted("Hi")
    path = f"/v1/threads/{talk.stay}"
    body = {"text": "a", "send": True}
    answers = [
        await talk.http("GET", path, who=AUDITOR),
        await talk.http("GET", path, who=AWAY),
        await talk.http("POST", f"{path}/messages", body, who=AUDITOR),
        await talk.http("POST", f"{path}/messages", body, who=AWAY),
        await talk.http("GET", "/v1/threads?property=resort"),
        await talk.http("PUT", RULED, RULES, who=AUDITOR, **FIRST),
        await talk.http("PUT", "/v1/sending-rules/resort", RULES, who=BOSS, **FIRST),
        await talk.http("PUT", "/v1/sending-rules/_chain", RULES, who=BOSS, **FIRST),
    ]
    assert [one.status_code for one in answers] == [403, 404, 403, 404, 404, 403, 404, 403]


async def test_rules_are_a_hotels_own_over_its_chains(talk: Talk) -> None:
    chain = await talk.http("PUT", "/v1/sending-rules/_chain", RULES, who=ADMIN, **FIRST)
    assert (chain.status_code, chain.headers["etag"]) == (200, '"2"')
    shown = (await talk.http("GET", RULED, who=BOSS)).json()
    assert (shown["version"], shown["rules"]["fallback_min"]) == (0, 20)
    own = await talk.http("PUT", RULED, RULES | {"fallback_min": 5}, who=BOSS, **FIRST)
    stale = await talk.http("PUT", RULED, RULES, who=BOSS, **FIRST)
    missing = await talk.http("PUT", RULED, RULES, who=BOSS)
    assert [one.status_code for one in (own, stale, missing)] == [200, 412, 428]
    assert (await talk.http("GET", RULED, who=BOSS)).json()["rules"]["fallback_min"] == 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order": []}, "order"),
        ({"order": ["pigeon"]}, "body"),
        ({"order": ["sms", "sms"]}, "body"),
        ({"quiet": {"start": "22:00", "end": "22:00"}}, "body"),
        ({"quiet": {"start": "late", "end": "08:00"}}, "quiet.start"),
        ({"fallback_min": 0}, "fallback_min"),
    ],
)
async def test_odd_rules_are_refused_by_field(talk: Talk, change: dict[str, Any], field: str) -> None:
    said = await talk.http("PUT", RULED, RULES | change, who=BOSS, **FIRST)
    assert (said.status_code, said.json()["breaches"][0]["field"]) == (422, field)
    assert (await talk.http("GET", RULED, who=BOSS)).json()["version"] == 0


async def test_nobody_is_disturbed_at_night_and_nothing_is_dropped(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms",), quiet=QUIET, urgent=("recovery",))
    talk.standing.at(NIGHT)
    await talk.ask("m-1")
    await talk.work()
    waiting = await talk.have.messages.waiting(SCOPE, "m-1")
    assert waiting
    assert (waiting.state, waiting.failure, provider.forms) == ("pending", "quiet_hours", [])
    await talk.due_now()
    await talk.work()
    assert await talk.state("m-1") == "queued:"
    assert await talk.send("m-2", template="recovery") == "sent:"
    # Their number may be in Lisbon or on the Azores, an hour behind: it is day on both when it leaves.
    for hours, state in ((9.5, "queued:"), (10.5, "sent:")):
        talk.standing.at(NIGHT + dt.timedelta(hours=hours))
        await talk.due_now()
        await talk.work()
        assert await talk.state("m-1") == state
    assert len(provider.forms) == 2


async def test_who_has_just_written_is_answered_at_any_hour_and_so_is_what_is_urgent(
    talk: Talk, provider: Twilio
) -> None:
    await talk.rules(order=("sms",), quiet=QUIET)
    talk.standing.at(NIGHT)
    body = {"text": "The fire alarm is a test.", "send": True, "urgent": "safety"}
    urgent = await talk.http("POST", f"/v1/threads/{talk.stay}/messages", body)
    await talk.work()
    assert await talk.state(urgent.json()["id"]) == "sent:"
    await talk.texted("Are you there?")
    assert await talk.send("m-1") == "sent:"


async def test_way_that_fails_again_and_again_is_left_alone_for_a_while(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms",))
    provider.faults = [503] * 5
    for number in range(6):
        await talk.ask(f"m-{number}")
        await talk.work()
    waiting = await talk.have.messages.waiting(SCOPE, "m-5")
    assert waiting
    assert (waiting.failure, waiting.attempts, len(provider.forms)) == ("circuit_open", 0, 5)
    await talk.due_now()
    await talk.work()
    assert {await talk.state(f"m-{number}") for number in range(6)} == {"sent:"}


async def test_message_that_was_given_up_is_dead_and_redriven_with_a_reason(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms",))
    await talk.ask("m-1")
    rows = talk.have.chassis.mongo.collection("messages")
    await rows.update_one({"_id": "m-1"}, {"$set": {"attempts": MOST_TRIES - 1}})
    provider.faults = [503]
    await talk.work()
    assert await talk.state("m-1") == "failed:gave_up"
    assert await talk.standing.said("m-1") == ["message.failed.v1"]
    [dead] = (await talk.http("GET", f"/v1/commands?property={PROPERTY}", who=BOSS)).json()["items"]
    assert (dead["id"], dead["sort"], dead["dead"], dead["failure"]) == ("m-1", "message", True, "server_busy")
    body = {"reason": "The provider is back."}
    done = await talk.http("POST", "/v1/commands/m-1/redrive", body, who=BOSS, **{"If-Match": f'"{dead["version"]}"'})
    assert done.status_code == 200, done.text
    await talk.due_now()
    await talk.work()
    assert await talk.state("m-1") == "sent:"
    assert await talk.standing.said("command:m-1") == ["command.died.v1", "command.redriven.v1"]


async def test_template_is_said_only_once_another_person_agrees(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms",))
    asked = await talk.http("PUT", TEMPLATE, PROPOSED, who=BOSS, **FIRST)
    assert asked.status_code == 200, asked.text
    [waiting] = asked.json()["waiting"]
    await talk.send("m-1", template="welcome")
    path, second = f"{TEMPLATE}/versions/1/decide", {"If-Match": asked.headers["etag"]}
    own = await talk.http("POST", path, DECIDED, who=BOSS, **second)
    differs = await talk.http("POST", path, DECIDED | {"digest": "0" * 64}, who=OTHER_BOSS, **second)
    agreed = await talk.http("POST", path, DECIDED | {"digest": waiting["digest"]}, who=OTHER_BOSS, **second)
    late = await talk.http("POST", f"{TEMPLATE}/versions/1/withdraw", {"reason": "Too late."}, who=BOSS, **FIRST)
    assert [one.status_code for one in (own, differs, agreed, late)] == [403, 409, 200, 412]
    await talk.send("m-2", template="welcome")
    assert [form["Body"].startswith("Guten Tag Ana") for form in provider.forms] == [True, True]
    assert "Frühstück" not in provider.forms[0]["Body"]
    assert "Frühstück gibt es von 7 bis 11 Uhr" in provider.forms[1]["Body"]
    link = provider.forms[1]["Body"].split()[-1]
    assert link.startswith(f"{PUBLIC}/g/")
    async with talk.standing.client() as client:
        assert (await client.get(link.removeprefix(PUBLIC))).status_code == 200
    told = await talk.standing.said(f"message-template:demo:{PROPERTY}:welcome")
    assert told == ["message_template.proposed.v1", "message_template.approved.v1"]


async def test_preview_shows_what_a_guest_would_read_masked_for_who_looks(talk: Talk) -> None:
    body = {"stay_id": talk.stay, "texts": SAID}
    boss = (await talk.http("POST", f"{TEMPLATE}/preview", body, who=BOSS)).json()
    clerk = (await talk.http("POST", f"{TEMPLATE}/preview", body | {"language": "en"})).json()
    assert (boss["language"], boss["text"].split(",")[0].startswith("Guten Tag Ana")) == ("de", True)
    assert "Ana" not in clerk["text"]
    assert clerk["text"].startswith("Dear •••")
    assert await talk.have.messages.of_stay(SCOPE, talk.stay) == []


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        ({"de": {"text": "Hallo"}}, ["texts"]),
        ({"en": {"text": "Dear {nmae}"}}, ["texts.en.text"]),
        ({"en": {"text": "Dear {"}, "de": {"text": "{a}"}}, ["texts.de.text", "texts.en.text"]),
        ({"en": {"text": "Card 4111 1111 1111 1111"}}, ["texts.en.text"]),
        ({"en": {"text": " "}}, ["texts.en.text"]),
        ({"en": {"text": "a", "subject": "a\r\nBcc: x@y.example"}}, ["texts.en.subject"]),
        ({"en": {"text": "a", "content": "HX1"}}, ["texts.en.content"]),
    ],
)
async def test_odd_template_is_refused_by_field_and_nothing_waits(
    talk: Talk, texts: dict[str, Any], fields: list[str]
) -> None:
    said = await talk.http("PUT", TEMPLATE, PROPOSED | {"texts": texts}, who=BOSS, **FIRST)
    assert (said.status_code, [one["field"] for one in said.json()["breaches"]]) == (422, fields)
    assert (await talk.http("GET", f"{TEMPLATE}/versions", who=BOSS)).json()["versions"] == []


async def test_approved_whatsapp_template_goes_out_where_words_may_not(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("whatsapp",))
    content = f"HX{'a' * 32}"
    texts = {"en": {"text": "Dear {name}, from {arrival}.", "content": content}}
    asked = await talk.http("PUT", TEMPLATE, PROPOSED | {"texts": texts}, who=BOSS, **FIRST)
    tag = {"If-Match": asked.headers["etag"]}
    await talk.http("POST", f"{TEMPLATE}/versions/1/decide", DECIDED, who=OTHER_BOSS, **tag)
    assert await talk.send("m-1", template="welcome") == "sent:"
    [form] = provider.forms
    assert (form["To"], form["ContentSid"], "Body" in form) == (f"whatsapp:{PHONE}", content, False)
    assert form["ContentVariables"].startswith('{"1": "Ana')


async def test_erasing_a_guest_erases_words_and_addresses_and_sends_nothing_more(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms",))
    await talk.texted("May we have a cot?")
    await talk.ask("m-1")
    rows = talk.have.chassis.mongo
    await talk.http("POST", f"/v1/threads/{talk.stay}/messages", {"text": "Private words", "send": True})
    store = talk.have.erasures
    await rows.run(lambda tx: store._forget(tx, SCOPE, talk.guest, [talk.stay]))
    await rows.collection("profiles").update_one(
        {"_id": talk.guest}, {"$set": {"erased": True}, "$unset": {"body": 1, "search": 1, "contacts": 1}}
    )
    await talk.work()
    assert provider.forms == []
    kept = str(await rows.collection("messages").find({}))
    assert "cot?" not in kept
    assert "Private words" not in kept
    assert PHONE not in kept


async def test_outlook_says_by_which_way_and_when_before_anything_is_written(talk: Talk) -> None:
    path = f"/v1/threads/{talk.stay}/outlook"
    await talk.rules(order=("sms", "email"), quiet=QUIET)
    day = (await talk.http("GET", path)).json()
    talk.standing.at(NIGHT)
    night = (await talk.http("GET", path)).json()
    urgent = (await talk.http("GET", f"{path}?urgent=safety")).json()
    assert [one["channel"] for one in (day, night, urgent)] == ["sms"] * 3
    assert [one["why"] for one in (day, night, urgent)] == [None, "quiet_hours", None]
    # A number of Portugal may be on the Azores: eight o'clock there.
    assert night["leaves_at"] == (NIGHT + dt.timedelta(hours=10)).isoformat().replace("+00:00", "Z")
    assert (night["quiet_from"], night["quiet_until"], night["language"]) == ("22:00:00", "08:00:00", "de")
    await talk.rules(order=("whatsapp",))
    closed = (await talk.http("GET", path)).json()
    assert (closed["channel"], closed["why"]) == (None, "window_closed")
    assert (await talk.http("GET", path, who=AUDITOR)).status_code == 403
    assert (await talk.http("GET", path, who=AWAY)).status_code == 404
    assert (await talk.http("GET", f"{path}?template=No!")).status_code == 422
    assert await talk.have.messages.of_stay(SCOPE, talk.stay) == []


async def test_record_that_says_why_disturbs_at_night_and_another_waits(talk: Talk) -> None:
    await talk.rules(order=("sms",), quiet=QUIET)
    talk.standing.at(NIGHT)
    assert await talk.send("m-1", urgent="safety") == "sent:"
    assert await talk.send("m-2") == "queued:"


async def test_message_that_waits_says_until_when_and_who_wrote_it(talk: Talk) -> None:
    await talk.rules(order=("sms",), quiet=QUIET)
    talk.standing.at(NIGHT)
    body = {"template": "welcome", "send": True, "language": "pt"}
    assert (await talk.http("POST", f"/v1/threads/{talk.stay}/messages", body)).status_code == 201
    await talk.work()
    await talk.texted("Boa noite")
    [told] = [one for one in (await talk.http("GET", f"/v1/threads/{talk.stay}")).json()["items"] if one["template"]]
    assert (told["waits_for"], told["written_by"], told["state"]) == ("quiet_hours", ANA.id, "queued")
    assert told["waits_until"]
    talk.standing.at(NOON + dt.timedelta(days=1))
    await talk.due_now()
    await talk.work()
    sent = next(one for one in (await talk.http("GET", f"/v1/threads/{talk.stay}")).json()["items"] if one["template"])
    assert (sent["language"], sent["state"], sent["text"][:7]) == ("pt", "sent", "Caro(a)")
