"""Make handovers: when they are due, once each, and all that a new one brings with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.records.domain import handover as h
from services.records.domain.owners import team_of
from services.records.domain.rota import incoming, next_change
from services.records.domain.texts import NO_REASON, Reason
from services.records.ports import Plan
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import NewEvent
from shared.contracts.handovers import Handover, HandoverEvent, HandoverState
from shared.contracts.identity import Actor, Department, system
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope, derived_id, zone

HANDOVER, OVERDUE = "handover", "handover_overdue"
MYSELF = system("records")
AT_ONCE = 1_000
"""Open records after which the other handovers that are due wait for the next transaction."""


@dataclass(frozen=True)
class Asked:
    """A handover that somebody wants now, and why."""

    actor: Actor
    reason: Reason


class Handing:
    """Plans each department's next shift change, and makes its handover when it comes."""

    def __init__(self, house: House) -> None:
        self._house = house
        # What was planned with which rota, so that a look costs one question and no reckoning while nothing changed.
        self._planned: dict[str, tuple[object, dt.datetime | None]] = {}

    async def plan(self) -> int:
        """See to it that every department's next change has its timer; how many plans changed."""
        changed = 0
        for hotel in self._house.people.hotels():
            staff = self._house.people.staff(hotel.chain, hotel.id)
            scope = Scope(chain=hotel.chain)
            known = {one.department: one for one in await self._house.handovers.plans(scope, hotel.id)}
            for department in hotel.departments:
                team = team_of(staff, hotel.id, department)
                changed += await self._plan_anew(hotel, department, team, known.get(department))
        return changed

    async def _plan_anew(
        self, hotel: Property, department: Department, team: Sequence[StaffMember], known: Plan | None
    ) -> bool:
        key = _timer_id(hotel, department)
        rota = (hotel.zone, known.through if known else None, tuple((each.id, each.version) for each in team))
        if known is not None and self._planned.get(key) == (rota, known.next_at):
            return False
        now, place = self._house.clock.now(), zone(hotel.zone)

        async def work(tx: Tx) -> bool:
            scope = Scope(chain=hotel.chain)
            plan = await self._house.handovers.plan(scope, hotel.id, department, tx)
            plan = plan or Plan(hotel.id, department, through=now)
            following = next_change(team, department, plan.through, place)
            if plan.rev and following == plan.next_at:
                return False
            if plan.next_at is None or plan.next_at > now:
                # A rota holds from when it is heard of: what it would have changed before was never due.
                plan = replace(plan, through=max(plan.through, now))
                following = next_change(team, department, plan.through, place)
                await self._arm(hotel, replace(plan, next_at=following), tx)
            return plan.next_at is None or plan.next_at > now

        changed = await self._house.transactions.run(work)
        after = {one.department: one for one in await self._house.handovers.plans(Scope(chain=hotel.chain), hotel.id)}
        if department in after:
            found = after[department]
            self._planned[key] = ((hotel.zone, found.through, rota[2]), found.next_at)
        return changed

    async def _arm(self, hotel: Property, plan: Plan, tx: Tx) -> None:
        await self._house.handovers.put_plan(Scope(chain=hotel.chain), plan, tx)
        timer_id = _timer_id(hotel, plan.department)
        if plan.next_at is None:
            await self._house.alarm.disarm(tx, [timer_id])
            return
        data = {"chain": hotel.chain, "property_id": hotel.id, "department": plan.department.value}
        moment = int(plan.next_at.timestamp()) * 1000
        await self._house.alarm.arm(tx, [Timer(timer_id, HANDOVER, timer_id, plan.next_at, moment, data)])

    async def fire(self, tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        """Shift changes have come: make their handovers and plan the next ones; too many at once wait their turn."""
        made = 0
        for timer, _ in due:
            if made >= AT_ONCE:
                await self._house.alarm.arm(tx, [replace(timer, generation=timer.generation + 1)])
            else:
                made += await self._change(tx, timer)

    async def _change(self, tx: Tx, timer: Timer) -> int:
        chain, property_id = str(timer.data["chain"]), str(timer.data["property_id"])
        department = Department(timer.data["department"])
        hotel, scope = self._house.hotel_of_event(chain, property_id), Scope(chain=chain)
        plan = await self._house.handovers.plan(scope, property_id, department, tx)
        if plan is None or plan.next_at != timer.due_at:
            return 0  # the rota has changed; the timer of the new one comes, or came
        at, place = timer.due_at, zone(hotel.zone)
        team = team_of(self._house.people.staff(chain, property_id), property_id, department)
        coming, records = incoming(team, department, at, place), 0
        if coming:
            handing_id = derived_id("handover", chain, property_id, department.value, at.isoformat())
            handing = await self._handing(hotel, plan, handing_id, at, coming[: h.MOST_INCOMING], tx)
            head = await self.make(handing, plan, tx, Provenance.fresh(f"handover-{handing_id}"))
            records, plan = head.open_records, replace(plan, last=head.id)
        following = next_change(team, department, at, place)
        await self._arm(hotel, replace(plan, through=at, next_at=following), tx)
        return records

    async def now(
        self, hotel: Property, department: Department, asked: Asked, tx: Tx, provenance: Provenance
    ) -> Handover:
        """A handover that a person asked for; shift changes go on as planned."""
        scope, now = Scope(chain=hotel.chain), self._house.clock.now()
        plan = await self._house.handovers.plan(scope, hotel.id, department, tx)
        plan = plan or Plan(hotel.id, department, through=now)
        handing = await self._handing(hotel, plan, self._house.clock.new_id(), now, (), tx)
        head = await self.make(handing.model_copy(update={"by": asked.actor.id}), plan, tx, provenance, asked)
        await self._house.handovers.put_plan(scope, replace(plan, last=head.id), tx)
        return head

    async def _handing(
        self, hotel: Property, plan: Plan, handing_id: str, at: dt.datetime, coming: tuple[str, ...], tx: Tx
    ) -> h.Handing:
        scope = Scope(chain=hotel.chain)
        last = await self._house.handovers.find(scope, plan.last, tx) if plan.last else None
        since = last.prepared_at if last and last.prepared_at else at - h.LOOK_BACK
        return h.Handing(
            id=handing_id,
            chain=hotel.chain,
            property_id=hotel.id,
            zone=hotel.zone,
            department=plan.department,
            at=at,
            since=since,
            incoming=coming,
        )

    async def make(
        self, handing: h.Handing, plan: Plan, tx: Tx, provenance: Provenance, asked: Asked | None = None
    ) -> Handover:
        """Write a handover, what it takes the place of, its events and the timer that waits for an answer."""
        house, scope, now = self._house, Scope(chain=handing.chain), self._house.clock.now()
        place, department = handing.property_id, handing.department
        team = {each.id for each in team_of(house.people.staff(handing.chain, place), place, department)}
        before = (
            {each.record_id: each for each in await house.handovers.items(scope, plan.last, tx)} if plan.last else {}
        )
        work = await house.handovers.open_work(scope, place, department, team, tx)
        closed = {each.id: each for each in await house.handovers.closed(scope, place, department, handing.since, tx)}
        missing = before.keys() - {each.id for each in work} - closed.keys()
        left = await house.records.find_all(scope, missing, tx)
        patience = dt.timedelta(minutes=(await house.hotel_rules(scope, place)).handover_minutes)
        document = h.prepared(handing, work, [*closed.values(), *left], before, now, patience)
        reason = asked.reason if asked else NO_REASON
        why = {"reason_code": reason.code, "reason": reason.text.as_ref if reason.text else None}
        document = document.model_copy(update=why)
        await house.handovers.add(scope, document, tx)
        actor = asked.actor if asked else MYSELF
        events = [told("prepared", document.head, handing.chain, actor, now, reason)]
        events += await self._supersede(plan, document.head, handing.chain, tx)
        await house.journal.append(tx, events, provenance)
        await house.alarm.arm(tx, [_patience(document.head, handing.chain)])
        return document.head

    async def _supersede(self, plan: Plan, head: Handover, chain: str, tx: Tx) -> list[NewEvent]:
        scope = Scope(chain=chain)
        last = await self._house.handovers.find(scope, plan.last, tx) if plan.last else None
        if last is None or last.state is not HandoverState.PREPARED:
            return []
        after = h.superseded(last, head.id)
        await self._house.handovers.change(scope, after, tx)
        await self._house.alarm.disarm(tx, [f"{OVERDUE}:{last.id}"])
        return [told("superseded", after, chain, MYSELF, self._house.clock.now())]

    async def late(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Nobody took a handover over in time: say so, once."""
        chain = str(timer.data["chain"])
        head = await self._house.handovers.find(Scope(chain=chain), timer.subject, tx)
        if head is None or head.state is not HandoverState.PREPARED or head.overdue:
            return
        after = h.overdue(head)
        await self._house.handovers.change(Scope(chain=chain), after, tx)
        event = told("overdue", after, chain, MYSELF, self._house.clock.now())
        await self._house.journal.append(tx, [event], Provenance.fresh(f"handover-{head.id}"))


def told(verb: str, head: Handover, chain: str, actor: Actor, now: dt.datetime, reason: Reason = NO_REASON) -> NewEvent:
    """The event of a handover's version: figures and a digest, however much work it holds."""
    return NewEvent(
        type=f"handover.{verb}.v1",
        chain=chain,
        property_id=head.property_id,
        subject=head.id,
        sequence=head.version,
        time=now,
        body=HandoverEvent(
            actor=actor,
            handover=head,
            reason_code=reason.code,
            reason=reason.text.as_ref if reason.text else None,
        ),
    )


def _timer_id(hotel: Property, department: Department) -> str:
    return f"{HANDOVER}:{hotel.chain}:{hotel.id}:{department.value}"


def _patience(head: Handover, chain: str) -> Timer:
    assert head.acknowledge_by is not None
    return Timer(f"{OVERDUE}:{head.id}", OVERDUE, head.id, head.acknowledge_by, 0, {"chain": chain})
