"""Somebody asks for silence for a while, with a reason and an end; when it is over, what nobody answered rings."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from services.alerts.domain.silence import Silence, begun, ended
from services.alerts.ports import Announcer, Commands, Permissions, SilenceStore, TimerSetter
from services.alerts.usecases.browsing import scope_of
from services.alerts.usecases.desk import unhush_timer
from services.alerts.usecases.telling import MYSELF, silence_told
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.alerts import SilenceTerms
from shared.contracts.errors import AppError, ErrorKind, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.proposals import Said
from shared.contracts.values import Instant, Scope, derived_id

KIND = "alert"
SILENCE = "silence"


class Silencing:
    """The use cases behind `/v1/silences`."""

    def __init__(
        self,
        silences: SilenceStore,
        timers: TimerSetter,
        outbox: Announcer,
        commands: Commands,
        permissions: Permissions,
        now: Callable[[], Instant],
        new_id: Callable[[], str],
    ) -> None:
        self._silences, self._timers, self._outbox = silences, timers, outbox
        self._commands, self._permissions, self._now, self._new_id = commands, permissions, now, new_id

    async def list(self, caller: Principal, property_id: str | None, *, running: bool) -> list[Silence]:
        """Silences of the caller's properties, newest first; 404 for another's, 403 without the right to read."""
        scope = scope_of(caller)
        if property_id is not None:
            self._known(scope, property_id)
        if not self._permissions.decide(caller, "read", KIND, property_id).allow:
            raise forbidden("not_granted", "You may not read alerts here.")
        return await self._silences.page(scope, property_id, self._now() if running else None)

    async def begin(self, ctx: CommandContext, asked: dict[str, Any], words: str) -> tuple[Silence, bool]:
        """Keep alerts of one hotel silent; `asked`: property, what it covers and until when."""
        scope, hotel, who = ctx.scope, asked["property_id"], ctx.principal
        self._known(scope, hotel)
        self._may(who, hotel, asked.get("department"))
        # The same key names the same silence, so that a repeated command finds it.
        silence_id = derived_id("silence", who.chain, who.staff_id, ctx.key)

        async def do() -> tuple[Silence, bool]:
            now = self._now()
            terms = SilenceTerms(id=silence_id, begun_by=who.staff_id, begun_at=now, version=1, **asked)
            silence = begun(terms, self._said(words), now)

            async def work(tx: Tx) -> None:
                await self._commands.keep(tx, ctx, 201, silence.id, 1)
                await self._silences.save(scope, silence, tx)
                data = {"chain": who.chain, "property_id": hotel}
                await self._timers.arm(
                    tx, [Timer(f"silence|{silence.id}", SILENCE, silence.id, silence.until, 1, data)]
                )
                reason = silence.why.as_ref if silence.why else None
                event = silence_told("begun", who.chain, silence, who.actor, now, reason)
                await self._outbox.append(tx, [event], ctx.provenance)

            await self._commands.run(work)
            return silence, False

        return await self._once(ctx, do)

    async def end(self, ctx: CommandContext, silence_id: str, words: str) -> tuple[Silence, bool]:
        """End a silence before its time."""
        found = await self._silences.get(ctx.scope, silence_id)
        if found is None:
            raise not_found("silence")
        self._may(ctx.principal, found.property_id, found.department)

        async def do() -> tuple[Silence, bool]:
            async def work(tx: Tx) -> Silence:
                before, now = await self._silences.get(ctx.scope, silence_id, tx) or found, self._now()
                if ctx.if_match not in (None, before.version):
                    said = f"It is at version {before.version} now; you decided on {ctx.if_match}."
                    raise AppError(ErrorKind.STALE, "version_moved_on", said)
                after = ended(before, ctx.principal.staff_id, now, self._said(words))
                await self._commands.keep(tx, ctx, 200, silence_id, after.version)
                await self._over(ctx.scope, after, ctx, tx, now)
                return after

            return await self._commands.run(work), False

        return await self._once(ctx, do)

    async def _over(self, scope: Scope, after: Silence, ctx: CommandContext, tx: Tx, now: Instant) -> None:
        await self._silences.save(scope, after, tx)
        await self._timers.disarm(tx, [f"silence|{after.id}"])
        await self._timers.arm(tx, [unhush_timer(scope.chain, after.property_id, now)])
        reason = after.why_ended.as_ref if after.why_ended else None
        event = silence_told("ended", scope.chain, after, ctx.principal.actor, now, reason)
        await self._outbox.append(tx, [event], ctx.provenance)

    async def run_out(self, tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        """Silences whose time is over: said, and what they kept silent is looked at again."""
        for timer, _ in due:
            scope, now = Scope(chain=timer.data["chain"]), self._now()
            silence = await self._silences.get(scope, timer.subject, tx)
            if silence is None or silence.ended_at is not None:
                continue
            after = ended(silence, MYSELF.id, now)
            await self._silences.save(scope, after, tx)
            await self._timers.arm(tx, [unhush_timer(scope.chain, after.property_id, now)])
            event = silence_told("ended", scope.chain, after, MYSELF, now)
            await self._outbox.append(tx, [event], Provenance.fresh(silence.id))

    async def _once(self, ctx: CommandContext, do: Callable[[], Any]) -> tuple[Silence, bool]:
        async def again(kept: Kept) -> tuple[Silence, bool]:
            found = await self._silences.get(ctx.scope, kept.subject)
            if found is None:
                raise not_found("silence")
            return found, True

        return await once(self._commands.seen, ctx, do, again)

    def _said(self, words: str) -> Said:
        return Said(ref=self._new_id(), text=words, salt=secrets.token_hex(16))

    def _known(self, scope: Scope, property_id: str) -> None:
        if not scope.covers(property_id) or self._permissions.property(scope.chain, property_id) is None:
            raise not_found("property")

    def _may(self, caller: Principal, property_id: str, department: Any) -> None:
        if not self._permissions.decide(caller, "silence", KIND, property_id, department).allow:
            raise forbidden("not_granted", "You may not silence alerts here.")
