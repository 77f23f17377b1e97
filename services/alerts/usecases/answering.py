"""Somebody answers an alert: takes it, puts it off, hands it to a colleague, or says that its cause has ended."""

from collections.abc import Callable

from services.alerts.domain.alert import LiveAlert, acknowledge, hand_over, resolve, snooze
from services.alerts.domain.rules import SELF_WATCH
from services.alerts.ports import Commands, Permissions
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, invalid, not_found
from shared.contracts.identity import Principal
from shared.contracts.values import Instant

KIND = "alert"
OVERSEE = "oversee"
"""What it takes to answer alerts of the rules that watch over the hotel itself."""
Change = Callable[[LiveAlert, Instant], LiveAlert]


class Answering:
    """The commands on one alert. What is answered stops, or goes on, in the moment this commits."""

    def __init__(self, parts: Parts, commands: Commands, permissions: Permissions, now: Callable[[], Instant]) -> None:
        self._parts, self._commands, self._permissions, self._now = parts, commands, permissions, now

    async def acknowledge(self, ctx: CommandContext, alert_id: str) -> tuple[LiveAlert, bool]:
        """Take an open alert: its chain stops. The alert, and whether this command was done before.

        404 outside the caller's properties, 403 without the permission, 412 on another version than If-Match,
        409 when it is not open any more.
        """
        by = ctx.principal.staff_id
        return await self._answer(ctx, alert_id, "acknowledged", lambda live, now: acknowledge(live, by, now))

    async def resolve(self, ctx: CommandContext, alert_id: str) -> tuple[LiveAlert, bool]:
        """Say that its cause has ended, where nothing else would say so; 409 where it ends by itself."""
        by = ctx.principal.staff_id
        return await self._answer(ctx, alert_id, "resolved", lambda live, now: resolve(live, by, now))

    async def snooze(self, ctx: CommandContext, alert_id: str, until: Instant) -> tuple[LiveAlert, bool]:
        """Put it off until a moment, a few times and not for long."""
        until = until.replace(microsecond=until.microsecond // 1000 * 1000)
        return await self._answer(ctx, alert_id, "snoozed", lambda live, now: snooze(live, until, now))

    async def hand(self, ctx: CommandContext, alert_id: str, to: str) -> tuple[LiveAlert, bool]:
        """Hand it to a colleague of this hotel, whom it rings at once."""

        def change(live: LiveAlert, now: Instant) -> LiveAlert:
            if not self._parts.staffing.works_at(live.chain, live.alert.property_id, to):
                raise invalid("to", "unknown_colleague", "to names nobody who works here.")
            where = (live.alert.property_id, live.alert.kind, live.alert.department)
            if not self._parts.staffing.hearers(live.chain, *where).knows(to):
                raise invalid("to", "colleague_not_granted", "to names somebody who may not see what this is about.")
            return hand_over(live, ctx.principal.staff_id, to, now)

        return await self._answer(ctx, alert_id, "handed_over", change)

    async def _answer(self, ctx: CommandContext, alert_id: str, verb: str, change: Change) -> tuple[LiveAlert, bool]:
        live = await self._parts.alerts.get(ctx.scope, alert_id)
        if live is None:
            raise not_found("alert")
        alert = live.alert
        if not self._permissions.decide(ctx.principal, "acknowledge", KIND, alert.property_id, alert.department).allow:
            raise forbidden("not_granted", "You may not answer this alert.")
        self._may_answer_for_house(ctx.principal, live)
        where = (alert.property_id, alert.department)
        if alert.kind is not None and not self._permissions.decide(ctx.principal, "read", alert.kind, *where).allow:
            raise not_found("alert")  # who may not see a kind of record hears nothing of it by its alerts (P1)

        async def work(tx: Tx) -> None:
            await self._in_one(ctx, alert_id, verb, change, tx)

        async def shown() -> LiveAlert:
            return await self._parts.alerts.get(ctx.scope, alert_id) or live

        async def do() -> tuple[LiveAlert, bool]:
            await self._commands.run(work)
            return await shown(), False

        async def again(_: Kept) -> tuple[LiveAlert, bool]:
            return await shown(), True

        return await once(self._commands.seen, ctx, do, again)

    def _may_answer_for_house(self, who: Principal, live: LiveAlert) -> None:
        """What watches over the hotel itself is answered by who answers for the hotel, and not by who did it."""
        if live.alert.rule not in SELF_WATCH:
            return
        if not self._permissions.decide(who, OVERSEE, KIND, live.alert.property_id).allow:
            raise forbidden("not_granted", "You may not answer this alert.")
        if live.deed_of is not None and (live.deed_of == who.staff_id or who.speaks_for(live.deed_of)):
            raise forbidden("not_granted", "Somebody else answers what you did.")

    async def _in_one(self, ctx: CommandContext, alert_id: str, verb: str, change: Change, tx: Tx) -> None:
        live, now = (await self._parts.alerts.load(ctx.scope, [alert_id], tx))[alert_id], self._now()
        seen = live.alert.version
        if ctx.if_match not in (None, seen):
            raise AppError(
                ErrorKind.STALE, "version_moved_on", f"It is at version {seen} now; you decided on {ctx.if_match}."
            )
        answered = change(live, now)
        await self._commands.keep(tx, ctx, 200, alert_id, answered.alert.version)
        # The compare-and-set that an escalation races with: the later of the two to commit starts over and sees.
        if not await self._parts.alerts.swap(ctx.scope, answered, seen, tx):
            raise conflict("alert_moved_on", "The alert has just changed; look again.")
        desk = Desk(self._parts, ctx.scope, tx, now)
        desk.settle(answered, verb, ctx.principal.actor, ctx.provenance)
        await desk.finish()
