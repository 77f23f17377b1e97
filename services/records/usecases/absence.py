"""Who becomes absent loses their open work to the next by the rule: in batches, each once, nothing left behind."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from services.records.domain.absence import Duty, duty_of, sweeps
from services.records.domain.commands import Doer, ReplaceAbsent
from services.records.domain.owners import need_of
from services.records.domain.staff_history import StaffVersion
from services.records.usecases.desk import Desk
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.identity import system
from shared.contracts.staff import StaffMember
from shared.contracts.values import SYSTEM_CHAIN, Scope

ABSENT = "absent"
BATCH = 100
"""Records taken from absent people in one transaction; the rest goes on in the next."""
RECORDS = Doer(system("records"))


class Absences:
    """Hears of staff, takes work away when the time comes, and looks for what was given to the absent meanwhile.

    Whether somebody is away is read here from `duties`, which the same consumer writes that sets the timers. The policy
    projection is another consumer's: it may still think a person present (so the away are barred by name) or know
    already of an absence that was not heard of here (so nothing is taken before it was).
    """

    def __init__(self, house: House) -> None:
        self._house = house

    async def heard(self, tx: Tx, told: Sequence[tuple[StaffMember, dt.datetime]]) -> None:
        """Remember these people, each as of the moment it was told, and set the timers of their absences."""
        now, people = self._house.clock.now(), [person for person, _ in told]
        for chain in sorted({person.chain for person in people}):
            duties = [duty_of(person) for person in people if person.chain == chain]
            await self._house.duties.keep(Scope(chain=chain), duties, tx)
            versions = [StaffVersion(since=at, member=person) for person, at in told if person.chain == chain]
            await self._house.staff_history.keep(Scope(chain=chain), versions, tx)
        timers = {
            timer_id: Timer(timer_id, ABSENT, person.id, due, 0, {"chain": person.chain})
            for person in people
            for timer_id, due in sweeps(duty_of(person), now).items()
        }
        await self._house.alarm.arm(tx, list(timers.values()))

    async def fire(self, tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        """Take work from people, at most a batch in all; whose turn does not come is set again."""
        left, again = BATCH, []
        by_chain = sorted((timer for timer, _ in due), key=lambda timer: str(timer.data["chain"]))
        for chain, timers in groupby(by_chain, key=lambda timer: str(timer.data["chain"])):
            sweep = _Sweep(self._house, Desk(self._house, Scope(chain=chain), tx))
            # Several timers of a person may be due; what one of them moves is not yet to be seen by the next.
            for timer in {timer.subject: timer for timer in timers}.values():
                moved = await sweep.take(timer.subject, left) if left else None
                left -= moved or 0
                if moved is None or not left:
                    again.append(replace(timer, generation=timer.generation + 1))
            await sweep.desk.flush()
        await self._house.alarm.arm(tx, again)

    async def look(self) -> int:
        """Find people who are away and own something open all the same, and set their timers; how many.

        Work can reach the absent in the moment before every process has heard of it, or by opening a record again.
        """
        now = self._house.clock.now()
        away = await self._house.duties.away(Scope(chain=SYSTEM_CHAIN), now)
        found: list[Duty] = []
        for chain, duties in groupby(sorted(away, key=lambda duty: duty.chain), key=lambda duty: duty.chain):
            some = {duty.staff_id: duty for duty in duties}
            found += [some[one] for one in sorted(await self._house.duties.owning(Scope(chain=chain), some))]
        timers = [
            Timer(f"absent:{one.staff_id}:look", ABSENT, one.staff_id, now, int(now.timestamp()), {"chain": one.chain})
            for one in found
        ]

        async def work(tx: Tx) -> None:
            await self._house.alarm.arm(tx, timers)

        if timers:
            await self._house.transactions.run(work)
        return len(timers)


class _Sweep:
    def __init__(self, house: House, desk: Desk) -> None:
        self.desk, self._house = desk, house
        self._away: frozenset[str] | None = None

    async def take(self, staff_id: str, most: int) -> int:
        """Give a person's work to others, as far as they may not keep it; how many records moved."""
        scope, tx, now = self.desk.scope, self.desk.tx, self._house.clock.now()
        duty = await self._house.duties.find(scope, staff_id, tx)
        if duty is None or (not duty.away(now) and duty.properties is None):
            return 0  # they are back, or it was called off
        elsewhere = None if duty.away(now) else duty.properties
        found = await self._house.duties.left_behind(scope, staff_id, elsewhere, most, tx)
        barred = await self._barred() | {staff_id}
        for state in found:
            hotel = self._house.hotel_of_event(state.chain, state.property_id)
            need = replace(need_of(state, await self.desk.rules(hotel)), away=barred)
            owner = (await self.desk.owners(hotel, need)).owner
            self.desk.give(hotel, owner.owner)
            command, provenance = ReplaceAbsent(staff_id, owner), Provenance.fresh(f"absent-{staff_id}")
            await self.desk.tell(state, command, RECORDS, provenance)
        return len(found)

    async def _barred(self) -> frozenset[str]:
        if self._away is None:
            away = await self._house.duties.away(self.desk.scope, self._house.clock.now(), self.desk.tx)
            self._away = frozenset(each.staff_id for each in away)
        return self._away
