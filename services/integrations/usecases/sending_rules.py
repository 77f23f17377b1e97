"""How a hotel sends to guests, for whoever runs it: read, and changed as a whole."""

import datetime as dt
from typing import Protocol

from services.integrations.domain.sending_rules import CHAIN, KeptRules, SendingRules
from services.integrations.usecases.reading import scope_of
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy
from shared.chassis.service import require_version
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Scope


class Kept(Protocol):
    """Where rules are kept."""

    async def find(self, scope: Scope, place: str) -> KeptRules: ...
    async def save(self, scope: Scope, after: KeptRules, ctx: CommandContext, now: dt.datetime) -> None: ...


def require_place(policy: Policy, principal: Principal, place: str, action: str) -> Scope:
    """The scope of a place's rules or words. Others' hotels are not found; a chain's own are for who works for it."""
    scope = scope_of(principal)
    if place != CHAIN and (not scope.covers(place) or policy.property(principal.chain, place) is None):
        raise not_found("property")
    if place == CHAIN and action != "read" and principal.properties is not None:
        raise forbidden("not_granted", "What a whole chain says is changed by who works for all of it.")
    if not policy.decide(principal, action, Resource.MESSAGE, None if place == CHAIN else place).allow:
        raise forbidden("not_granted", f"You may not {action} how guests are written to here.")
    return scope


class SendingRuling:
    """The use cases behind `/v1/sending-rules`."""

    def __init__(self, kept: Kept, policy: Policy, clock: Clock) -> None:
        self._kept, self._policy, self._clock = kept, policy, clock

    async def read(self, principal: Principal, place: str) -> KeptRules:
        """A place's rules; a hotel without its own shows its chain's, as version 0."""
        scope = require_place(self._policy, principal, place, "read")
        return await self.kept(scope, place)

    async def kept(self, scope: Scope, place: str) -> KeptRules:
        """The same without asking who reads."""
        own = await self._kept.find(scope, place)
        if own.version or place == CHAIN:
            return own
        return own.model_copy(update={"rules": (await self._kept.find(scope, CHAIN)).rules})

    async def change(self, ctx: CommandContext, place: str, rules: SendingRules) -> KeptRules:
        """Give a place its own rules."""
        scope = require_place(self._policy, ctx.principal, place, "manage")
        before = await self._kept.find(scope, place)
        require_version(ctx, before.version + 1)
        after = KeptRules(
            chain=ctx.principal.chain,
            place=place,
            rules=rules,
            version=before.version + 1,
            changed_by=ctx.principal.staff_id,
            changed_at=self._clock.now(),
        )
        await self._kept.save(scope, after, ctx, self._clock.now())
        return after
