"""What people do around a record: watch it, tick its list, open sub-tasks, link its stay, merge duplicates."""

import datetime as dt
from typing import Any

import pytest

from services.records.domain.rules import PropertyRules
from tests.factories.desk_work import approved, done, opened, refusal, seen, told
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import NOW, stay
from tests.factories.rule_versions import put_in_force

CLEANING = {"kind": "guest_request", "fields": {"topic": "room_cleaning"}, "compulsory": True}
FULFILLED = {"outcome": "fulfilled"}
CANCELLED = {"outcome": "cancelled", "reason": {"code": "asked_by_guest"}}


async def test_watchers_are_shown_and_told_as_ids_when_they_watch(ana: Caller, desk: FrontDesk) -> None:
    record = await done(ana, await opened(ana), "watch")
    record = await done(ana, record, "watch", {"staff_id": "sofia"})
    assert record["watchers"] == ["ana", "sofia"]
    told_of = desk.database.tables.events[-2].value_object()["record"]["watchers"]
    assert told_of == ["ana", "sofia"]
    record = await done(ana, record, "unwatch")
    assert record["watchers"] == ["sofia"]
    assert told(desk) == ["opened", "watched", "watched", "unwatched"]


@pytest.mark.parametrize(
    ("action", "body", "answer"),
    [
        ("watch", {"staff_id": "nobody"}, (404, "staff_not_found")),
        ("watch", {"staff_id": "carl"}, (404, "staff_not_found")),
        ("watch", {"watchers": ["ana"]}, (422, [("watchers", "extra_forbidden")])),
        ("unwatch", {}, (409, "nothing_changed")),
        ("checklist", {}, (422, [("text", "text_or_template")])),
        ("checklist", {"text": "x", "template": True}, (422, [("text", "text_or_template")])),
        ("checklist", {"text": " "}, (422, [("text", "required")])),
        ("checklist", {"text": "4111 1111 1111 1111"}, (422, [("text", "card_number")])),
        ("checklist", {"text": "x" * 4001}, (422, [("text", "string_too_long")])),
        ("checklist", {"template": True}, (409, "nothing_changed")),
        ("ticks", {"item_id": "no-such"}, (404, "item_not_found")),
        ("unticks", {"item_id": "no-such"}, (422, [("reason", "reason_required")])),
        ("subtasks", {"kind": "unicorn"}, (422, [("kind", "unknown_kind")])),
        ("subtasks", {"kind": "guest_request"}, (422, [("topic", "required")])),
        ("subtasks", CLEANING | {"parent": "x"}, (422, [("parent", "extra_forbidden")])),
        ("link-stay", {"stay_id": "unheard-of"}, (422, [("stay_id", "known_stay")])),
        ("merge", {"into": "unheard-of"}, (422, [("into", "same_kind_and_hotel")])),
    ],
)
async def test_act_is_refused_and_nothing_changes_when_it_is_wrong(
    ana: Caller, desk: FrontDesk, action: str, body: Any, answer: Any
) -> None:
    record = await opened(ana)
    assert refusal(await ana.act(record, action, body)) == answer
    assert told(desk) == ["opened"]
    assert len(desk.database.tables.records) == 1


async def test_fulfilment_waits_for_compulsory_items_when_a_list_has_some(ana: Caller, desk: FrontDesk) -> None:
    record = await approved(ana)
    record = await done(ana, record, "checklist", {"text": "For Mrs Silva: bring it up", "compulsory": True})
    item = record["checklist"][0]
    assert (item["text"], record["items_open"], record["next_action"]["code"]) == (
        "For Mrs Silva: bring it up",
        1,
        "tick_items",
    )
    assert refusal(await ana.act(record, "complete", FULFILLED)) == (409, "checklist_open")
    record = await done(ana, record, "ticks", {"item_id": item["id"]})
    assert (record["checklist"][0]["done_by"], record["items_open"]) == ("ana", 0)
    assert refusal(await ana.act(record, "ticks", {"item_id": item["id"]})) == (409, "nothing_changed")
    assert refusal(await ana.act(record, "unticks", {"item_id": item["id"]}))[0] == 422
    record = await done(ana, record, "unticks", {"item_id": item["id"], "reason": "It was another room"})
    record = await done(ana, record, "ticks", {"item_id": item["id"]})
    assert (await done(ana, record, "complete", FULFILLED))["outcome"] == "fulfilled"
    assert not [event for event in desk.database.tables.events if b"Silva" in event.value]


async def test_list_of_the_hotel_stands_on_new_records_and_is_added_to_old_ones(ana: Caller, desk: FrontDesk) -> None:
    old = await opened(ana)
    rules = {"kinds": {"guest_request": {"checklist": [{"code": "wipe_down", "compulsory": True}]}}}
    put_in_force(desk.database, "resort", PropertyRules.model_validate(rules))
    new = await opened(ana)
    assert [(item["code"], item["compulsory"]) for item in new["checklist"]] == [("wipe_down", True)]
    old = await done(ana, old, "checklist", {"template": True})
    assert [item["code"] for item in old["checklist"]] == ["wipe_down"]
    assert refusal(await ana.act(old, "checklist", {"template": True})) == (409, "nothing_changed")


async def test_parent_waits_for_its_compulsory_subtask_when_fulfilled(ana: Caller, desk: FrontDesk) -> None:
    parent = await done(ana, await approved(ana), "subtasks", CLEANING)
    child = parent["children"][0]
    assert (child["status"], child["compulsory"], parent["subtasks"]) == ("new", True, 1)
    whole = await seen(ana, child["id"])
    assert (whole["parent"], whole["room"], bool(whole["owner"])) == (parent["id"], "214", True)
    assert refusal(await ana.act(parent, "complete", FULFILLED)) == (409, "subtasks_open")
    await done(ana, whole, "complete", CANCELLED)
    assert (await seen(ana, parent["id"]))["children"][0]["outcome"] == "cancelled"
    assert (await done(ana, parent, "complete", FULFILLED))["outcome"] == "fulfilled"
    found = (await ana.get("/v1/records", parent=parent["id"])).json()["cards"]
    assert [card["id"] for card in found] == [child["id"]]


@pytest.mark.parametrize(("choice", "statuses"), [("keep", ["new", "new"]), ("cancel", ["complete", "complete"])])
async def test_cancelling_a_parent_asks_what_becomes_of_subtasks(
    ana: Caller, desk: FrontDesk, choice: str, statuses: list[str]
) -> None:
    parent = await done(ana, await opened(ana), "subtasks", CLEANING)
    child = await done(ana, await seen(ana, parent["children"][0]["id"]), "subtasks", CLEANING)
    assert refusal(await ana.act(parent, "complete", CANCELLED)) == (422, [("children", "undecided_subtasks")])
    await done(ana, parent, "complete", CANCELLED | {"children": choice})
    below = [child["id"], child["children"][0]["id"]]
    assert [desk.database.tables.records[each].status for each in below] == statuses


async def test_subtask_is_opened_once_when_its_key_is_repeated(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    path = f"/v1/records/{record['id']}/subtasks"
    for _ in range(2):
        assert (await ana.post(path, CLEANING, key="key-subtask", version=1)).status_code == 200
    assert len(desk.database.tables.records) == 2


async def test_stay_is_linked_once_when_it_is_found_later(ana: Caller, desk: FrontDesk) -> None:
    booked = stay(guest_id="guest-7", room="512")
    desk.database.tables.stays[booked.id] = booked
    record = await opened(ana, room=None, fields={"topic": "quiet_room"})
    record = await done(ana, record, "link-stay", {"stay_id": booked.id})
    assert (record["stay_id"], record["guest_id"], record["room"]) == (booked.id, "guest-7", "512")
    assert refusal(await ana.act(record, "link-stay", {"stay_id": booked.id})) == (409, "already_linked")
    changes = (await ana.get(f"/v1/records/{record['id']}/history")).json()["events"][-1]["changes"]
    assert {each["field"] for each in changes} == {"stay_id", "guest_id", "room"}
    journey = (await ana.get(f"/v1/stays/{booked.id}/journey")).json()["cards"]
    assert [card["id"] for card in journey] == [record["id"]]


async def test_duplicate_is_closed_and_seen_through_the_other_when_merged(ana: Caller, desk: FrontDesk) -> None:
    first = await opened(ana)
    second = await done(ana, await opened(ana), "notes", {"text": "The guest called again"})
    second = await done(ana, second, "watch")
    assert refusal(await ana.act(second, "merge", {"into": second["id"]})) == (422, [("into", "another_record")])
    second = await done(ana, second, "merge", {"into": first["id"], "reason": "The same cot"})
    assert (second["status"], second["outcome"], second["merged_into"]) == ("complete", "cancelled", first["id"])
    first = await seen(ana, first["id"])
    assert (first["merged"], first["watchers"]) == ([second["id"]], ["ana"])
    assert [note["text"] for note in first["conversation"]] == ["The guest called again"]
    assert (told(desk, first["id"])[-1], told(desk, second["id"])[-1]) == ("merged", "completed")
    async with desk.client() as http:
        sofia = Caller(http, "sofia")
        reopened = await done(sofia, second, "reopen", {"reason": "It was another cot"})
    assert reopened["merged_into"] is None
    assert (await seen(ana, first["id"]))["merged"] == []
    assert told(desk, first["id"])[-1] == "unmerged"


async def test_merge_is_refused_when_the_other_is_closed_or_another_kind(ana: Caller) -> None:
    record, other = await opened(ana), await opened(ana, kind="preference_note", fields={"topic": "bed"})
    closed = await done(ana, await opened(ana), "complete", CANCELLED)
    assert refusal(await ana.act(record, "merge", {"into": other["id"]})) == (422, [("into", "same_kind_and_hotel")])
    assert refusal(await ana.act(record, "merge", {"into": closed["id"]})) == (409, "record_closed")


async def test_nothing_is_written_when_the_commit_of_a_merge_fails(ana: Caller, desk: FrontDesk) -> None:
    first, second = await opened(ana), await opened(ana)
    desk.database.fail = TimeoutError("lost")
    with pytest.raises(TimeoutError):
        await ana.act(second, "merge", {"into": first["id"]})
    assert [record.version for record in desk.database.tables.records.values()] == [1, 1]


async def test_answer_is_said_to_be_overdue_once_when_its_time_has_passed(ana: Caller, desk: FrontDesk) -> None:
    by = NOW + dt.timedelta(hours=1)
    asked = {"text": "Is it free?", "to_department": "housekeeping", "answer_by": by.isoformat()}
    record = await done(ana, await opened(ana), "questions", asked)
    desk.clock.moment = by
    await desk.fire()
    await desk.fire()
    assert told(desk) == ["opened", "question_asked", "question_overdue"]
    assert (await seen(ana, record["id"]))["questions"][0]["overdue_at"] is not None


async def test_timer_of_a_question_is_taken_back_when_it_is_answered(ana: Caller, desk: FrontDesk) -> None:
    record = await done(ana, await opened(ana), "questions", {"text": "Free?", "to_department": "housekeeping"})
    assert [timer.kind for timer in desk.database.tables.timers.values()] == ["answer"]
    await done(ana, record, "answers", {"question_id": record["questions"][0]["id"], "text": "Yes"})
    assert desk.database.tables.timers == {}
