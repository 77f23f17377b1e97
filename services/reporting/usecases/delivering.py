"""Runs that are due are made, kept as files and told of; somebody reviews them by name (K5)."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Sequence

from services.reporting.domain.mailing import mailings
from services.reporting.domain.schedule import Run, RunState
from services.reporting.ports import Append, FileStore, Keys, MailingStore, Press, RunStore, ScheduleStore
from services.reporting.usecases.answering import Answering, Wish, reader
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, not_found
from shared.contracts.identity import Actor, Principal, system
from shared.contracts.reports import ReportEvent, ReportRun
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

log = logging.getLogger(__name__)
AT_ONCE = 20
FORMATS = ("xlsx", "png", "eml")
REVIEW = "review"
Transact = Callable[[Callable[[Tx], Awaitable[None]]], Awaitable[None]]


class Delivering:
    """Makes the files of due runs; a run that was half made when the process died is made again, told once."""

    def __init__(
        self,
        schedules: ScheduleStore,
        runs: RunStore,
        kept_mailings: MailingStore,
        files: FileStore,
        answering: Answering,
        press: Press,
        keys: Keys,
        append: Append,
        run: Transact,
        now: Callable[[], Instant],
        real_now: Callable[[], Instant],
        new_id: Callable[[], str],
    ) -> None:
        self._schedules, self._runs, self._files, self._answering = schedules, runs, files, answering
        self._press, self._keys, self._append, self._run = press, keys, append, run
        self._now, self._real_now, self._new_id, self._mailings = now, real_now, new_id, kept_mailings

    async def deliver(self) -> int:
        """Deliver what is due; how many."""
        done = 0
        for run in await self._runs.due(Scope(chain=SYSTEM_CHAIN), AT_ONCE):
            try:
                await self._make(run)
            except AppError as refusal:
                if refusal.kind is ErrorKind.UNAVAILABLE:  # it stays due, and the others go on
                    continue
                await self._give_up(run, refusal)
            done += 1
        return done

    async def _give_up(self, run: Run, refusal: AppError) -> None:
        """Its audience may read no reports any more, or the hotel is gone: the others must not wait for it."""
        log.error("a report could not be delivered (%s)", refusal.code, extra={"run": run.id})
        after = run.model_copy(update={"state": RunState.FAILED, "version": 1})

        async def work(tx: Tx) -> None:
            await self._runs.replace(Scope(chain=run.chain), after, tx)

        await self._run(work)

    async def _make(self, run: Run) -> None:
        schedule = await self._schedules.find(Scope(chain=run.chain), run.schedule_id)
        report, question, figures = await self._answering.figures(
            reader(run.chain, run.property_id, run.audience), run.report, Wish(run.property_id, run.start, run.end)
        )
        made = await self._press.render(FORMATS, report, question, figures, run.property_id)
        for name, content in made.items():
            await self._files.replace(Scope(chain=run.chain), f"{run.id}.{name}", content)
        hours = schedule.terms.review_hours if schedule else None
        hear = schedule.terms.mail_to if schedule and self._answering.is_real(run.chain, run.property_id) else ()
        letters = mailings(run, hear, self._real_now())
        now = self._now()
        after = run.model_copy(
            update={
                "state": RunState.DELIVERED,
                "delivered_at": now,
                "review_by": now + dt.timedelta(hours=hours) if hours else None,
                "version": 1,
            }
        )

        async def work(tx: Tx) -> None:
            if await self._runs.replace(Scope(chain=run.chain), after, tx):
                await self._mailings.add(Scope(chain=run.chain), letters, tx)
                await self._append(tx, [told("delivered", after, system("reporting"))], Provenance(self._new_id()))

        await self._run(work)

    async def shown(self, caller: Principal, property_id: str | None, limit: int) -> Sequence[Run]:
        """The newest runs where the caller may read reports."""
        self._answering.may(caller, property_id)
        whole = Scope(chain=caller.chain, properties=caller.properties)
        return await self._runs.shown(whole.narrow([property_id]) if property_id else whole, limit)

    async def one(self, caller: Principal, run_id: str) -> Run:
        """One run; 404 when it is not there for the caller."""
        run = await self._runs.find(Scope(chain=caller.chain, properties=caller.properties), run_id)
        if run is None or run.state is not RunState.DELIVERED:
            raise not_found("run")
        self._answering.may(caller, run.property_id)
        return run

    async def file(self, caller: Principal, run_id: str, name: str) -> bytes:
        """One file of a run. It was made for its audience: who may read less of reports is not given it."""
        run = await self.one(caller, run_id)
        mine = self._answering.may(caller, run.property_id).read
        theirs = self._answering.may(reader(run.chain, run.property_id, run.audience), run.property_id).read
        if not theirs <= mine:
            raise forbidden("not_granted", "This was made for those who may read more.")
        return await self._files.read(Scope(chain=run.chain), f"{run.id}.{name}")

    async def review(self, ctx: CommandContext, run_id: str) -> tuple[Run, bool]:
        """Somebody has read it. Needs If-Match."""
        known = await self.one(ctx.principal, run_id)
        self._answering.may(ctx.principal, known.property_id, REVIEW)
        who, now = ctx.principal, self._now()
        after = known.model_copy(update={"reviewed_by": who.staff_id, "reviewed_at": now, "version": known.version + 1})

        async def work(tx: Tx) -> None:
            require_version(ctx, known.version)
            if known.reviewed_by is not None:
                raise conflict("already_reviewed", "This was reviewed.")
            await self._keys.keep(tx, ctx, 200, after.id, after.version)
            if not await self._runs.replace(ctx.scope, after, tx):
                raise AppError(ErrorKind.STALE, "version_moved_on", "It was reviewed meanwhile.")
            await self._append(tx, [told("reviewed", after, who.actor)], ctx.provenance)

        async def carry_out() -> tuple[Run, bool]:
            await self._run(work)
            return after, False

        async def again(kept: Kept) -> tuple[Run, bool]:
            return await self.one(ctx.principal, kept.subject), True

        return await once(self._keys.seen, ctx, carry_out, again)


def told(verb: str, run: Run, actor: Actor) -> NewEvent:
    """What happened to a run, as others hear it."""
    assert run.delivered_at is not None
    body = ReportRun(
        id=run.id,
        property_id=run.property_id,
        report=run.report,
        audience=run.audience,
        delivered_at=run.delivered_at,
        review_by=run.review_by,
        reviewed_by=run.reviewed_by,
        reviewed_at=run.reviewed_at,
        busy_day=run.busy_day,
        version=run.version,
    )
    return NewEvent(
        type=f"report.{verb}.v1",
        chain=run.chain,
        property_id=run.property_id,
        subject=run.id,
        sequence=run.version,
        time=run.reviewed_at or run.delivered_at,
        body=ReportEvent(actor=actor, run=body),
    )
