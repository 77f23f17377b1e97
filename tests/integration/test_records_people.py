"""Absence and handover on a real MongoDB: two processes, crashes between batches, two thousand open records."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from services.records.app import assemble, house_of
from services.records.domain.state import RecordState
from services.records.ports import Writing
from services.records.settings import Settings
from services.records.store import MongoHandovers, MongoRecords, prepare
from services.records.usecases import absence
from services.records.usecases.absence import ABSENT, Absences
from services.records.usecases.handing import HANDOVER, Handing
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.envelope import MAX_VALUE_BYTES
from shared.contracts.handovers import HandoverState
from shared.contracts.identity import Department, system
from shared.contracts.staff import StaffEvent, StaffMember
from tests.factories.access import knowledge
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_records import NOW, member, opened
from tests.factories.records import SCOPE, envelope
from tests.factories.staff import shift
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

DESK = Department.FRONT_OFFICE
LATE_AT = dt.datetime(2026, 7, 1, 14, tzinfo=dt.UTC)


class Killed(Exception):
    """The process dies here."""


async def process(mongo_url: str, database_name: str, staff: tuple[StaffMember, ...]) -> Standing:
    """One process of the records service."""
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, house_of(chassis)))
    await prepare(chassis.mongo)
    hotel = HOTELS[0].model_copy(update={"departments": (DESK,)})
    await standing.prepare(knowledge(staff, POLICY.grants, hotel))
    standing.at(NOW)
    return standing


@pytest.fixture
async def desks(mongo_url: str, database_name: str) -> AsyncIterator[tuple[Standing, Standing]]:
    """Two processes of one database; Ana works until three, Rui and Ines from then on."""
    late = (shift("15:00", "23:00"),)
    staff = (
        member("ana", departments=(DESK,), shifts=(shift("00:00", "15:00"),)),
        *(member(name, departments=(DESK,), shifts=late) for name in ("rui", "ines")),
        *(each for each in STAFF if each.id in ("sofia", "gil")),
    )
    both = (await process(mongo_url, database_name, staff), await process(mongo_url, database_name, staff))
    yield both
    for one in both:
        await one.chassis.mongo.close()


async def put(desk: Standing, count: int) -> list[str]:
    """Open records of Ana's."""
    states = [opened().model_copy(update={"owner": "ana", "department": DESK}) for _ in range(count)]

    async def work(tx: Tx) -> None:
        await MongoRecords(desk.chassis.mongo).write(SCOPE, Writing(fresh=states), tx)

    await desk.chassis.mongo.run(work)
    return [state.id for state in states]


async def states(desk: Standing) -> list[RecordState]:
    rows = await desk.chassis.mongo.collection("records").find({})
    return [RecordState.model_validate(row["state"]) for row in rows]


def left(staff_id: str) -> object:
    person = member(staff_id, active=False, version=2)
    body = StaffEvent(actor=system("auth"), staff=person)
    return envelope("staff.left.v1", staff_id, 2, NOW, body)


async def both_fire(desks: tuple[Standing, Standing]) -> None:
    while sum(await asyncio.gather(*(desk.chassis.timers.fire_due() for desk in desks))):
        continue


async def test_absent_person_keeps_nothing_and_nothing_moves_twice_when_processes_race_and_die(
    desks: tuple[Standing, Standing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "BATCH", 20)
    ids = await put(desks[0], 110)
    await desks[0].hears(left("ana"))  # type: ignore[arg-type]  # an envelope
    handler = desks[0].chassis.timers.batch_handlers[ABSENT]

    async def dies(tx: Tx, due: object) -> None:
        await handler(tx, due)  # type: ignore[arg-type]  # what the timers give
        raise Killed

    for desk in desks:
        desk.chassis.timers.batch_handlers[ABSENT] = dies
    await both_fire_once(desks)
    assert Counter(state.owner for state in await states(desks[0])) == {"ana": 110}
    for desk in desks:
        house = house_of(desk.chassis)
        desk.chassis.timers.batch_handlers[ABSENT] = Absences(house).fire
    await desks[0].chassis.mongo.collection("timers").update_many({}, {"$set": {"retry_at": None}})
    await both_fire(desks)
    after = await states(desks[0])
    assert {state.id for state in after} == set(ids)
    assert "ana" not in {state.owner for state in after}
    assert {state.version for state in after} == {2}
    moved = await desks[0].chassis.mongo.collection("events").find({"type": "record.reassigned.v1"})
    assert Counter(row["agg"] for row in moved) == dict.fromkeys(ids, 1)


async def both_fire_once(desks: tuple[Standing, Standing]) -> None:
    await asyncio.gather(*(desk.chassis.timers.fire_due() for desk in desks))


async def test_handover_of_two_thousand_is_made_once_by_two_processes_and_its_event_is_small(
    desks: tuple[Standing, Standing],
) -> None:
    ids = await put(desks[0], 2_000)
    for desk in desks:
        await Handing(house_of(desk.chassis)).plan()
        desk.at(LATE_AT)
    await both_fire(desks)
    heads = await desks[0].chassis.mongo.collection("handovers").find({})
    assert [(row["state"], row["head"]["open_records"]) for row in heads] == [("prepared", 2_000)]
    document = await MongoHandovers(desks[1].chassis.mongo).document(SCOPE, heads[0]["_id"])
    assert document is not None
    assert {each.record_id for each in document.items} == set(ids)
    heads_of, told = desks[0].chassis.mongo.collection("handovers"), MongoHandovers(desks[0].chassis.mongo)
    for _ in range(2):  # as it is made now, and as it was made before its mix was kept
        parts = [await told.part(SCOPE, heads[0]["_id"], after, 300) for after in range(0, 2_100, 300)]
        assert [one for part in parts if part for one in part.items] == list(document.items)
        assert {part.total for part in parts if part} == {2_000}
        await heads_of.update_one({"_id": heads[0]["_id"]}, {"$unset": {"mix": ""}})
    events = await desks[0].chassis.mongo.collection("events").find({"agg": heads[0]["_id"]})
    assert [row["type"] for row in events] == ["handover.prepared.v1"]
    assert len(events[0]["value"]) < MAX_VALUE_BYTES / 8
    planned = await desks[0].chassis.mongo.collection("timers").find({"kind": HANDOVER, "st": "pending"})
    assert len(planned) == 1


async def test_fifty_acknowledge_at_once_and_each_stands_once(desks: tuple[Standing, Standing]) -> None:
    await put(desks[0], 3)
    await Handing(house_of(desks[0].chassis)).plan()
    for desk in desks:
        desk.at(LATE_AT)
    await both_fire(desks)
    (row,) = await desks[0].chassis.mongo.collection("handovers").find({})
    path = f"/v1/handovers/{row['_id']}/acknowledge"
    async with desks[0].client() as one, desks[1].client() as other:
        callers = [Caller(http, name) for http in (one, other) for name in ("rui", "ines", "sofia", "gil")]
        replies = await asyncio.gather(*(caller.post(path) for caller in callers for _ in range(6)))
    assert Counter(each.status_code for each in replies)[200] >= 1
    assert {each.status_code for each in replies} <= {200, 409, 412, 503}
    head = await MongoHandovers(desks[0].chassis.mongo).find(SCOPE, row["_id"])
    assert head is not None
    names = [each.by for each in head.acknowledgements]
    assert (len(names), head.state) == (len(set(names)), HandoverState.ACKNOWLEDGED)
    said = await desks[0].said(row["_id"])
    assert said == ["handover.prepared.v1"] + ["handover.acknowledged.v1"] * len(names)
