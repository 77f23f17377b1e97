"""People become absent: their open work moves on, each record once, whatever crashes in between."""

import datetime as dt
from collections import Counter
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.records.usecases.absence import ABSENT, BATCH
from shared.chassis.mongo import Tx
from shared.contracts.envelope import Envelope, read
from shared.contracts.identity import Department, Role, system
from shared.contracts.records import Outcome, RecordEvent, Status
from shared.contracts.staff import Absence, StaffEvent, StaffMember
from tests.factories.front_desk import FrontDesk
from tests.factories.guest_records import NOW, WHY, after, c, in_status, member, opened
from tests.factories.records import envelope
from tests.fakes.records import Tables

HOUR = dt.timedelta(hours=1)
DESK = (Department.FRONT_OFFICE,)


class Crash(Exception):
    """The process dies."""


def told(person: StaffMember, verb: str = "changed") -> Envelope:
    body = StaffEvent(actor=system("auth"), staff=person)
    return envelope(f"staff.{verb}.v1", person.id, person.version, NOW, body)


async def hear(desk: FrontDesk, *events: Envelope) -> None:
    """The consumer's transaction."""
    handler = desk.chassis.consumptions[1].applier._handler

    async def work(tx: Tx) -> None:
        await handler.apply(tx, events)

    await desk.database.run(work)


async def fire(desk: FrontDesk) -> int:
    """One round of the timers that are due, in one transaction; how many there were."""
    timers = desk.database.tables.timers.values()
    due = [timer for timer in timers if timer.kind == ABSENT and timer.due_at <= desk.clock.now()]

    async def work(tx: Tx) -> None:
        for timer in due:
            desk.database.tables.timers.pop(timer.id)
        await desk.chassis.timers.batch_handlers[ABSENT](tx, [(timer, 0) for timer in due])

    await desk.database.run(work)
    return len(due)


async def settle(desk: FrontDesk) -> int:
    """Fire until nothing is due; how many rounds it took."""
    rounds = 0
    while await fire(desk):
        rounds += 1
    return rounds


def give(desk: FrontDesk, owner: str, count: int = 1, **given: Any) -> list[str]:
    """Open records of a person, with the one event that each has."""
    states = [opened(**given).model_copy(update={"owner": owner}) for _ in range(count)]
    desk.database.tables.records |= {state.id: state for state in states}
    return [state.id for state in states]


def owners(desk: FrontDesk) -> Counter[str]:
    return Counter(each.owner for each in desk.database.tables.records.values())


def moves(desk: FrontDesk) -> list[Envelope]:
    return [each for each in desk.database.tables.events if each.type == "record.reassigned.v1"]


@pytest.fixture
async def desk() -> FrontDesk:
    made = FrontDesk()
    people = (
        member("ana"),
        member("rui"),
        member("nel"),
        member("gil", Role.GENERAL_MANAGER, departments=()),
    )
    made.chassis.policy.known.staff = {person.id: person for person in people}
    return made


async def test_work_moves_on_at_once_when_its_owner_falls_ill(desk: FrontDesk) -> None:
    give(desk, "ana", 10)
    await hear(desk, told(member("ana", absences=(Absence(start=NOW),), version=2)))
    await settle(desk)
    assert owners(desk) == {"rui": 5, "nel": 5}


async def test_move_is_recorded_as_absence_and_is_no_hand_off(desk: FrontDesk) -> None:
    (record_id,) = give(desk, "ana")
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    await settle(desk)
    state = desk.database.tables.records[record_id]
    body = read(moves(desk)[0], RecordEvent)
    assert (body.reason_code, body.actor.id, body.record.owner) == ("absent", "records", state.owner)
    assert (state.handoffs, state.accepted, state.version) == (0, False, 2)
    assert state.owner_because is not None
    assert "ana" in state.owner_because.passed_over


@pytest.mark.parametrize("status", [Status.NEW, Status.PENDING, Status.APPROVED, Status.BLOCKED])
async def test_work_in_every_open_status_moves_on_and_keeps_it(desk: FrontDesk, status: Status) -> None:
    state = in_status(status)
    desk.database.tables.records[state.id] = state
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    await settle(desk)
    after_it = desk.database.tables.records[state.id]
    assert (after_it.status, after_it.owner != "ana", after_it.accepted) == (status, True, False)


async def test_closed_work_stays_whose_it_was(desk: FrontDesk) -> None:
    state = after(opened(), c.CompleteRecord(Outcome.DECLINED, WHY))
    desk.database.tables.records[state.id] = state
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    await settle(desk)
    assert owners(desk) == {"ana": 1}


async def test_work_stays_until_the_absence_begins(desk: FrontDesk) -> None:
    give(desk, "ana")
    spell = Absence(start=NOW + HOUR, end=NOW + 9 * HOUR)
    await hear(desk, told(member("ana", absences=(spell,), properties=None, version=2)))
    assert (await settle(desk), owners(desk)["ana"]) == (0, 1)
    desk.clock.moment = NOW + HOUR
    await settle(desk)
    assert owners(desk)["ana"] == 0


async def test_work_stays_when_the_absence_was_called_off(desk: FrontDesk) -> None:
    give(desk, "ana")
    spell = Absence(start=NOW + HOUR)
    await hear(desk, told(member("ana", absences=(spell,), version=2)))
    await hear(desk, told(member("ana", version=3)))
    desk.clock.moment = NOW + 2 * HOUR
    await settle(desk)
    assert owners(desk) == {"ana": 1}


async def test_work_at_a_property_moves_on_when_its_owner_works_there_no_more(desk: FrontDesk) -> None:
    give(desk, "ana", 2)
    give(desk, "ana", 1, property_id="city")
    await hear(desk, told(member("ana", properties=("city",), version=2)))
    await settle(desk)
    assert owners(desk)["ana"] == 1


async def test_two_who_fall_ill_together_give_nothing_to_each_other(desk: FrontDesk) -> None:
    give(desk, "ana", 4)
    give(desk, "rui", 4)
    spell = (Absence(start=NOW),)
    await hear(desk, *(told(member(name, absences=spell, version=2)) for name in ("ana", "rui")))
    await settle(desk)
    assert owners(desk) == {"nel": 8}
    assert len(moves(desk)) == 8


async def test_nobody_left_means_the_manager_and_an_alert(desk: FrontDesk) -> None:
    give(desk, "ana")
    await hear(desk, *(told(member(name, active=False, version=2), "left") for name in ("ana", "rui", "nel")))
    await settle(desk)
    assert [(state.owner, state.owner_rule) for state in desk.database.tables.records.values()] == [("gil", "fallback")]


async def test_moves_are_bounded_in_each_transaction(desk: FrontDesk) -> None:
    give(desk, "ana", 2 * BATCH + 50)
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    counts = []
    while await fire(desk):
        counts.append(len(moves(desk)))
    assert counts[:3] == [BATCH, 2 * BATCH, 2 * BATCH + 50]
    assert owners(desk)["ana"] == 0


async def test_moves_go_on_where_they_stopped_when_the_process_dies_between_batches(desk: FrontDesk) -> None:
    give(desk, "ana", 2 * BATCH)
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    await fire(desk)
    desk.database.fail = Crash()
    with pytest.raises(Crash):
        await fire(desk)
    assert len(moves(desk)) == BATCH
    desk.database.fail = None
    await settle(desk)
    assert owners(desk)["ana"] == 0
    assert Counter(each.subject for each in moves(desk)).most_common(1)[0][1] == 1


async def test_event_that_comes_again_moves_nothing_again(desk: FrontDesk) -> None:
    give(desk, "ana", 3)
    left = told(member("ana", active=False, version=2), "left")
    for _ in range(3):
        await hear(desk, left)
        await settle(desk)
    assert len(moves(desk)) == 3


async def test_work_given_to_the_absent_meanwhile_is_found(desk: FrontDesk, http: httpx.AsyncClient) -> None:
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    await settle(desk)
    give(desk, "ana", 2)
    absences = desk.chassis.timers.batch_handlers[ABSENT].__self__  # type: ignore[attr-defined]  # a bound method
    assert await absences.look() == 1
    await settle(desk)
    assert owners(desk)["ana"] == 0
    assert await absences.look() == 0


ONE_DESK = FrontDesk()
NAMES = ("ana", "rui", "nel", "bea")
HAPPENING = st.one_of(
    st.tuples(st.just("give"), st.sampled_from(NAMES), st.integers(1, 4)),
    st.tuples(st.just("ill"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("back"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("left"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("fire"), st.just("ana"), st.just(0)),
    st.tuples(st.just("crash"), st.just("ana"), st.just(0)),
    st.tuples(st.just("hour"), st.just("ana"), st.integers(1, 2)),
)


class Days:
    """Days of a small hotel, in any order, with crashes."""

    def __init__(self, desk: FrontDesk) -> None:
        self.desk, self.versions = desk, Counter(NAMES)
        desk.clock.moment, desk.database.tables = NOW, Tables()
        people = (*(member(name) for name in NAMES), member("gil", Role.GENERAL_MANAGER, departments=()))
        self.desk.chassis.policy.known.staff = {person.id: person for person in people}

    async def happens(self, what: str, name: str, number: int) -> None:
        """One thing."""
        await getattr(self, what)(name, number)

    async def give(self, name: str, number: int) -> None:
        give(self.desk, name, number)

    async def said(self, name: str, **changed: Any) -> None:
        self.versions[name] += 1
        await hear(self.desk, told(member(name, version=self.versions[name], **changed)))

    async def ill(self, name: str, number: int) -> None:
        start = self.desk.clock.now() + number * HOUR
        await self.said(name, absences=(Absence(start=start, end=start + 2 * HOUR),))

    async def back(self, name: str, number: int) -> None:
        await self.said(name)

    async def left(self, name: str, number: int) -> None:
        await self.said(name, active=False)

    async def fire(self, name: str, number: int) -> None:
        await fire(self.desk)

    async def crash(self, name: str, number: int) -> None:
        self.desk.database.fail = Crash()
        with pytest.raises(Crash):
            await fire(self.desk)
        self.desk.database.fail = None

    async def hour(self, name: str, number: int) -> None:
        self.desk.clock.moment += number * HOUR


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(HAPPENING, min_size=3, max_size=15))
async def test_nothing_stays_with_the_absent_and_nothing_is_lost_whatever_happens(
    happenings: list[tuple[str, str, int]],
) -> None:
    days = Days(ONE_DESK)
    for what, name, number in happenings:
        await days.happens(what, name, number)
    handler = days.desk.chassis.timers.batch_handlers[ABSENT]
    await handler.__self__.look()  # type: ignore[attr-defined]  # a bound method
    await settle(days.desk)
    tables, now = days.desk.database.tables, days.desk.clock.now()
    away = {duty.staff_id for duty in tables.duties.values() if duty.away(now)}
    assert [state.owner for state in tables.records.values() if state.owner in away] == []
    told_of = Counter(each.subject for each in moves(days.desk))
    assert all(state.version == 1 + told_of[state.id] for state in tables.records.values())


async def test_nothing_is_taken_before_the_absence_was_heard_when_the_projection_knows_of_it(desk: FrontDesk) -> None:
    give(desk, "ana", 3)
    ill = member("ana", absences=(Absence(start=NOW),), version=2)
    desk.chassis.policy.known.staff["ana"] = ill
    assert (await settle(desk), owners(desk)) == (0, {"ana": 3})
    await hear(desk, told(ill))
    await settle(desk)
    assert owners(desk)["ana"] == 0


async def test_load_of_the_absent_is_spread_evenly(desk: FrontDesk) -> None:
    give(desk, "rui", 7)
    give(desk, "ana", 33)
    await hear(desk, told(member("ana", active=False, version=2), "left"))
    await settle(desk)
    assert sorted(owners(desk).values()) == [20, 20]
