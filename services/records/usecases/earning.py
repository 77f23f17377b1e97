"""Statements of what agents sold and earned: their own for everybody, all of a hotel's for its managers."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.incentives import EarningLine, LineKind
from services.records.ports import Earned, Period
from services.records.usecases.house import House
from services.records.usecases.permissions import may_in, note
from services.records.usecases.reading import scope_of
from shared.chassis.paging import cursor, cursor_of
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessRead
from shared.contracts.errors import invalid
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Frozen, Money, instant_of, zone

LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class Days:
    """Days on the hotel's calendar, both counted in."""

    first: dt.date
    last: dt.date


class Sum(Frozen):
    """An agent's sums in one currency: how many, for how much. `earned` is settled less what was taken back."""

    agent: str
    currency: str
    sold: int
    settled: int
    cancelled: int
    sold_amount: Money
    settled_amount: Money
    cancelled_amount: Money
    earned: Money


class Statement(Frozen):
    """An agent's statement: sums of the whole period, and one page of lines. `next` is the following page's cursor."""

    property_id: str
    agent: str
    first: dt.date
    last: dt.date
    sums: tuple[Sum, ...]
    lines: tuple[EarningLine, ...]
    next: str | None = None


class Statements(Frozen):
    """The sums of everybody who sold something at a hotel in a period."""

    property_id: str
    first: dt.date
    last: dt.date
    sums: tuple[Sum, ...]


class Earnings:
    """The use cases behind `/v1/incentives`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def statement(
        self, principal: Principal, property_id: str, days: Days, agent: str | None, after: str | None, limit: int
    ) -> Statement:
        """The caller's own, or with permission another's; a read of another's is written down."""
        whose = agent or principal.staff_id
        period = self._period(principal, property_id, days, whose)
        if whose != principal.staff_id:
            await self._allowed(principal, property_id, whose)
        scope, place = scope_of(principal), cursor(after)
        found = await self._house.earnings.page(scope, period, place, limit + 1)
        page, more = found[:limit], len(found) > limit
        return Statement(
            property_id=property_id,
            agent=whose,
            first=days.first,
            last=days.last,
            sums=summed(await self._house.earnings.sums(scope, period)),
            lines=tuple(page),
            next=cursor_of((page[-1].at, page[-1].id)) if more else None,
        )

    async def everybody(self, principal: Principal, property_id: str, days: Days) -> Statements:
        """The sums of all agents of a hotel; the read is written down."""
        period = self._period(principal, property_id, days, None)
        await self._allowed(principal, property_id, property_id)
        found = await self._house.earnings.sums(scope_of(principal), period)
        return Statements(property_id=property_id, first=days.first, last=days.last, sums=summed(found))

    async def _allowed(self, principal: Principal, property_id: str, subject: str) -> None:
        may_in(self._house, principal, "read", Resource.INCENTIVE.value, property_id, None)
        read = AccessRead(subjects=(subject,), action="read", classes=(DataClass.STAFF,))
        await note(self._house, principal, read, property_id, Provenance.fresh(self._house.clock.new_id()))

    def _period(self, principal: Principal, property_id: str, days: Days, agent: str | None) -> Period:
        hotel = self._house.hotel(scope_of(principal), property_id)
        if not dt.timedelta() <= days.last - days.first <= LONGEST:
            raise invalid("last", "order", "last lies on first or after it, by a year at most.")
        if not dt.date(1990, 1, 1) <= days.first <= days.last <= dt.date(2200, 1, 1):
            raise invalid("first", "range", "The days lie between 1990 and 2200.")
        place = zone(hotel.zone)
        since, until = (
            instant_of(dt.datetime.combine(day, dt.time()), place)
            for day in (days.first, days.last + dt.timedelta(days=1))
        )
        return Period(property_id, since, until, agent)


def summed(found: list[Earned]) -> tuple[Sum, ...]:
    """Sums by agent and currency."""
    by: dict[tuple[str, str], dict[LineKind, Earned]] = {}
    for each in found:
        by.setdefault((each.agent, each.currency), {})[each.kind] = each
    return tuple(_sum(agent, currency, kinds) for (agent, currency), kinds in sorted(by.items()))


def _sum(agent: str, currency: str, kinds: dict[LineKind, Earned]) -> Sum:
    nothing = {kind: Earned(agent, currency, kind, 0, 0, 0) for kind in LineKind}
    held = nothing | kinds
    counts = {kind.value: held[kind].lines for kind in LineKind}
    amounts = {f"{kind.value}_amount": Money(amount=held[kind].amount, currency=currency) for kind in LineKind}
    earned = Money(amount=sum(each.incentive for each in held.values()), currency=currency)
    return Sum(agent=agent, currency=currency, earned=earned, **counts, **amounts)
