"""Shows commands out that wait for a person, and has one tried again, with a reason."""

import secrets
from collections.abc import Sequence
from typing import Protocol

from services.integrations.domain.commanding import Redrive, Waiting
from services.integrations.usecases.incoming import refuse_cards
from services.integrations.usecases.reading import scope_of
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy
from shared.chassis.service import require_version
from shared.contracts.errors import conflict, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Scope


class Commands(Protocol):
    """Where commands out are kept."""

    async def listed(self, scope: Scope, *, dead: bool, after: str | None, limit: int) -> list[Waiting]: ...
    async def find(self, scope: Scope, command_id: str) -> Waiting | None: ...
    async def redrive(self, scope: Scope, one: Waiting, by: Redrive, ctx: CommandContext) -> None: ...


class Redriving:
    """For who may: reading and trying again are rights of their own."""

    def __init__(self, commands: Commands, policy: Policy, clock: Clock) -> None:
        self._commands, self._policy, self._clock = commands, policy, clock

    def _allow(self, principal: Principal, action: str, property_id: str | None = None) -> None:
        where = (property_id,) if property_id else ()
        verdict = self._policy.decide(principal, action, Resource.COMMAND, *where)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not see what waits for the PMS.")

    def _known(self, principal: Principal, property_id: str | None) -> None:
        if property_id is None:
            return
        there = self._policy.property(principal.chain, property_id) is not None
        if not (there and scope_of(principal).covers(property_id)):
            raise not_found("property")

    async def page(
        self, principal: Principal, property_id: str | None, *, dead: bool, after: str | None, limit: int
    ) -> Sequence[Waiting]:
        """Commands of the caller's hotels, by id."""
        self._allow(principal, "read")
        self._known(principal, property_id)
        return await self._commands.listed(scope_of(principal, property_id), dead=dead, after=after, limit=limit)

    async def one(self, principal: Principal, command_id: str) -> Waiting:
        """One command; another hotel's is not found."""
        self._allow(principal, "read")
        found = await self._commands.find(scope_of(principal), command_id)
        if found is None:
            raise not_found("command")
        return found

    async def __call__(self, ctx: CommandContext, command_id: str, reason: str) -> Waiting:
        """Have a dead one tried again. Where it may have been done, it is looked for first."""
        self._allow(ctx.principal, "redrive")
        refuse_cards("reason", reason)
        scope = scope_of(ctx.principal)
        found = await self._commands.find(scope, command_id)
        if found is None:
            raise not_found("command")
        self._allow(ctx.principal, "redrive", found.property_id)
        require_version(ctx, found.version)
        if not found.dead:
            raise conflict("command_not_dead", "It is tried already, or what became of it is known.")
        by = Redrive(
            by=ctx.principal.actor,
            at=self._clock.now(),
            ref=self._clock.new_id(),
            salt=secrets.token_hex(16),
            reason=reason,
        )
        await self._commands.redrive(scope, found, by, ctx)
        return await self.one(ctx.principal, command_id)
