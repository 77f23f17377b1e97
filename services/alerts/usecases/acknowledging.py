"""Somebody takes an alert: its chain stops in the moment this commits."""

from collections.abc import Callable

from services.alerts.domain.alert import LiveAlert, acknowledge
from services.alerts.ports import Commands, Permissions
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, not_found
from shared.contracts.values import Instant

KIND = "alert"


class Acknowledging:
    """The acknowledge command."""

    def __init__(self, parts: Parts, commands: Commands, permissions: Permissions, now: Callable[[], Instant]) -> None:
        self._parts, self._commands, self._permissions, self._now = parts, commands, permissions, now

    async def acknowledge(self, ctx: CommandContext, alert_id: str) -> tuple[LiveAlert, bool]:
        """Acknowledge an open alert; the alert, and whether this was a repetition of a command already done.

        404 outside the caller's properties, 403 without the permission, 412 on another version than If-Match,
        409 when it is not open any more.
        """
        live = await self._parts.alerts.get(ctx.scope, alert_id)
        if live is None:
            raise not_found("alert")
        alert = live.alert
        if not self._permissions.decide(ctx.principal, "acknowledge", KIND, alert.property_id, alert.department).allow:
            raise forbidden("not_granted", "You may not acknowledge this alert.")

        async def work(tx: Tx) -> LiveAlert:
            return await self._in_one(ctx, alert_id, tx)

        async def do() -> tuple[LiveAlert, bool]:
            return await self._commands.run(work), False

        async def again(kept: Kept) -> tuple[LiveAlert, bool]:
            taken = await self._parts.alerts.get(ctx.scope, kept.subject)
            return taken or live, True

        return await once(self._commands.seen, ctx, do, again)

    async def _in_one(self, ctx: CommandContext, alert_id: str, tx: Tx) -> LiveAlert:
        live = (await self._parts.alerts.load(ctx.scope, [alert_id], tx))[alert_id]
        seen = live.alert.version
        if ctx.if_match not in (None, seen):
            raise AppError(
                ErrorKind.STALE, "version_moved_on", f"It is at version {seen} now; you decided on {ctx.if_match}."
            )
        taken = acknowledge(live, ctx.principal.staff_id, self._now())
        await self._commands.keep(tx, ctx, 200, alert_id, taken.alert.version)
        # The compare-and-set that an escalation races with: the later of the two to commit starts over and sees.
        if not await self._parts.alerts.swap(ctx.scope, taken, seen, tx):
            raise conflict("alert_moved_on", "The alert has just changed; look again.")
        desk = Desk(self._parts, ctx.scope, tx, self._now())
        desk.settle(taken, "acknowledged", ctx.principal.actor, ctx.provenance)
        await desk.finish()
        return taken
