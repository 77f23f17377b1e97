"""Commands out: what is done when nothing was done, when nobody knows, and when a store fails before anything left."""

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest

from services.integrations.domain.commanding import ENDED, LONGEST_WAIT, MOST_TRIES, Ending, Waiting, wait
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.vendors import PmsBusy
from services.integrations.usecases.commanding import CarryOut, Ready, Whose
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.values import Scope
from tests.fakes.following import FakeEndpoints, Hands

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Order:
    """A command."""

    id: str = "order-1"
    property_id: str = "city"
    state: str = "pending"


@dataclass
class Rows:
    """One command in memory, as the store keeps it."""

    row: Order = field(default_factory=Order)
    attempts: int = 0
    deaths: int = 0
    due: dt.datetime = NOW
    ending: Ending | None = None

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: object = ()
    ) -> tuple[Order, bool] | None:
        """It, when it is due."""
        ready = self.row.state in ("pending", "unknown") and self.due <= now and self.row.property_id not in skip  # type: ignore[operator] # a list of names
        again = self.row.state == "unknown"
        self.due = now + dt.timedelta(minutes=1) if ready else self.due
        return (self.row, again) if ready else None

    async def sending(self, scope: Scope, row: Order, now: dt.datetime) -> bool:
        """It leaves."""
        self.attempts += 1
        return True

    async def put_off(self, scope: Scope, row: Order, until: dt.datetime, why: str) -> None:
        """Later."""
        self.due = until

    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None:
        """As people see it."""
        return Waiting(
            id=row_id,
            sort=CommandSort.NOTE,
            chain="demo",
            property_id="city",
            state=self.row.state,
            attempts=self.attempts,
            deaths=self.deaths,
        )

    async def settle(
        self, scope: Scope, after: Order, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool:
        """It ended."""
        self.row, self.ending = after, ending
        self.due = ending.next_try or self.due
        return True


@dataclass
class Outside:
    """A PMS that fails as it is told, and remembers what it did."""

    faults: list[Exception] = field(default_factory=list)
    idempotent: bool = False
    done: int = 0
    store_fails: bool = False
    looks_fail: bool = False

    def whose(self, row: Order) -> Whose:
        """See the port."""
        return Whose(row.id, "demo", row.property_id, row.state == "unknown", Provenance.fresh("c"))

    async def ready(self, row: Order) -> Ready[Order]:
        """See the port."""
        if self.store_fails:
            raise ConnectionError("the store is down")
        return Sending(self, row)

    def refused(self, row: Order, code: str) -> Order:
        """See the port."""
        return replace(row, state="refused")

    def unknown(self, row: Order) -> Order:
        """See the port."""
        return replace(row, state="unknown")


@dataclass(frozen=True)
class Sending:
    """One command that is ready."""

    pms: Outside
    row: Order

    @property
    def idempotent(self) -> bool:
        """As the PMS is."""
        return self.pms.idempotent

    async def send(self) -> Order:
        """Do it, or fail; a silent one has done it."""
        fault = self.pms.faults.pop(0) if self.pms.faults else None
        self.pms.done += fault is None or isinstance(fault, PmsSilent)
        if fault:
            raise fault
        return replace(self.row, state="done")

    async def look(self) -> Order | None:
        """Whether it is there."""
        if self.pms.looks_fail:
            raise PmsBusy("unreachable")
        return replace(self.row, state="done") if self.pms.done else None


class House:
    """The work, its store and the outside."""

    def __init__(self, *faults: Exception, idempotent: bool = False) -> None:
        self.rows, self.pms = Rows(), Outside(list(faults), idempotent)
        self.clock = Hands(NOW)
        self.work = CarryOut[Order](self.rows, self.pms, FakeEndpoints(), self.clock)

    async def goes_on(self, times: int = 60) -> None:
        """Time passes."""
        for _ in range(times):
            await self.work()
            self.clock.at += dt.timedelta(minutes=16)


async def test_command_is_done_once() -> None:
    house = House()
    await house.goes_on(3)
    assert (house.rows.row.state, house.pms.done, house.rows.attempts) == ("done", 1, 1)


@pytest.mark.parametrize("fault", [PmsBusy("throttled"), PmsBusy("unreachable"), PmsBusy("unavailable")], ids=str)
async def test_command_that_was_not_done_is_tried_again(fault: PmsBusy) -> None:
    house = House(fault, fault)
    await house.goes_on(5)
    assert (house.rows.row.state, house.pms.done, house.rows.attempts) == ("done", 1, 3)


async def test_command_that_is_never_taken_is_dead_in_the_end() -> None:
    house = House(*[PmsBusy("unreachable")] * 40)
    await house.goes_on()
    assert (house.rows.row.state, house.rows.attempts) == ("refused", MOST_TRIES)
    assert house.rows.ending == Ending("unreachable", dead=True)


async def test_command_that_is_refused_is_no_dead_one() -> None:
    house = House(PmsRefused("pms_422"))
    await house.goes_on(3)
    assert (house.rows.row.state, house.rows.ending) == ("refused", Ending("pms_422"))


async def test_command_that_may_be_done_is_sent_again_only_where_that_does_it_once() -> None:
    house = House(PmsSilent(), idempotent=True)
    await house.goes_on(3)
    assert (house.rows.row.state, house.rows.attempts) == ("done", 2)


async def test_command_that_may_be_done_is_looked_for_and_never_sent_again() -> None:
    house = House(PmsSilent())
    await house.work()
    assert (house.rows.row.state, house.rows.ending and house.rows.ending.dead) == ("unknown", True)
    await house.goes_on(3)
    assert (house.rows.row.state, house.pms.done, house.rows.attempts) == ("done", 1, 1)


async def test_command_that_cannot_be_looked_for_stays_unknown() -> None:
    house = House(PmsSilent())
    house.pms.looks_fail = True
    await house.goes_on()
    assert (house.rows.row.state, house.pms.done, house.rows.attempts) == ("unknown", 1, 1)


async def test_redriven_command_is_looked_for_before_it_is_sent() -> None:
    house = House()
    house.rows.deaths, house.pms.done = 2, 1
    await house.goes_on(3)
    assert (house.rows.row.state, house.pms.done, house.rows.attempts) == ("done", 1, 0)


async def test_redriven_command_that_cannot_be_looked_for_is_not_sent() -> None:
    house = House()
    house.rows.deaths, house.pms.looks_fail = 2, True
    await house.goes_on(5)
    assert (house.rows.row.state, house.pms.done) == ("pending", 0)


async def test_store_that_fails_before_anything_left_leaves_no_doubt() -> None:
    house = House()
    house.pms.store_fails = True
    with pytest.raises(ConnectionError):
        await house.work()
    assert (house.rows.row.state, house.rows.attempts) == ("pending", 0)
    house.pms.store_fails = False
    await house.goes_on(3)
    assert (house.rows.row.state, house.pms.done) == ("done", 1)


def test_waits_grow_and_have_an_end() -> None:
    waits = [wait(count) for count in range(40)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
