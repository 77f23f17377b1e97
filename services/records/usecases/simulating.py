"""What a draft of rules would change, for one stay or a past week: read, computed, answered, nothing kept."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.records.domain.occurrences import StayOccurred
from services.records.domain.rule_faults import rule_faults
from services.records.domain.rulebook import CHAIN_LEVEL, FIRST, RuleVersion, merged, standing
from services.records.domain.rules import HotelRules, PropertyRules, in_force
from services.records.domain.simulation import Case, Told, World, case_of, differing, simulated
from services.records.domain.staff_history import as_of
from services.records.domain.stakes import spent_elsewhere
from services.records.domain.state import RecordState
from services.records.ports import Query
from services.records.usecases.house import House
from services.records.usecases.permissions import may_in
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_simulation import Pair, ShownSimulation, counts, shown_case
from services.records.usecases.till import Till
from shared.chassis.mongo import Tx
from shared.contracts.errors import breached, forbidden, invalid, not_found
from shared.contracts.identity import Principal
from shared.contracts.staff import Property, StaffMember
from shared.contracts.stays import Stay
from shared.contracts.values import Scope, instant_of, zone

MOST_CASES = 500
MOST_LISTED = 200
AT_A_TIME = 20
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Draft:
    """What is asked: draft rules of a property or of its chain, held against one stay or the week from a day."""

    property_id: str
    rules: PropertyRules
    of_chain: bool = False
    stay_id: str | None = None
    week_from: dt.date | None = None


class Simulating:
    """The use case behind `POST /v1/rules/simulate`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def simulate(self, principal: Principal, draft: Draft) -> ShownSimulation:
        """The difference the draft would make, under the people and shifts of each moment and the load of now."""
        scope, hotel = self._allowed(principal, draft)
        self._check(draft)
        cases, complete = await self._cases(scope, hotel, draft)
        now = self._house.clock.now()
        held, drafted = await self._sides(scope, draft, principal.staff_id, now)
        load = dict(await self._house.records.load(scope, hotel.id))
        cases = await self._with_sales(scope, hotel, cases)
        staff_at = await self._staff_at(scope, hotel, min((each.at for each in cases), default=now), now)
        world = World(self._house.catalogue, hotel, self._house.roster(hotel, held, load), now, staff_at)
        pairs = await _compared(cases, world, held, drafted)
        telling = [each for each in pairs if draft.stay_id or differing(*each[1:])]
        told = [each for each in telling if self._readable(principal, each[0])][:MOST_LISTED]
        return ShownSimulation(
            property_id=hotel.id,
            version=held.version,
            chain_version=held.chain_version,
            counts=counts(pairs),
            cases=tuple(shown_case(each) for each in told),
            left_off=len(telling) - len(told),
            complete=complete,
        )

    def _allowed(self, principal: Principal, draft: Draft) -> tuple[Scope, Property]:
        scope = scope_of(principal)
        hotel = self._house.hotel(scope, draft.property_id)
        if draft.of_chain and principal.properties is not None:
            raise forbidden("not_granted", "The rules of a chain are tried out by who works for all of it.")
        may_in(self._house, principal, "manage", "rules", None if draft.of_chain else hotel.id, None)
        return scope, hotel

    def _check(self, draft: Draft) -> None:
        if (draft.stay_id is None) == (draft.week_from is None):
            raise invalid("stay_id", "one_of", "Name either a stay or the first day of a week.")
        breaches = rule_faults(draft.rules, self._house.catalogue.kinds)
        if breaches:
            raise breached(breaches)

    def _readable(self, principal: Principal, case: Case) -> bool:
        opening = case.opening
        department = opening.department or self._house.catalogue.kind(opening.kind).department
        return self._house.people.decide(principal, "read", opening.kind, opening.property_id, department).allow

    async def _cases(self, scope: Scope, hotel: Property, draft: Draft) -> tuple[list[Case], bool]:
        if draft.week_from is not None:
            states = await self._of_week(scope, hotel, draft.week_from)
            return await self._there(scope, states[:MOST_CASES]), len(states) <= MOST_CASES
        return await self._of_stay(scope, hotel, str(draft.stay_id))

    async def _of_week(self, scope: Scope, hotel: Property, day: dt.date) -> list[RecordState]:
        place = zone(hotel.zone)
        since = instant_of(dt.datetime.combine(day, dt.time()), place)
        if since > self._house.clock.now():
            raise invalid("week_from", "in_past", "week_from must not lie ahead.")
        until = instant_of(dt.datetime.combine(day + WEEK, dt.time()), place)
        return await self._house.records.opened_between(scope, hotel.id, since, until, MOST_CASES + 1)

    async def _of_stay(self, scope: Scope, hotel: Property, stay_id: str) -> tuple[list[Case], bool]:
        """The records of a stay, and those that its present state would open."""
        stays = await self._house.stays.find_all(scope, [stay_id])
        stay = next((each for each in stays if each.property_id == hotel.id), None)
        if stay is None:
            raise not_found("stay")
        now = self._house.clock.now()
        found = await self._house.records.page(scope, Query(now, stay_id=stay_id, limit=MOST_CASES))
        states = sorted(found.states, key=lambda each: (each.opened_at, each.id))
        occurred = StayOccurred("changed", stay, "simulation", now, zone(hotel.zone))
        keys = {state.trigger.key for state in states}
        fresh = [each for each in self._house.catalogue.openings(occurred) if each.key not in keys]
        there = [_with_spent(case_of(state, stay), state, states) for state in states]
        return [*there, *(Case(f"new:{each.key}", each, now, stay) for each in fresh)], found.after is None

    async def _staff_at(
        self, scope: Scope, hotel: Property, first: dt.datetime, now: dt.datetime
    ) -> Callable[[dt.datetime], tuple[StaffMember, ...]]:
        """Who worked at the hotel at any moment from the first on; from now on those that it has."""
        present = self._house.people.staff(hotel.chain, hotel.id)
        history = await self._house.staff_history.between(Scope(chain=scope.chain), min(first, now), now)
        return lambda at: tuple(present) if at >= now else as_of(history, present, hotel.id, at)

    async def _with_sales(self, scope: Scope, hotel: Property, cases: Sequence[Case]) -> list[Case]:
        """The cases with what they sell, at the catalogue's prices and places; what has no offer does not open."""

        async def work(tx: Tx) -> list[Case]:
            till, found = Till(self._house, scope, tx), list[Case]()
            for case in cases:
                kind = self._house.catalogue.kind(case.opening.kind)
                opening = case.opening if case.there else await till.priced(case.opening, kind, hotel)
                if opening is None:
                    continue
                selling = await till.selling(opening.sale, case.stay, hotel) if opening.sale else None
                found.append(replace(case, opening=opening, selling=selling))
            return found

        return await self._house.transactions.run(work)

    async def _there(self, scope: Scope, states: Sequence[RecordState]) -> list[Case]:
        ids = {state.stay_id for state in states if state.stay_id}
        by_stay: dict[str, list[RecordState]] = {}
        for state in states:
            by_stay.setdefault(state.stay_id or "", []).append(state)
        stays: dict[str, Stay] = {stay.id: stay for stay in await self._house.stays.find_all(scope, ids)}
        return [
            _with_spent(case_of(state, stays.get(state.stay_id or "")), state, by_stay.get(state.stay_id or "", ()))
            for state in states
        ]

    async def _sides(self, scope: Scope, draft: Draft, by: str, now: dt.datetime) -> tuple[HotelRules, HotelRules]:
        """The rules in force, and those that the draft would put in their place."""
        chain = standing(await self._house.rules.standing(scope, CHAIN_LEVEL, now), now)
        own = standing(await self._house.rules.standing(scope, draft.property_id, now), now)
        held = merged(self._house.catalogue.defaults, chain, own)
        replaced = chain if draft.of_chain else own
        written = draft.rules.signed(replaced.rules if replaced else None, by)
        if draft.of_chain:
            return held, _over(in_force(self._house.catalogue.defaults, written, held.chain_version), own)
        return held, in_force(merged(self._house.catalogue.defaults, chain, None), written, held.version)


def _with_spent(case: Case, state: RecordState, others: Sequence[RecordState]) -> Case:
    """The case with what was asked for on other records that are looked at: of its stay, and by its owner that day."""
    return replace(case, spent=spent_elsewhere(state, others, state.owner, case.at))


def _over(under: HotelRules, own: RuleVersion | None) -> HotelRules:
    return in_force(under, own.rules if own else None, own.version if own else FIRST)


async def _compared(cases: Sequence[Case], world: World, held: HotelRules, drafted: HotelRules) -> list[Pair]:
    """Both sides of every case, a few at a time, so that other requests are served in between."""
    pairs: list[Pair] = []
    there, fresh = [each for each in cases if each.there], [each for each in cases if not each.there]
    for start in range(0, len(there), AT_A_TIME):
        part = there[start : start + AT_A_TIME]
        pairs += _beside(simulated(part, world, held), simulated(part, world, drafted))
        await asyncio.sleep(0)
    return pairs + _beside(simulated(fresh, world, held), simulated(fresh, world, drafted))


def _beside(one: dict[str, tuple[Case, Told]], other: dict[str, tuple[Case, Told]]) -> list[Pair]:
    names = [*one, *(name for name in other if name not in one)]
    either = {**other, **one}
    return [
        (either[name][0], one[name][1] if name in one else None, other[name][1] if name in other else None)
        for name in names
    ]
