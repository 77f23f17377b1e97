"""What happened while the system was down is entered with its true time, and says so for ever."""

import datetime as dt
from typing import Any

import pytest

from shared.chassis.policy import compiled
from shared.contracts.envelope import read
from shared.contracts.records import RecordEvent
from shared.contracts.values import iso
from tests.factories.desk_work import done, opened, refusal, told
from tests.factories.front_desk import POLICY, Caller, FrontDesk
from tests.factories.records import CHAIN

AN_HOUR = dt.timedelta(hours=1)


async def test_record_runs_its_clocks_from_when_it_happened_when_it_is_entered_late(
    ana: Caller, desk: FrontDesk
) -> None:
    now = desk.clock.now()
    at_once, late = await opened(ana, room="1"), await opened(ana, room="2", happened_at=iso(now - AN_HOUR))
    assert late["entered_late_at"] == at_once["opened_at"]
    assert at_once["entered_late_at"] is None
    gone = [
        dt.datetime.fromisoformat(at_once[name]) - dt.datetime.fromisoformat(late[name])
        for name in ("opened_at", "due_at")
    ]
    assert gone == [AN_HOUR, AN_HOUR]
    [event] = [each for each in desk.database.tables.events if each.subject == late["id"]][:1]
    assert (event.time, read(event, RecordEvent).record.entered_late_at) == (now, now)


async def test_record_is_late_at_once_when_its_time_had_passed_before_it_was_entered(
    ana: Caller, desk: FrontDesk
) -> None:
    late = await opened(ana, happened_at=iso(desk.clock.now() - 24 * AN_HOUR))
    assert late["risk"] == "late"


@pytest.mark.parametrize(
    ("gap", "rule"), [(dt.timedelta(minutes=1), "not_in_the_future"), (dt.timedelta(days=-8), "too_old")]
)
async def test_moment_that_cannot_be_is_refused_and_nothing_is_opened(
    ana: Caller, desk: FrontDesk, gap: dt.timedelta, rule: str
) -> None:
    body = {"property_id": "resort", "kind": "guest_request", "room": "3", "fields": {"topic": "baby_cot"}}
    refused = await ana.post("/v1/records", body | {"happened_at": iso(desk.clock.now() + gap)})
    assert refusal(refused) == (422, [("happened_at", rule)])
    assert (desk.database.tables.records, told(desk)) == ({}, [])


@pytest.mark.parametrize("moment", ["yesterday", 1_700_000_000, "2026-11-22T02:10"])
async def test_moment_that_is_none_is_refused_by_its_field(ana: Caller, desk: FrontDesk, moment: object) -> None:
    body = {"property_id": "resort", "kind": "guest_request", "room": "3", "fields": {"topic": "baby_cot"}}
    refused = await ana.post("/v1/records", body | {"happened_at": moment})
    assert refused.status_code == 422
    assert {each["field"] for each in refused.json()["breaches"]} == {"happened_at"}
    assert desk.database.tables.records == {}


async def test_entering_late_is_refused_without_the_right_to(ana: Caller, desk: FrontDesk) -> None:
    kept = tuple(
        each.model_copy(update={"actions": tuple(one for one in each.actions if one != "enter_late")})
        for each in POLICY.grants
    )
    desk.chassis.policy.known.policies[CHAIN] = compiled(POLICY.model_copy(update={"grants": kept}))
    body = {"property_id": "resort", "kind": "guest_request", "room": "3", "fields": {"topic": "baby_cot"}}
    refused = await ana.post("/v1/records", body | {"happened_at": iso(desk.clock.now() - AN_HOUR)})
    assert refusal(refused) == (403, "not_granted")
    assert (await ana.post("/v1/records", body)).status_code == 201


async def accepted_late(ana: Caller, desk: FrontDesk) -> dict[str, Any]:
    """A slip of paper of two hours ago, entered now."""
    return await opened(ana, room="2", happened_at=iso(desk.clock.now() - 2 * AN_HOUR))


DONE = {"outcome": "declined", "reason": {"code": "not_now"}}


async def test_slip_is_closed_at_the_time_it_was_done(ana: Caller, desk: FrontDesk) -> None:
    late, then = await accepted_late(ana, desk), desk.clock.now() - AN_HOUR
    closed = await done(ana, late, "complete", DONE | {"happened_at": iso(then)})
    assert dt.datetime.fromisoformat(closed["closed_at"]) == then
    event = [each for each in desk.database.tables.events if each.subject == late["id"]][-1]
    assert (event.time, read(event, RecordEvent).record.closed_at) == (desk.clock.now(), then)


@pytest.mark.parametrize(
    ("back", "rule"), [(-dt.timedelta(minutes=1), "not_in_the_future"), (3 * AN_HOUR, "before_it_began")]
)
async def test_slip_is_not_closed_at_a_time_that_cannot_be(
    ana: Caller, desk: FrontDesk, back: dt.timedelta, rule: str
) -> None:
    late = await accepted_late(ana, desk)
    before = told(desk)
    when = {"happened_at": iso(desk.clock.now() - back)}
    refused = await ana.post(f"/v1/records/{late['id']}/complete", DONE | when, version=late["version"])
    assert refusal(refused) == (422, [("happened_at", rule)])
    assert told(desk) == before


async def test_record_of_now_is_not_closed_in_the_past(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    when = {"happened_at": iso(desk.clock.now())}
    refused = await ana.post(f"/v1/records/{record['id']}/complete", DONE | when, version=record["version"])
    assert refusal(refused) == (422, [("happened_at", "entered_late_only")])
