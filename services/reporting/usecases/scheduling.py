"""Schedules: somebody makes, changes or ends one; a timer says when it is due, and a run waits to be delivered."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.reporting.domain.schedule import Run, Schedule, Terms, When, busy_due, next_daily, next_look
from services.reporting.ports import Arm, Keys, RunStore, ScheduleStore
from services.reporting.reports import REPORTS
from services.reporting.usecases.answering import Answering, reader
from services.reporting.usecases.forecasting import Forecasting
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.chassis.timers import Timer
from shared.contracts.errors import AppError, ErrorKind, invalid, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.staff import Property
from shared.contracts.values import Instant, Scope, card_numbers, derived_id, local_day, zone

KIND = "schedule"
MANAGE = "manage"
Hotel = Callable[[str, str], Property | None]
Transact = Callable[[Callable[[Tx], Awaitable[None]]], Awaitable[None]]


@dataclass(frozen=True)
class Draft:
    """What somebody wants to have delivered."""

    property_id: str
    name: str
    terms: Terms
    paused: bool = False


class Scheduling:
    """The life of schedules, and the runs that come due by them."""

    def __init__(
        self,
        schedules: ScheduleStore,
        runs: RunStore,
        answering: Answering,
        forecasting: Forecasting,
        keys: Keys,
        arm: Arm,
        run: Transact,
        hotel: Hotel,
        now: Callable[[], Instant],
    ) -> None:
        self._schedules, self._runs, self._answering, self._forecasting = schedules, runs, answering, forecasting
        self._keys, self._arm, self._run, self._hotel, self._now = keys, arm, run, hotel, now

    async def shown(self, caller: Principal, property_id: str | None) -> Sequence[Schedule]:
        """The schedules in use where the caller may read reports."""
        seen = self._answering.may(caller, property_id).read
        whole = Scope(chain=caller.chain, properties=caller.properties)
        found = await self._schedules.shown(whole.narrow([property_id]) if property_id else whole)
        return found if DataClass.STAFF in seen else [_unaddressed(one) for one in found]

    async def make(self, ctx: CommandContext, schedule_id: str, draft: Draft) -> tuple[Schedule, bool]:
        """A new schedule, and whether the command had been carried out before."""
        self._answering.may(ctx.principal, draft.property_id, MANAGE)
        self._sound(ctx, draft.property_id, draft.name, draft.terms)
        made = Schedule(
            id=schedule_id,
            chain=ctx.principal.chain,
            property_id=draft.property_id,
            name=draft.name,
            terms=draft.terms,
            by=ctx.principal.staff_id,
            paused=draft.paused,
        )

        async def work(tx: Tx) -> None:
            await self._keys.keep(tx, ctx, 201, made.id, made.version)
            await self._schedules.add(ctx.scope, made, tx)
            await self._arm_next(tx, made)

        return await self._once(ctx, made, work)

    async def change(self, ctx: CommandContext, schedule_id: str, draft: Draft | None) -> tuple[Schedule, bool]:
        """Another version of a schedule; without a draft it ends. Needs If-Match."""
        known = await self._schedules.find(ctx.scope, schedule_id)
        if known is None:
            raise not_found("schedule")
        self._answering.may(ctx.principal, known.property_id, MANAGE)
        if draft is not None and draft.property_id != known.property_id:
            raise invalid("property_id", "stays", "A schedule stays with its hotel.")
        terms = draft.terms if draft else known.terms
        self._sound(ctx, known.property_id, draft.name if draft else known.name, terms)
        after = known.model_copy(
            update={
                "name": draft.name if draft else known.name,
                "terms": terms,
                "active": draft is not None,
                "paused": draft.paused if draft else known.paused,
                "by": ctx.principal.staff_id,
                "version": known.version + 1,
            }
        )

        async def work(tx: Tx) -> None:
            require_version(ctx, known.version)
            if not known.active:
                raise not_found("schedule")
            await self._keys.keep(tx, ctx, 200 if draft else 204, after.id, after.version)
            if not await self._schedules.replace(ctx.scope, after, tx):
                raise AppError(ErrorKind.STALE, "version_moved_on", "The schedule was changed meanwhile.")
            await self._arm_next(tx, after)

        return await self._once(ctx, after, work)

    def _sound(self, ctx: CommandContext, property_id: str, name: str, terms: Terms) -> None:
        if card_numbers(name):
            raise invalid("name", "card_number", "name holds a card number; it was not stored.")
        if terms.report not in REPORTS:
            raise invalid("terms.report", "choice", f"report must be one of {', '.join(REPORTS)}.")
        if not terms.weekdays or not set(terms.weekdays) <= set(range(7)):
            raise invalid("terms.weekdays", "range", "Weekdays are 0 (Monday) to 6 (Sunday); one at least.")
        if not self._answering.reads(reader(ctx.principal.chain, property_id, terms.audience), property_id):
            raise invalid("terms.audience", "may_not_read", "This role may not read reports.")

    async def _once(
        self, ctx: CommandContext, done: Schedule, work: Callable[[Tx], Awaitable[None]]
    ) -> tuple[Schedule, bool]:
        async def carry_out() -> tuple[Schedule, bool]:
            await self._run(work)
            return done, False

        async def again(kept: Kept) -> tuple[Schedule, bool]:
            found = await self._schedules.find(ctx.scope, kept.subject)
            if found is None:
                raise not_found("schedule")
            return found, True

        return await once(self._keys.seen, ctx, carry_out, again)

    async def _arm_next(self, tx: Tx, schedule: Schedule) -> None:
        """Set its timer; the generation is unique to version and due moment, so that what fired stays fired."""
        hotel = self._hotel(schedule.chain, schedule.property_id)
        zone_name, now = hotel.zone if hotel else "UTC", self._now()
        daily = schedule.terms.when is When.DAILY
        due = next_daily(schedule.terms, zone_name, now) if daily else next_look(schedule.terms, zone_name, now)
        if schedule.active and not schedule.paused and due is not None:
            generation = schedule.version * 10**11 + int(due.timestamp())
            await self._arm(tx, [Timer(f"{KIND}|{schedule.id}", KIND, schedule.id, due, generation)])

    async def fire(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """A schedule is due: note its run, and set its timer again."""
        schedule = await self._schedules.find(Scope(chain="system"), timer.subject, tx)
        if schedule is None or not schedule.active or schedule.paused:
            return
        scope = Scope(chain=schedule.chain)
        for run in await self._due(scope, schedule, timer.due_at):
            await self._runs.open(scope, run, tx)
        await self._arm_next(tx, schedule)

    async def _due(self, scope: Scope, schedule: Schedule, due_at: dt.datetime) -> list[Run]:
        hotel = self._hotel(schedule.chain, schedule.property_id)
        if hotel is None:
            return []
        if schedule.terms.when is When.DAILY:
            return [_run(schedule, hotel.zone, due_at, None)]
        outlook = await self._forecasting.ahead(scope, hotel.id)
        if outlook is None:
            return []
        busy = busy_due(schedule.terms, hotel.zone, outlook.rooms, outlook.days, self._now())
        return [_run(schedule, hotel.zone, due, day) for day, due in busy]


def _unaddressed(schedule: Schedule) -> Schedule:
    """A schedule for those who may not read about staff."""
    return schedule.model_copy(update={"terms": schedule.terms.model_copy(update={"mail_to": ()})})


def _run(schedule: Schedule, zone_name: str, due_at: dt.datetime, busy: dt.date | None) -> Run:
    """The run of one occasion: a busy day is told of once, however often the hours come round."""
    today = local_day(due_at, zone(zone_name))
    occasion = busy.isoformat() if busy else due_at.isoformat()
    return Run(
        id=derived_id("run", schedule.id, occasion),
        chain=schedule.chain,
        property_id=schedule.property_id,
        schedule_id=schedule.id,
        report=schedule.terms.report,
        audience=schedule.terms.audience,
        start=today - dt.timedelta(days=schedule.terms.days - 1),
        end=today,
        due_at=due_at,
        busy_day=busy,
    )
