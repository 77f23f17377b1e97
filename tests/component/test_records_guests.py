"""The guest's side: what is known of a guest, and the question that was asked before."""

import datetime as dt
from typing import Any

import pytest

from services.records.domain.rules import PropertyRules
from shared.contracts.stays import Stay, StayStatus
from tests.factories.desk_work import done, opened, refusal, seen, told
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_events import guest_erased, message_told
from tests.factories.guest_records import NOW, stay
from tests.factories.rule_versions import put_in_force

PREFERENCES = "/v1/guests/guest-1/preferences"
CANCELLED = {"outcome": "cancelled", "reason": {"code": "asked_by_guest"}}


def mirrored(desk: FrontDesk, **given: Any) -> Stay:
    known = stay(**given)
    desk.database.tables.stays[known.id] = known
    return known


async def noted(caller: Caller, stay_id: str, topic: str, valid_for: str, **fields: str) -> dict[str, Any]:
    values = {"topic": topic, "valid_for": valid_for, **fields}
    record = await opened(caller, kind="preference_note", stay_id=stay_id, fields=values)
    return await done(caller, await done(caller, record, "accept"), "check-value")


async def test_newest_confirmed_note_of_each_topic_is_what_is_known(ana: Caller, desk: FrontDesk) -> None:
    first, second = mirrored(desk, id="stay-1"), mirrored(desk, id="stay-2")
    await noted(ana, first.id, "bed", "every_stay", wish="Hard")
    desk.clock.moment = NOW + dt.timedelta(days=1)
    newer = await noted(ana, second.id, "bed", "every_stay", wish="Soft, says Mrs Silva")
    passing = await noted(ana, second.id, "room", "this_stay")
    await opened(ana, kind="preference_note", stay_id=second.id, fields={"topic": "dietary", "valid_for": "every_stay"})
    wrong = await noted(ana, second.id, "service", "every_stay")
    await done(ana, wrong, "complete", CANCELLED)
    held = (await ana.get(PREFERENCES)).json()["preferences"]
    assert [(each["topic"], each["record_id"]) for each in held] == [("bed", newer["id"]), ("room", passing["id"])]
    assert held[0]["fields"]["wish"] == "Soft, says Mrs Silva"
    mirrored(desk, id="stay-2", status=StayStatus.CHECKED_OUT)
    assert [each["topic"] for each in (await ana.get(PREFERENCES)).json()["preferences"]] == ["bed"]


async def test_private_words_of_a_preference_are_masked_or_a_read_that_is_written_down(
    ana: Caller, desk: FrontDesk
) -> None:
    record = await noted(ana, mirrored(desk).id, "bed", "every_stay", wish="Soft")
    await ana.get(PREFERENCES)
    read = desk.database.tables.events[-1]
    assert (read.type, read.value_object()["access"]["subjects"]) == ("access.read.v1", [record["id"]])
    async with desk.client() as http:
        fred, carl = Caller(http, "fred"), Caller(http, "carl")
        shown = (await fred.get(PREFERENCES)).json()["preferences"][0]
        elsewhere = (await carl.get(PREFERENCES)).json()["preferences"]
    assert (shown["fields"], shown["masked_fields"]) == ({"topic": "bed", "valid_for": "every_stay"}, ["wish"])
    assert elsewhere == []
    assert desk.database.tables.events[-1] is read


async def test_guest_nobody_knows_has_no_preferences_and_a_bad_id_is_refused(ana: Caller) -> None:
    assert (await ana.get("/v1/guests/nobody/preferences")).json() == {"guest_id": "nobody", "preferences": []}
    assert refusal(await ana.get("/v1/guests/$ne/preferences"))[0] == 422


async def test_second_entry_of_a_question_is_offered_the_first_and_may_insist(ana: Caller, desk: FrontDesk) -> None:
    known = mirrored(desk)
    first = await opened(ana, stay_id=known.id)
    again = {"property_id": "resort", "kind": "guest_request", "stay_id": known.id, "fields": {"topic": "baby_cot"}}
    reply = await ana.post("/v1/records", again)
    assert refusal(reply) == (409, [("insist", "repeated_question")])
    assert first["id"] in reply.json()["detail"]
    assert len(desk.database.tables.records) == 1
    counted = await done(ana, first, "repeats")
    assert (counted["repeats"], told(desk)[-1]) == (1, "repeated")
    assert refusal(await ana.post("/v1/records", again | {"insist": "4111 1111 1111 1111"})) == (
        422,
        [("reason", "card_number")],
    )
    second = await opened(ana, **again, insist="They want two cots")
    history = (await ana.get(f"/v1/records/{second['id']}/history")).json()["events"]
    assert (history[0]["reason"], len(desk.database.tables.records)) == ("They want two cots", 2)


@pytest.mark.parametrize(
    ("later", "topic", "how"),
    [
        (dt.timedelta(hours=25), "baby_cot", None),
        (dt.timedelta(hours=1), "extra_towels", None),
        (dt.timedelta(hours=1), "baby_cot", CANCELLED),
    ],
)
async def test_entry_is_no_repeat_when_it_is_later_other_or_the_first_was_not_answered(
    ana: Caller, desk: FrontDesk, later: dt.timedelta, topic: str, how: Any
) -> None:
    known = mirrored(desk)
    first = await opened(ana, stay_id=known.id)
    await (done(ana, first, "complete", how) if how else done(ana, first, "accept"))
    desk.clock.moment = NOW + later
    assert (await opened(ana, stay_id=known.id, fields={"topic": topic}))["id"] != first["id"]


async def test_message_that_asks_again_counts_on_the_first_record_once(ana: Caller, desk: FrontDesk) -> None:
    known = mirrored(desk)
    first = await opened(ana, stay_id=known.id)
    asks = {"stay_id": known.id, "topic_code": "baby_cot"}
    await desk.hears(message_told("received", id="message-7", **asks))
    await desk.hears(message_told("received", id="message-7", **asks))
    assert (len(desk.database.tables.records), told(desk)) == (1, ["opened", "repeated"])
    await desk.hears(message_told("received", id="message-8", **asks), message_told("received", id="message-9", **asks))
    assert (await seen(ana, first["id"]))["repeats"] == 3


async def test_two_messages_in_one_batch_open_one_record(desk: FrontDesk) -> None:
    known = mirrored(desk)
    asks = {"stay_id": known.id, "topic_code": "baby_cot"}
    await desk.hears(*(message_told("received", id=f"message-{number}", **asks) for number in range(3)))
    assert told(desk) == ["opened", "repeated", "repeated"]


async def test_message_opens_a_record_of_its_own_when_the_hotel_counts_no_repeats(ana: Caller, desk: FrontDesk) -> None:
    rules = {"kinds": {"guest_request": {"repeat_window_s": 0}}}
    put_in_force(desk.database, "resort", PropertyRules.model_validate(rules))
    known = mirrored(desk)
    asks = {"stay_id": known.id, "topic_code": "baby_cot"}
    await desk.hears(*(message_told("received", id=f"message-{number}", **asks) for number in range(2)))
    assert told(desk) == ["opened", "opened"]


async def test_repeat_counts_on_what_took_a_merged_record_over(ana: Caller, desk: FrontDesk) -> None:
    known = mirrored(desk)
    other, first = await opened(ana), await opened(ana, stay_id=known.id)
    await done(ana, first, "merge", {"into": other["id"]})
    await desk.hears(message_told("received", stay_id=known.id, topic_code="baby_cot"))
    assert (await seen(ana, other["id"]))["repeats"] == 1


async def test_nothing_is_known_of_a_guest_who_is_forgotten_but_topics(ana: Caller, desk: FrontDesk) -> None:
    known = mirrored(desk)
    await noted(ana, known.id, "bed", "every_stay", wish="Soft")
    await desk.hears(guest_erased("guest-1", known.id))
    held = (await ana.get(PREFERENCES)).json()["preferences"]
    assert [each["fields"].get("wish") for each in held] == [None]
