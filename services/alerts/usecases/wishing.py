"""A person says how they want to hear of alerts, and which of their browsers take them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.alerts.domain.preferences import Device, Preferences
from services.alerts.ports import Commands
from services.alerts.ports.channels import WishStore
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.contracts.errors import forbidden
from shared.contracts.identity import Principal
from shared.contracts.values import Frozen, Instant, Scope

Result = TypeVar("Result")


class ShownWishes(Frozen):
    """One's own wishes, how many browsers take messages, what channels there are, and the key that browsers need."""

    wishes: Preferences
    devices: int
    channels: tuple[str, ...]
    push_key: str | None
    revision: int


class Wishing:
    """About the caller alone. No event tells of it: addresses stay here."""

    def __init__(
        self,
        wishes: WishStore,
        commands: Commands,
        usable: frozenset[str],
        push_key: str | None,
        real_now: Callable[[], Instant],
    ) -> None:
        self._wishes, self._commands, self._usable = wishes, commands, usable
        self._push_key, self._real_now = push_key, real_now

    async def read(self, caller: Principal) -> ShownWishes:
        """One's own."""
        scope = Scope(chain=caller.chain)
        person = (await self._wishes.people(scope, [caller.staff_id])).get(caller.staff_id)
        return ShownWishes(
            wishes=person.wishes if person else Preferences(),
            devices=len(person.devices) if person else 0,
            channels=tuple(sorted(self._usable)),
            push_key=self._push_key,
            revision=await self._wishes.version(scope, caller.staff_id) + 1,
        )

    async def change(self, ctx: CommandContext, wishes: Preferences) -> ShownWishes:
        """Replace one's own."""

        async def work(scope: Scope, tx: Tx) -> int:
            version = await self._wishes.version(scope, ctx.principal.staff_id, tx)
            require_version(ctx, version + 1)
            await self._wishes.save(scope, ctx.principal.staff_id, wishes, version + 1, tx)
            return version + 1

        return await self._changed(ctx, work)

    async def add_device(self, ctx: CommandContext, device: Device) -> ShownWishes:
        """Let a browser take messages."""

        async def work(scope: Scope, tx: Tx) -> int:
            await self._wishes.add_device(scope, ctx.principal.staff_id, device, self._real_now(), tx)
            return 1

        return await self._changed(ctx, work)

    async def drop_device(self, ctx: CommandContext, endpoint: str) -> ShownWishes:
        """Let a browser take no more; one that is none of the caller's stays as it is."""

        async def work(scope: Scope, tx: Tx) -> int:
            await self._wishes.drop_device(scope, endpoint, ctx.principal.staff_id, tx)
            return 1

        return await self._changed(ctx, work)

    async def _changed(self, ctx: CommandContext, work: Callable[[Scope, Tx], Awaitable[int]]) -> ShownWishes:
        if ctx.principal.scopes is not None:
            raise forbidden("people_only", "A program is told nothing.")
        scope = Scope(chain=ctx.principal.chain)

        async def whole(tx: Tx) -> None:
            version = await work(scope, tx)
            await self._commands.keep(tx, ctx, 200, f"wishes:{ctx.principal.staff_id}", version)

        async def do() -> ShownWishes:
            await self._commands.run(whole)
            return await self.read(ctx.principal)

        return await once(self._commands.seen, ctx, do, lambda _: self.read(ctx.principal))
