"""Work that stands in a comment of the PMS and in no record: listed with its words for who may, and settled."""

from collections.abc import Sequence
from typing import Protocol

from services.integrations.domain.comments import KeptComment
from services.integrations.usecases.reading import Ledger, scope_of
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict, forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Scope


class Comments(Protocol):
    """Where comments are kept."""

    async def open(self, scope: Scope, after: str | None, limit: int) -> list[KeptComment]: ...
    async def find(self, scope: Scope, comment_id: str) -> KeptComment | None: ...
    async def settle(self, scope: Scope, after: KeptComment, ctx: CommandContext) -> None: ...


class Unrecorded:
    """Comments that belong to no record."""

    def __init__(self, comments: Comments, ledger: Ledger, policy: Policy, clock: Clock) -> None:
        self._comments, self._ledger, self._policy, self._clock = comments, ledger, policy, clock

    def _allow(self, principal: Principal, action: str, property_id: str | None) -> None:
        verdict = self._policy.decide(principal, action, Resource.COMMENT, property_id)
        if not (verdict.allow and DataClass.PRIVATE_STAY in verdict.read):
            raise forbidden("comments_not_readable", "Your role does not read what the PMS says of a stay.")

    def _known(self, principal: Principal, property_id: str | None) -> None:
        if property_id is None:
            return
        there = self._policy.property(principal.chain, property_id) is not None
        if not (there and scope_of(principal).covers(property_id)):
            raise not_found("property")

    async def page(
        self, principal: Principal, property_id: str | None, after: str | None, limit: int, correlation: str
    ) -> Sequence[KeptComment]:
        """Those of the caller's hotels that are not settled; the read is written down before it is answered."""
        self._allow(principal, "read", None)
        self._known(principal, property_id)
        scope = scope_of(principal, property_id)
        found = await self._comments.open(scope, after, limit)
        if found:
            read = AccessRead(
                subjects=tuple(dict.fromkeys(one.stay_id for one in found)),
                action="read_comments",
                classes=(DataClass.PRIVATE_STAY,),
            )
            event = NewEvent(
                type="access.read.v1",
                chain=principal.chain,
                property_id=property_id or "*",
                subject=self._clock.new_id(),
                sequence=1,
                time=self._clock.now(),
                body=AccessEvent(actor=principal.actor, access=read),
            )
            await self._ledger.tell(scope, [event], Provenance.fresh(correlation))
        return found

    async def settle(
        self, ctx: CommandContext, comment_id: str, record_id: str | None, reason_code: str | None
    ) -> KeptComment:
        """It is on a record now, or needs none, and why."""
        self._allow(ctx.principal, "settle", None)
        scope = scope_of(ctx.principal)
        found = await self._find(scope, comment_id)
        self._allow(ctx.principal, "settle", found.property_id)
        require_version(ctx, found.version)
        if not found.open:
            raise conflict("comment_settled", "This is settled already, or is gone from the PMS.")
        done = {
            "record_id": record_id,
            "reason_code": reason_code,
            "settled_by": ctx.principal.staff_id,
            "settled_at": self._clock.now(),
            "version": found.version + 1,
        }
        after = found.model_copy(update=done)
        await self._comments.settle(scope, after, ctx)
        return after

    async def _find(self, scope: Scope, comment_id: str) -> KeptComment:
        found = await self._comments.find(scope, comment_id)
        if found is None:
            raise not_found("comment")
        return found

    async def kept(self, ctx: CommandContext, comment_id: str) -> KeptComment:
        """One that this Idempotency-Key settled before."""
        return await self._find(scope_of(ctx.principal), comment_id)
