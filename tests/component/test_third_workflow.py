"""A whole third workflow, defined outside of the product, from its trigger to its close through the real app."""

from typing import Any

import httpx
import pytest

from services.records.domain.catalogue import Catalogue
from services.records.workflows import guest_experience, upsell
from shared.contracts.records import Status
from shared.contracts.stays import StayStatus
from tests.factories.front_desk import Caller, FrontDesk, ruled
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import NOW, stay
from tests.factories.inspection import HOUSEKEEPING, WORKFLOW

LEFT = stay(status=StayStatus.CHECKED_OUT, checked_out_at=NOW, room="214", version=2)


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk(Catalogue((guest_experience.WORKFLOW, upsell.WORKFLOW, WORKFLOW)))


async def done(http: httpx.AsyncClient, record: dict[str, Any], action: str, body: Any = None) -> dict[str, Any]:
    reply = await Caller(http, "ines").act(record, action, body)
    assert reply.status_code == 200, reply.text
    after: dict[str, Any] = reply.json()
    return after


async def inspection(http: httpx.AsyncClient, desk: FrontDesk) -> dict[str, Any]:
    """The inspection that a check-out opened, accepted and with its score confirmed and approved."""
    await desk.hears(stay_told(LEFT, 1, "checked_out"))
    [state] = [row for row in desk.database.tables.records.values() if row.workflow == HOUSEKEEPING]
    record: dict[str, Any] = (await Caller(http, "ines").get(f"/v1/records/{state.id}")).json()
    record = await done(http, record, "accept")
    record = await done(http, record, "check-value", {"value": 40})
    return await done(http, record, "approve")


async def test_third_workflow_runs_from_its_trigger_to_its_close(desk: FrontDesk) -> None:
    async with desk.client() as http:
        record = await inspection(http, desk)
        assert (record["workflow"], record["kind_title"], record["room"]) == (HOUSEKEEPING, "Room inspection", "214")
        assert record["due_at"] == "2026-07-01T10:00:00Z"  # its own default rules: an hour
        record = await done(http, record, "edit", {"fields": {"result": "failed"}, "reason": "Broken lamp"})
        record = await done(http, record, "complete", {"outcome": "fulfilled"})
    assert (record["status"], record["outcome"]) == ("complete", "fulfilled")
    [repair] = [row for row in desk.database.tables.records.values() if row.kind == "room_repair"]
    assert (repair.parent, repair.department, repair.status) == (record["id"], "maintenance", Status.NEW)
    told = [event.type for event in desk.database.tables.events if event.subject == record["id"]]
    assert told[0] == "record.opened.v1"
    assert len(told) == record["version"]


@pytest.mark.parametrize(
    ("accepted", "words"),
    [("en", "The room was not inspected yet."), ("de", "Das Zimmer wurde noch nicht geprüft."), ("fr", "The room was")],
)
async def test_guard_of_a_third_workflow_is_a_conflict_in_the_callers_language(
    desk: FrontDesk, accepted: str, words: str
) -> None:
    async with desk.client() as http:
        record = await inspection(http, desk)
        http.headers["Accept-Language"] = accepted
        reply = await Caller(http, "ines").act(record, "complete", {"outcome": "fulfilled"})
    assert (reply.status_code, reply.json()["code"]) == (409, "not_inspected")
    assert words in reply.json()["detail"]
    assert desk.database.tables.records[record["id"]].version == record["version"]


async def test_hotel_writes_rules_for_a_third_workflow(desk: FrontDesk) -> None:
    limits = [{"rule": "our_score", "field": "score", "at_least": 60}]
    async with desk.client() as http:
        await ruled(http, {"kinds": {"room_inspection": {"limits": limits}}})
        await desk.hears(stay_told(LEFT, 1, "checked_out"))
        [state] = [row for row in desk.database.tables.records.values() if row.workflow == HOUSEKEEPING]
        record = await done(http, {"id": state.id, "version": 1}, "accept")
        refused = await Caller(http, "ines").act(record, "check-value", {"value": 40})
        kinds = (await Caller(http, "ines").get("/v1/kinds")).json()["kinds"]
    assert [each["rule"] for each in refused.json()["breaches"]] == ["our_score"]
    assert {each["workflow"] for each in kinds} == {"guest_experience", "upsell", HOUSEKEEPING}


async def test_third_workflow_told_twice_opens_once(desk: FrontDesk) -> None:
    await desk.hears(stay_told(LEFT, 1, "checked_out"))
    await desk.hears(stay_told(LEFT, 1, "checked_out"))
    assert sum(row.workflow == HOUSEKEEPING for row in desk.database.tables.records.values()) == 1
