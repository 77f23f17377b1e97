"""A task that the PMS says is done: its record is fulfilled, or stays open with a note where somebody must look."""

from typing import Any

import pytest

from shared.contracts.envelope import Envelope
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_events import task_told

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "21:00"},
}
TIME = {"fields": {"promised_time": "21:00"}, "reason": "Agreed with the guest"}


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


async def step(who: Caller, record: dict[str, Any], action: str, body: Any = None) -> dict[str, Any]:
    reply = await who.act(record, action, body)
    assert reply.status_code == 200, reply.text
    after: dict[str, Any] = reply.json()
    return after


async def approved(who: Caller, record: dict[str, Any]) -> dict[str, Any]:
    for action in ("accept", "check-value", "approve"):
        record = await step(who, record, action)
    return record


async def entered(who: Caller) -> dict[str, Any]:
    reply = await who.post("/v1/records", COT)
    assert reply.status_code == 201, reply.text
    record: dict[str, Any] = reply.json()
    return record


def closed(record_id: str | None, **given: Any) -> Envelope:
    return task_told("pms_task", "closed", record_id=record_id, **given)


def verbs(desk: FrontDesk) -> list[str]:
    return [one.type.split(".")[1] for one in desk.database.tables.events if one.type.startswith("record.")]


async def test_approved_record_is_fulfilled_when_its_task_is_done_in_the_pms_and_once(desk: FrontDesk) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        record = await approved(ana, await entered(ana))
        await desk.hears(closed(record["id"]), closed(record["id"]))
        shown = (await ana.get(f"/v1/records/{record['id']}")).json()

    assert (shown["status"], shown["outcome"], shown["version"]) == ("complete", "fulfilled", record["version"] + 1)
    told = desk.database.tables.events[-1]
    assert (told.type, told.value_object()["actor"]) == (
        "record.completed.v1",
        told.value_object()["actor"] | {"kind": "pms", "id": "hotel_bookings"},
    )


@pytest.mark.parametrize("steps", [(), ("accept",), ("accept", "check-value")], ids=["new", "pending", "checked"])
async def test_record_that_nobody_approved_stays_open_and_bears_a_note(desk: FrontDesk, steps: tuple[str, ...]) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        record = await entered(ana)
        for action in steps:
            record = await step(ana, record, action)
        await desk.hears(closed(record["id"]))
        shown = (await ana.get(f"/v1/records/{record['id']}")).json()

    assert (shown["status"], shown["owner"]) == (record["status"], record["owner"])
    assert verbs(desk)[-1] == "noted"
    assert "says that this task" not in desk.database.tables.events[-1].model_dump_json()


async def test_guest_who_must_know_keeps_the_record_open(desk: FrontDesk) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        record = await approved(ana, await entered(ana))
        held = desk.database.tables.records[record["id"]]
        desk.database.tables.records[record["id"]] = held.model_copy(update={"guest_must_know": True})
        await desk.hears(closed(record["id"]))
        shown = (await ana.get(f"/v1/records/{record['id']}")).json()

    assert shown["status"] == "approved"
    assert verbs(desk)[-1] == "noted"


async def test_task_that_the_pms_opened_itself_ends_the_record_it_opened(desk: FrontDesk) -> None:
    await desk.hears(task_told("extra_pillow", id="task-12"), task_told("extra_towels", id="task-1"))
    ids = {row.trigger.key.rpartition(":")[2]: row.id for row in desk.database.tables.records.values()}
    async with desk.client() as http:
        ana = Caller(http, "ana")
        for record_id in ids.values():
            await approved(ana, await step(ana, (await ana.get(f"/v1/records/{record_id}")).json(), "edit", TIME))
    await desk.hears(closed(None, id="task-1"))

    status = {task: desk.database.tables.records[record_id].status.value for task, record_id in ids.items()}
    assert status == {"task-1": "complete", "task-12": "approved"}


async def test_task_of_no_record_and_of_another_hotel_moves_nothing(desk: FrontDesk) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        record = await approved(ana, await entered(ana))
    before = len(desk.database.tables.events)

    await desk.hears(closed(None), closed("no-such-record"), closed(record["id"], property_id="city"))

    assert len(desk.database.tables.events) == before
