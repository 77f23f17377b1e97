"""Tasks of the PMS: theirs are told once as seen, ours once as closed; a look that fails begins again where it was."""

from collections.abc import Sequence

import pytest

from services.integrations.domain.orders import TaskAct, TaskOrder
from services.integrations.domain.pms_orders import OrderRow, task_of
from services.integrations.ports import PmsRefused
from services.integrations.usecases.pms_orders import SendOrders
from services.integrations.usecases.tasks import LookAtTasks, TaskKinds
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Department, system
from shared.contracts.records import Outcome, Status, Trigger, TriggerKind
from shared.contracts.values import Scope
from shared.contracts.writebacks import WritebackState
from tests.contract.pms.world import PROPERTY, RIGS, World
from tests.factories.records import snapshot
from tests.fakes.following import FakeConnections
from tests.fakes.pms.book import START, Booked, Task

WITH_TASKS = ("mews", "ohip")


class FakeLedger:
    """Events, each once by aggregate and version."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, int], NewEvent] = {}

    async def tell(self, scope: Scope, events: Sequence[NewEvent], provenance: Provenance) -> int:
        """Keep what is new."""
        before = len(self.told)
        self.told = {(one.subject, one.sequence): one for one in events} | self.told
        return len(self.told) - before

    @property
    def types(self) -> list[str]:
        """What was told."""
        return sorted(one.type for one in self.told.values())


class House:
    """A hotel that shows its guest requests as tasks in its PMS, with one opened there."""

    def __init__(self, vendor: str) -> None:
        self.world, self.ledger = World(RIGS[vendor]), FakeLedger()
        world = self.world
        world.book.book(Booked(world.rig.numbers[0]))
        options = {**world.connection.options, "tasks": "guest_request, service_recovery"}
        self.hotel = world.connection.model_copy(update={"options": options})
        self.hotels = FakeConnections({PROPERTY: self.hotel})
        self.look = LookAtTasks(self.hotels, {vendor: world.vendor}, self.ledger, world.looks, world.clock)

    async def open(self) -> Task:
        """A task of ours."""
        order = TaskOrder(
            key="rec-1",
            record_id="rec-1",
            act=TaskAct.OPEN,
            title="Extra bed",
            kind="guest_request",
            department=Department.HOUSEKEEPING,
            due_at=START,
            reservation=self.world.rig.numbers[0],
        )
        return self.world.book.tasks[await self.world.vendor.put_task(self.hotel, order)]


@pytest.fixture(params=WITH_TASKS)
def house(request: pytest.FixtureRequest) -> House:
    """A hotel at each vendor that has tasks."""
    return House(request.param)


async def test_task_of_ours_is_no_news_until_it_is_closed_and_then_once(house: House) -> None:
    made = await house.open()
    assert await house.look() == 0
    house.world.book.tasks[made.id] = Task(made.id, made.name, made.key, True, made.at, made.reservation)

    assert [await house.look(), await house.look()] == [1, 0]
    assert house.ledger.types == ["task.closed.v1"]
    [event] = house.ledger.told.values()
    assert event.body.model_dump()["task"]["record_id"] == "rec-1"


async def test_task_of_theirs_is_seen_once_and_closed_once(house: House) -> None:
    theirs = Task("sr-9", "Fix the lamp", "Fix the lamp", reservation=house.world.rig.numbers[0])
    house.world.book.tasks[theirs.id] = theirs
    assert [await house.look(), await house.look()] == [1, 0]
    house.world.book.tasks[theirs.id] = Task(theirs.id, theirs.name, theirs.key, True, START, theirs.reservation)

    assert await house.look() == 1
    assert house.ledger.types == ["task.closed.v1", "task.seen.v1"]
    assert "Fix the lamp" not in repr(house.ledger.told)


async def test_look_that_failed_looks_again_from_where_it_was(house: House) -> None:
    house.world.book.tasks["sr-9"] = Task("sr-9", "Lamp", "Lamp", reservation=house.world.rig.numbers[0])
    house.world.network.faults.next("503")

    assert await house.look() == 0
    assert PROPERTY not in house.world.looks.kept
    house.world.later(minutes=15)
    assert await house.look() == 1


async def test_hotel_says_which_kinds_of_record_are_tasks() -> None:
    house = House("mews")
    kinds = TaskKinds(house.hotels, house.world.clock)

    assert await kinds(PROPERTY) == {"guest_request", "service_recovery"}
    assert await kinds("resort") == frozenset()
    house.hotels.hotels.clear()
    house.world.later(seconds=11)
    assert await kinds(PROPERTY) == frozenset()


class Kept:
    """What is kept of stays, orders and tasks: the one of each."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def find(self, scope: Scope, order_id: str) -> None:
        """We never opened one."""

    async def number(self, scope: Scope, task_id: str) -> str | None:
        """Of the one that they opened."""
        return "sr-9" if task_id == "task-9" else None

    async def __call__(self, scope: Scope, stay_id: str | None) -> str | None:
        """The reservation's number."""
        return self._house.world.rig.numbers[0]


def closing(theirs: str) -> OrderRow:
    """A record of a task of theirs is done."""
    trigger = Trigger(kind=TriggerKind.STAFF_TASK, key=f"guest_request:task:{theirs}")
    ended = {"status": Status.COMPLETE, "outcome": Outcome.FULFILLED, "close_count": 1}
    record = snapshot(version=3, stay_id="stay-1", trigger=trigger, **ended)
    row = task_of(record, system("records"), frozenset({"guest_request"}), START)
    assert row is not None
    return row


async def test_task_of_theirs_is_closed_there_once_its_record_is() -> None:
    house = House("ohip")
    house.world.book.tasks["sr-9"] = Task("sr-9", "Lamp", "Lamp", reservation=house.world.rig.numbers[0])
    kept = Kept(house)
    ways = (house.hotels, {"ohip": house.world.vendor}, kept, house.world.endpoints, house.world.clock)
    send = SendOrders(kept, kept, *ways)  # type: ignore[arg-type] # no rows are claimed here

    ready = await send.ready(closing("task-9"))
    assert [(await ready.send()).state, (await ready.send()).state] == [WritebackState.DONE] * 2
    assert house.world.book.tasks["sr-9"].closed
    with pytest.raises(PmsRefused, match="never_opened"):
        await send.ready(closing("task-unheard-of"))
