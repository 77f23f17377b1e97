"""SMS and WhatsApp to guests and from them, against a Twilio that misbehaves."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from tests.factories.records import NOON, PROPERTY
from tests.factories.talk import PHONE, PUBLIC, SCOPE, Talk, account, talking
from tests.fakes.twilio_server import DROP, Twilio, twilio

pytestmark = pytest.mark.integration
SMS = {"order": ("sms",)}


@pytest.fixture
async def provider() -> AsyncIterator[Twilio]:
    async with twilio() as one:
        yield one


@pytest.fixture
async def talk(provider: Twilio, mongo_url: str, database_name: str) -> AsyncIterator[Talk]:
    async with talking(mongo_url, database_name, twilio=(account(provider.url),)) as one:
        yield one


async def test_text_goes_out_once_as_a_form_to_the_guests_number(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    assert await talk.send("m-1") == "sent:"
    assert await talk.send("m-1") == "sent:"
    [form] = provider.forms
    assert form["To"] == PHONE
    assert form["From"] == "+351210000000"
    assert form["StatusCallback"] == f"{PUBLIC}/v1/twilio/{PROPERTY}/status/m-1"
    assert form["Body"].startswith("Guten Tag Ana")
    assert await talk.standing.said("m-1") == ["message.sent.v1"]


async def test_news_only_ever_move_a_message_on_in_any_order_and_doubled(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    await talk.send("m-1")
    [sid] = provider.messages
    for status in ("delivered", "sent", "queued", "delivered", "accepted", "sending"):
        assert (await talk.news("m-1", provider.news(sid, status))).status_code == 200
    assert await talk.state("m-1") == "delivered:"
    assert await talk.standing.said("m-1") == ["message.sent.v1", "message.delivered.v1"]


async def test_news_that_overtake_the_answer_are_not_lost(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    provider.faults = [DROP]
    assert await talk.send("m-1") == "failed:outcome_unknown"
    [sid] = provider.messages
    await talk.news("m-1", provider.news(sid, "delivered"))
    assert await talk.state("m-1") == "delivered:"
    await talk.due_now()
    await talk.work()
    assert len(provider.forms) == 1
    assert await talk.standing.said("command:m-1") == ["command.died.v1", "command.settled.v1"]


async def test_lost_answer_is_looked_for_and_never_sent_again(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    provider.faults = [DROP]
    assert await talk.send("m-1") == "failed:outcome_unknown"
    waiting = await talk.have.messages.waiting(SCOPE, "m-1")
    assert waiting
    assert (waiting.state, waiting.dead) == ("unknown", True)
    await talk.due_now()
    await talk.work()
    assert await talk.state("m-1") == "sent:"
    assert len(provider.forms) == 1


async def test_two_lost_ones_in_the_same_words_take_no_others_place(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    provider.faults = [500, DROP]
    assert await talk.send("m-1") == "failed:outcome_unknown"
    assert await talk.send("m-2") == "failed:outcome_unknown"
    await talk.due_now()
    await talk.work()
    # The provider has one of them: which, its news say.
    assert [await talk.state(one) for one in ("m-1", "m-2")] == ["failed:outcome_unknown"] * 2
    [sid] = provider.messages
    await talk.news("m-2", provider.news(sid, "delivered"))
    await talk.due_now()
    await talk.work()
    assert [await talk.state(one) for one in ("m-1", "m-2")] == ["failed:outcome_unknown", "delivered:"]
    assert len(provider.forms) == 2


async def test_answer_of_500_is_looked_for_and_stays_unknown_where_nothing_is_found(
    talk: Talk, provider: Twilio
) -> None:
    await talk.rules(**SMS)
    provider.faults = [500]
    assert await talk.send("m-1") == "failed:outcome_unknown"
    for _ in range(3):
        await talk.due_now()
        await talk.work()
    assert await talk.state("m-1") == "failed:outcome_unknown"
    assert (len(provider.forms), provider.messages) == (1, {})


async def test_provider_that_asks_to_wait_is_waited_for(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    provider.faults = [429]
    before = dt.datetime.now(dt.UTC)
    assert await talk.send("m-1") == "queued:"
    waiting = await talk.have.messages.waiting(SCOPE, "m-1")
    assert waiting
    assert waiting.next_try
    assert waiting.next_try - before >= dt.timedelta(seconds=6)
    await talk.due_now()
    await talk.work()
    assert await talk.state("m-1") == "sent:"
    assert len(provider.messages) == 1


async def test_process_that_died_while_sending_tells_nobody_twice(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    await talk.ask("m-1")
    rows = talk.have.chassis.mongo.collection("messages")
    await rows.update_one({"_id": "m-1"}, {"$set": {"state": "sending", "body.way": "sms", "claimed": NOON}})
    await talk.work()
    assert await talk.state("m-1") == "failed:outcome_unknown"
    assert provider.forms == []


async def test_failed_news_take_the_next_consented_way_and_one_that_arrived_takes_none(
    talk: Talk, provider: Twilio
) -> None:
    await talk.rules(order=("sms", "maildrop", "whatsapp"))
    await talk.texted("Hi", sid="SM77", sender=f"whatsapp:{PHONE}")
    assert await talk.send("m-1") == "sent:"
    [sid] = provider.messages
    assert provider.forms[0]["ValidityPeriod"] == "1800"
    await talk.news("m-1", provider.news(sid, "undelivered", 30003))
    await talk.work()
    assert await talk.ways("m-1") == [("sms", "failed"), ("whatsapp", "sent")]
    assert provider.forms[1]["To"] == f"whatsapp:{PHONE}"
    assert await talk.standing.said("m-1") == ["message.sent.v1", "message.sent.v1"]
    second = list(provider.messages)[1]
    await talk.news("m-1", provider.news(second, "read"))
    assert await talk.state("m-1") == "read:"
    await talk.news("m-1", provider.news(second, "failed", 30005))
    await talk.work()
    assert await talk.state("m-1") == "read:"
    assert len(provider.forms) == 2


async def test_every_way_that_failed_is_one_failure_that_alerts(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    provider.faults = [21211]
    assert await talk.send("m-1") == "failed:address_invalid"
    assert await talk.standing.said("m-1") == ["message.failed.v1"]


async def test_way_that_stays_silent_is_given_up_after_its_time_unless_it_arrived(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("sms", "whatsapp"), fallback_min=10)
    await talk.texted("Hi", sid="SM77", sender=f"whatsapp:{PHONE}")
    for name in ("m-1", "m-2"):
        assert await talk.send(name) == "sent:"
    first, second = provider.messages
    provider.become(second, "delivered")
    talk.standing.at(NOON + dt.timedelta(minutes=9))
    assert await talk.standing.fires() == 0
    talk.standing.at(NOON + dt.timedelta(minutes=11))
    assert await talk.standing.fires() == 2
    await talk.work()
    assert await talk.ways("m-1") == [("sms", "failed"), ("whatsapp", "sent")]
    # Its news were lost; the provider was asked before anything else left.
    assert await talk.state("m-2") == "delivered:"
    assert await talk.ways("m-2") == [("sms", "delivered")]
    assert len(provider.forms) == 3
    await talk.news("m-1", provider.news(first, "delivered"))
    assert await talk.state("m-1") == "delivered:"


async def test_stop_holds_from_the_moment_it_is_kept_and_start_takes_it_back(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    await talk.ask("m-1")
    assert (await talk.texted("STOP")).status_code == 200
    await talk.work()
    assert await talk.state("m-1") == "suppressed:no_consent"
    await talk.texted("Start", sid="SM2")
    assert await talk.send("m-2") == "sent:"
    assert len(provider.forms) == 1


async def test_network_that_knows_of_a_stop_is_believed(talk: Talk, provider: Twilio) -> None:
    await talk.rules(**SMS)
    await talk.send("m-1")
    [sid] = provider.messages
    await talk.news("m-1", provider.news(sid, "failed", 21610))
    assert await talk.state("m-1") == "failed:opted_out"
    assert await talk.send("m-2") == "suppressed:no_consent"


async def test_whatsapp_says_words_of_ours_only_within_a_day_of_the_guests_own(talk: Talk, provider: Twilio) -> None:
    await talk.rules(order=("whatsapp",))
    assert await talk.send("m-1") == "failed:window_closed"
    await talk.texted("Hallo", sender=f"whatsapp:{PHONE}")
    assert await talk.send("m-2") == "sent:"
    talk.standing.at(NOON + dt.timedelta(hours=25))
    assert await talk.send("m-3") == "failed:window_closed"
    assert len(provider.forms) == 1


async def test_what_a_guest_writes_is_kept_once_with_its_topic_for_their_stay(talk: Talk) -> None:
    for _ in range(2):
        assert (await talk.texted("Können wir ein Kinderbett haben?")).status_code == 200
    [row] = await talk.have.messages.of_stay(SCOPE, talk.stay)
    assert (row.message.topic_code, row.message.channel, row.message.guest_id) == ("baby_cot", "sms", talk.guest)
    assert await talk.standing.said(row.message.id) == ["message.received.v1"]
    events = await talk.have.chassis.mongo.collection("events").find({"agg": row.message.id})
    assert "Kinderbett" not in str(events)


async def test_stranger_is_kept_for_people_and_files_are_counted_only(talk: Talk) -> None:
    await talk.texted("Is the pool open?", sender="+4930901820", NumMedia="2", MediaUrl0="http://169.254.169.254/")
    [row] = await talk.have.messages.loose(SCOPE, None, 10)
    assert (row.message.stay_id, row.message.guest_id, row.sender, row.media) == (None, None, "+4930901820", 2)


async def test_card_number_of_a_guest_is_masked_and_flagged(talk: Talk) -> None:
    await talk.texted("It is 4111 1111 1111 1111")
    [row] = await talk.have.messages.of_stay(SCOPE, talk.stay)
    assert row.flagged
    assert "4111 1111" not in (row.text or "")


@pytest.mark.parametrize("base", [PUBLIC, f"{PUBLIC}:443"])
async def test_signature_is_that_of_the_public_address_with_or_without_its_port(talk: Talk, base: str) -> None:
    fields = {"MessageSid": "SM1", "From": PHONE, "Body": "Hi"}
    said = await talk.hook(f"/v1/twilio/{PROPERTY}/messages", fields, base=base)
    assert (said.status_code, said.headers["content-type"].split(";")[0]) == (200, "text/xml")


async def test_what_is_not_signed_by_the_account_is_refused_and_changes_nothing(talk: Talk) -> None:
    path, fields = f"/v1/twilio/{PROPERTY}/messages", {"MessageSid": "SM1", "From": PHONE, "Body": "Hi"}
    wrong = await talk.hook(path, fields, base="http://service")
    async with talk.standing.client() as client:
        absent = await client.post(path, data=fields)
    other = await talk.hook(path, fields | {"AccountSid": f"AC{'2' * 32}"})
    nowhere = await talk.hook("/v1/twilio/resort/messages", fields)
    assert [said.status_code for said in (wrong, absent, other, nowhere)] == [401, 401, 401, 404]
    assert wrong.json()["code"] == "signature_wrong"
    assert await talk.have.messages.of_stay(SCOPE, talk.stay) == []


async def test_call_without_what_it_needs_names_the_field(talk: Talk) -> None:
    path = f"/v1/twilio/{PROPERTY}/messages"
    answers = [await talk.hook(path, {"From": PHONE, "Body": "Hi"}), await talk.hook(path, {"MessageSid": "SM1"})]
    answers.append(await talk.hook(f"/v1/twilio/{PROPERTY}/status/m-1", {"MessageStatus": "sent"}))
    assert [one.status_code for one in answers] == [422, 422, 422]
    assert [one.json()["breaches"][0]["field"] for one in answers] == ["MessageSid", "From", "MessageSid"]
    unknown = await talk.news("m-9", {"MessageSid": "SM1", "MessageStatus": "sent"})
    assert unknown.status_code == 404
