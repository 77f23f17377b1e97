"""Spot checks are drawn on busy days, and made by people who are not shown what the record says."""

import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.reporting.domain.fact import Fact
from services.reporting.domain.question import asked
from services.reporting.domain.spot import Found, SpotCheck, drawn, entered, entries, planned
from services.reporting.domain.tally import differences
from services.reporting.ports import Append, Contribution, FactStore, Keys, StayStore, SumStore
from services.reporting.usecases.answering import Answering
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, conflict, not_found
from shared.contracts.identity import Actor, Principal, system
from shared.contracts.reports import SpotCheckEvent, SpotCheckSeen
from shared.contracts.staff import Mode, Property
from shared.contracts.values import Instant, Scope, local_day, zone

MANAGE, CHECK = "manage", "spot_check"
BUSY_PERCENT = 85
LOOKED_AT = 5_000
LATELY = dt.timedelta(days=14)
Transact = Callable[[Callable[[Tx], Awaitable[None]]], Awaitable[None]]


@dataclass(frozen=True)
class DayPlan:
    """What was drawn for one day of one hotel, and how much of it is made."""

    property_id: str
    day: dt.date
    drawn: int
    made: int


class SpotStore(Protocol):
    """Keeps spot checks."""

    async def between(self, scope: Scope, start: dt.date, end: dt.date) -> list[SpotCheck]:
        """Those of some days."""
        ...

    async def find(self, scope: Scope, check_id: str) -> SpotCheck | None:
        """One check."""
        ...

    async def open(self, scope: Scope, limit: int) -> list[SpotCheck]:
        """Those that nobody made yet, the newest days first."""
        ...

    async def there(self, scope: Scope, ids: Sequence[str], tx: Tx) -> set[str]:
        """Which of these are there."""
        ...

    async def add(self, scope: Scope, checks: Sequence[SpotCheck], tx: Tx) -> None:
        """Keep new ones."""
        ...

    async def replace(self, scope: Scope, check: SpotCheck, tx: Tx) -> bool:
        """Keep the next version in place of the one before it; False when it has moved on."""
        ...

    async def was_drawn(self, scope: Scope, property_id: str, day: dt.date) -> bool:
        """Whether a day was looked at."""
        ...

    async def drew(self, scope: Scope, property_id: str, day: dt.date, tx: Tx) -> None:
        """A day was looked at."""
        ...


class Spotting:
    """Draws and takes spot checks; each is in the sums in the transaction that keeps it."""

    def __init__(
        self,
        spots: SpotStore,
        facts: FactStore,
        stays: StayStore,
        sums: SumStore,
        answering: Answering,
        keys: Keys,
        append: Append,
        run: Transact,
        now: Callable[[], Instant],
        new_id: Callable[[], str],
        hotels: Callable[[], Sequence[Property]],
    ) -> None:
        self._spots, self._facts, self._stays, self._sums, self._answering = spots, facts, stays, sums, answering
        self._keys, self._append, self._run, self._now = keys, append, run, now
        self._new_id, self._hotels = new_id, hotels

    async def plan_busy(self) -> int:
        """Draw checks for yesterday wherever it was busy and nobody did yet; how many days were looked at."""
        looked = 0
        for hotel in (one for one in self._hotels() if one.mode is not Mode.TRAINING):
            scope, yesterday = Scope(chain=hotel.chain), local_day(self._now(), zone(hotel.zone)) - dt.timedelta(days=1)
            if await self._spots.was_drawn(scope, hotel.id, yesterday):
                continue
            busy = await self._was_busy(scope, hotel, yesterday)
            checks = await self._drawn(scope, hotel.id, yesterday) if busy else []

            async def work(
                tx: Tx, hotel: Property = hotel, day: dt.date = yesterday, checks: Sequence[SpotCheck] = checks
            ) -> None:
                await self._keep(tx, Scope(chain=hotel.chain), checks, system("reporting"), Provenance(self._new_id()))
                await self._spots.drew(Scope(chain=hotel.chain), hotel.id, day, tx)

            await self._run(work)
            looked += 1
        return looked

    async def _was_busy(self, scope: Scope, hotel: Property, day: dt.date) -> bool:
        stays = await self._stays.around(scope, hotel.id, day, day)
        taken = sum(one.gone_at is None and one.arrival <= day < one.departure for one in stays)
        return hotel.rooms > 0 and taken * 100 >= BUSY_PERCENT * hotel.rooms

    async def plan(self, ctx: CommandContext, property_id: str, day: dt.date) -> tuple[list[SpotCheck], bool]:
        """Draw the checks of a day by hand; those drawn before stay as they are."""
        self._answering.may(ctx.principal, property_id, MANAGE)
        scope = Scope(chain=ctx.principal.chain)
        checks = await self._drawn(scope, property_id, day)

        async def work(tx: Tx) -> None:
            await self._keys.keep(tx, ctx, 201, f"{property_id}|{day}", 1)
            await self._keep(tx, scope, checks, ctx.principal.actor, ctx.provenance)

        async def carry_out() -> tuple[list[SpotCheck], bool]:
            await self._run(work)
            return checks, False

        async def again(kept: Kept) -> tuple[list[SpotCheck], bool]:
            return checks, True

        return await once(self._keys.seen, ctx, carry_out, again)

    async def _drawn(self, scope: Scope, property_id: str, day: dt.date) -> list[SpotCheck]:
        bounds = asked(day, day, self._now()).bounds
        here = scope.narrow([property_id])
        facts = await self._facts.touching(here, *bounds, None, LOOKED_AT, standing=False)
        return [planned(fact, day) for fact in drawn(facts, property_id, day)]

    async def _keep(
        self, tx: Tx, scope: Scope, checks: Sequence[SpotCheck], actor: Actor, provenance: Provenance
    ) -> None:
        there = await self._spots.there(scope, [one.id for one in checks], tx)
        fresh = [one for one in checks if one.id not in there]
        await self._spots.add(scope, fresh, tx)
        given = [Contribution(one.chain, one.property_id, entry) for one in fresh for entry in entries(one)]
        await self._sums.add(scope, given, tx)
        await self._append(tx, [told("planned", one, actor, self._now()) for one in fresh], provenance)

    async def open(self, caller: Principal, property_id: str | None, limit: int) -> list[SpotCheck]:
        """The checks to be made where the caller may make them."""
        self._answering.may(caller, property_id, CHECK)
        whole = Scope(chain=caller.chain, properties=caller.properties)
        return await self._spots.open(whole.narrow([property_id]) if property_id else whole, limit)

    async def lately(self, caller: Principal, property_id: str | None) -> tuple[list[DayPlan], list[SpotCheck]]:
        """The plans of the last days, the newest first, and of their checks those that the caller made."""
        self._answering.may(caller, property_id, CHECK)
        whole = Scope(chain=caller.chain, properties=caller.properties)
        last = self._now().date() + dt.timedelta(days=1)
        scope = whole.narrow([property_id]) if property_id else whole
        found = await self._spots.between(scope, last - LATELY, last)
        drawn = Counter((one.day, one.property_id) for one in found)
        made = Counter((one.day, one.property_id) for one in found if one.entered_by)
        plans = [DayPlan(hotel, day, drawn[day, hotel], made[day, hotel]) for day, hotel in sorted(drawn, reverse=True)]
        mine = sorted((one for one in found if one.entered_by == caller.staff_id), key=_entered_at, reverse=True)
        return plans, mine

    async def enter(self, ctx: CommandContext, check_id: str, found: Found) -> tuple[SpotCheck, bool]:
        """Say what is really there, once. Needs If-Match."""
        known = await self._spots.find(ctx.scope, check_id)
        if known is None:
            raise not_found("spot_check")
        self._answering.may(ctx.principal, known.property_id, CHECK)
        fact: Fact | None = await self._facts.get(Scope(chain=known.chain), known.record_id)
        if fact is None or fact.life is None:
            raise not_found("record")
        if fact.life.closes and ctx.principal.staff_id == fact.life.closes[-1].owner:
            raise conflict("own_work", "Somebody else checks what you did.")
        after = entered(known, fact, found, ctx.principal.staff_id, self._now())

        async def work(tx: Tx) -> None:
            require_version(ctx, known.version)
            if known.entered_by is not None:
                raise conflict("already_entered", "This check was made.")
            await self._keys.keep(tx, ctx, 200, after.id, after.version)
            if not await self._spots.replace(ctx.scope, after, tx):
                raise AppError(ErrorKind.STALE, "version_moved_on", "It was made meanwhile.")
            more = differences(entries(known), entries(after))
            await self._sums.add(ctx.scope, [Contribution(after.chain, after.property_id, one) for one in more], tx)
            await self._append(tx, [told("entered", after, ctx.principal.actor, self._now())], ctx.provenance)

        async def carry_out() -> tuple[SpotCheck, bool]:
            await self._run(work)
            return after, False

        async def again(kept: Kept) -> tuple[SpotCheck, bool]:
            done = await self._spots.find(ctx.scope, kept.subject)
            if done is None:
                raise not_found("spot_check")
            return done, True

        return await once(self._keys.seen, ctx, carry_out, again)


def _entered_at(check: SpotCheck) -> str:
    return check.entered_at.isoformat() if check.entered_at else ""


def told(verb: str, check: SpotCheck, actor: Actor, at: dt.datetime) -> NewEvent:
    """What happened to a check, as others hear it: how many of what it asks agree, never what was found."""
    seen = SpotCheckSeen(
        id=check.id,
        property_id=check.property_id,
        record_id=check.record_id,
        day=check.day,
        department=check.department,
        entered_by=check.entered_by,
        right=len(check.right),
        wrong=len(check.wrong),
        version=check.version,
    )
    return NewEvent(
        type=f"spot_check.{verb}.v1",
        chain=check.chain,
        property_id=check.property_id,
        subject=check.id,
        sequence=check.version,
        time=at,
        body=SpotCheckEvent(actor=actor, check=seen),
    )
