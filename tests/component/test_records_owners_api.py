"""Declining, reassigning and explaining an owner over HTTP: the real app, its store in memory."""

from typing import Any

import httpx
import pytest

from services.records.domain.rules import KindOverride, PropertyRules
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Absence, StaffMember
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import NOW, member
from tests.factories.rule_versions import put_in_force

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
BUSY = {"reason": {"code": "busy", "text": "I am with Mrs Silva's group."}}


QUIET_ROOM = COT | {"fields": COT["fields"] | {"topic": "quiet_room"}}  # type: ignore[operator] # fields are a dict
"""Work of the front office itself."""


async def opened(http: httpx.AsyncClient, staff: str = "ana", **changed: Any) -> dict[str, Any]:
    reply = await Caller(http, staff).post("/v1/records", QUIET_ROOM | changed)
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def done(http: httpx.AsyncClient, staff: str, record: dict[str, Any], action: str, body: Any) -> dict[str, Any]:
    reply = await Caller(http, staff).act(record, action, body)
    assert reply.status_code == 200, reply.text
    after: dict[str, Any] = reply.json()
    return after


def knows(desk: FrontDesk, *people: StaffMember) -> None:
    """The service hears of these people."""
    desk.chassis.policy.known.staff |= {person.id: person for person in people}


def unchanged(desk: FrontDesk, record: dict[str, Any]) -> bool:
    events = [each for each in desk.database.tables.events if each.subject == record["id"]]
    return desk.database.tables.records[record["id"]].version == record["version"] == len(events)


async def test_record_says_why_it_has_its_owner(http: httpx.AsyncClient) -> None:
    record = await opened(http)
    why = record["owner_because"]
    assert (why["rule"], why["rule"], why["on_duty"]) == ("on_duty_language", record["owner_rule"], 3)
    assert record["owner"] in [each["staff_id"] for each in why["candidates"]]
    assert all(each["load"] == 0 for each in why["candidates"])


async def test_owner_has_the_skill_that_the_hotel_asks_for(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    knows(desk, member("ines", departments=(Department.HOUSEKEEPING, Department.FRONT_OFFICE), skills=("cots",)))
    rules = PropertyRules(kinds={"guest_request": KindOverride(skill="cots")})
    put_in_force(desk.database, "resort", rules)
    record = await opened(http)
    assert (record["owner"], record["owner_rule"]) == ("ines", "on_duty_skill_language")
    assert record["owner_because"]["skill"] == "cots"


async def test_declined_work_goes_to_another_and_never_back(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    record = await opened(http)
    first = record["owner"]
    record = await done(http, first, record, "decline", BUSY)
    assert record["owner"] != first
    assert (record["declined_by"], record["handoffs"], record["accepted"]) == ([first], 1, False)
    assert record["owner_because"]["passed_over"] == [first]
    event = next(each for each in desk.database.tables.events if each.type == "record.declined.v1")
    assert b"Silva" not in event.value


async def test_second_decline_makes_the_supervisor_owner_and_says_so(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    knows(desk, member("sofia", Role.SUPERVISOR, departments=(Department.FRONT_OFFICE,), shifts=()))
    record = await opened(http)
    for _ in range(2):
        record = await done(http, record["owner"], record, "decline", BUSY)
    assert (record["owner"], record["owner_rule"], record["handoffs"]) == ("sofia", "supervisor_after_handoffs", 2)
    history = (await Caller(http).get(f"/v1/records/{record['id']}/history")).json()["events"]
    rules = [change["after"] for event in history for change in event["changes"] if change["field"] == "owner_rule"]
    assert rules == ["supervisor_after_handoffs"]


async def test_decline_needs_the_owner_and_a_reason(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    record = await opened(http)
    other = "rui" if record["owner"] != "rui" else "ana"
    replies = [
        await Caller(http, other).act(record, "decline", BUSY),
        await Caller(http, record["owner"]).act(record, "decline", {}),
        await Caller(http, record["owner"]).act(record, "decline", {"reason": {"code": "Busy!"}}),
        await Caller(http, "fred").act(record, "decline", BUSY),
    ]
    assert [each.status_code for each in replies] == [409, 422, 422, 403]
    assert replies[1].json()["breaches"][0]["field"] == "reason"
    assert unchanged(desk, record)


async def test_accepted_work_is_handed_off_and_not_declined(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    record = await opened(http)
    record = await done(http, record["owner"], record, "accept", {})
    reply = await Caller(http, record["owner"]).act(record, "decline", BUSY)
    assert (reply.status_code, reply.json()["code"]) == (409, "already_accepted")
    assert unchanged(desk, record)


async def test_last_one_cannot_decline_when_there_is_nobody_else(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    lonely = member("ana", departments=(Department.FRONT_OFFICE,))
    desk.chassis.policy.known.staff = {"ana": lonely}
    record = await opened(http)
    reply = await Caller(http).act(record, "decline", BUSY)
    assert (reply.status_code, reply.json()["code"]) == (409, "nobody_else")
    assert unchanged(desk, record)


async def test_supervisor_gives_work_to_a_person(http: httpx.AsyncClient) -> None:
    record = await opened(http)
    record = await done(http, "sofia", record, "reassign", {"staff_id": "gil", "reason": "He knows the guest"})
    assert (record["owner"], record["owner_rule"], record["owner_because"]) == ("gil", "reassigned", None)
    assert (record["accepted"], record["handoffs"]) == (False, 1)


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"staff_id": "fred"}, "staff_id", "other_department"),
        ({"staff_id": "ill"}, "staff_id", "absent"),
        ({"staff_id": "carl"}, "staff_id", "not_here"),
        ({"staff_id": "nobody"}, "staff_id", "not_here"),
        ({"staff_id": "not an id"}, "staff_id", "string_pattern_mismatch"),
        ({}, "staff_id", "missing"),
        ({"staff_id": "gil", "reason": None}, "reason", "reason_required"),
    ],
)
async def test_reassign_is_refused_when_it_cannot_be(
    desk: FrontDesk, http: httpx.AsyncClient, given: dict[str, Any], field: str, rule: str
) -> None:
    knows(desk, member("ill", absences=(Absence(start=NOW),)))
    record = await opened(http)
    reply = await Caller(http, "sofia").act(record, "reassign", {"reason": "Please"} | given)
    problem = reply.json()
    named = [(each["field"], each["rule"]) for each in problem["breaches"]]
    assert (reply.status_code, named) == (422, [(field, rule)])
    assert unchanged(desk, record)


async def test_reassign_needs_authority(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    record = await opened(http)
    reply = await Caller(http).act(record, "reassign", {"staff_id": "gil", "reason": "Please"})
    assert (reply.status_code, reply.json()["code"]) == (403, "not_granted")
    assert unchanged(desk, record)


async def test_reassign_to_the_owner_changes_nothing(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    record = await opened(http)
    reply = await Caller(http, "sofia").act(record, "reassign", {"staff_id": record["owner"], "reason": "Stay"})
    assert (reply.status_code, reply.json()["code"]) == (409, "same_owner")
    assert unchanged(desk, record)


async def test_owner_is_explained_with_everybody_who_could_have_it(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    knows(desk, member("ill", departments=(Department.FRONT_OFFICE,), absences=(Absence(start=NOW),)))
    record = await opened(http)
    reply = await Caller(http).get(f"/v1/records/{record['id']}/owner")
    assert reply.status_code == 200, reply.text
    told = reply.json()
    assert (told["owner"], told["because"]) == (record["owner"], record["owner_because"])
    standing = {each["staff_id"]: each["standing"] for each in told["candidates"]}
    assert standing == {"ana": "on_duty", "rui": "on_duty", "sofia": "on_duty", "ill": "off_duty"}
    assert told["now_owner"] != record["owner"]  # who has it has one more now


async def test_owner_of_an_unknown_record_is_a_404(http: httpx.AsyncClient) -> None:
    assert (await Caller(http).get("/v1/records/nothing/owner")).status_code == 404
    record = await opened(http)
    assert (await Caller(http, "carl").get(f"/v1/records/{record['id']}/owner")).status_code == 404
