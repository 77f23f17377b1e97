"""Many decisions in one request: each for itself, once, with its own result."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.records.usecases.commanding import Commanding, Done, Order
from services.records.usecases.house import House
from services.records.usecases.shown_reviews import Decided
from shared.chassis.commands import CommandContext
from shared.chassis.errors import STATUS
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.errors import AppError, ErrorKind, not_found
from shared.contracts.values import derived_id

TRIES = 3


@dataclass(frozen=True)
class Item:
    """One decision of many: its proposal, what is decided, and a digest of just that."""

    record_id: str
    proposal_id: str
    order: Order
    said: str


class Deciding:
    """The use case behind `POST /v1/proposals/decide`."""

    def __init__(self, house: House, commanding: Commanding) -> None:
        self._house, self._commanding = house, commanding

    async def decide(self, ctx: CommandContext, items: Sequence[Item]) -> list[Decided]:
        """Carry out each in a transaction and with an audit of its own; a refusal stops no other.

        The whole request's key is kept first, so that it binds this body; each item's own key follows from it. Sent
        again after whatever happened, what is done is not done twice and what is not is tried.
        """
        await once(self._house.once.seen, ctx, lambda: self._begin(ctx), self._begun)
        return [await self._decided(ctx, item) for item in items]

    async def _begin(self, ctx: CommandContext) -> None:
        async def keep(tx: Tx) -> None:
            await self._house.once.keep(tx, ctx, 200, "decisions", 1)

        await self._house.transactions.run(keep)

    async def _begun(self, _kept: Kept) -> None:
        return None

    async def _decided(self, ctx: CommandContext, item: Item) -> Decided:
        try:
            done = await self._execute(ctx, item)
        except AppError as refusal:
            return Decided(
                record=item.record_id,
                proposal=item.proposal_id,
                status=STATUS[refusal.kind],
                code=refusal.code,
                detail=refusal.message,
            )
        version = done.state.version
        return Decided(
            record=item.record_id, proposal=item.proposal_id, status=200, version=version, replayed=done.replayed
        )

    async def _execute(self, ctx: CommandContext, item: Item) -> Done:
        key = derived_id(ctx.key, item.record_id, item.proposal_id)
        own = replace(ctx, key=key, digest=hashlib.sha256(item.said.encode()).hexdigest())
        for attempt in range(1, TRIES + 1):
            state = await self._house.records.find(ctx.scope, item.record_id)
            if state is None:
                raise not_found("record")
            try:
                # What was shown is bound by the proposal's digest; the record may have moved on beside it.
                return await self._commanding.execute(replace(own, if_match=state.version), item.record_id, item.order)
            except AppError as refusal:
                if refusal.kind is not ErrorKind.STALE or attempt == TRIES:
                    raise
        raise AssertionError("unreachable")
