"""Public reviews are imported, each once, for the guest service effect."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from services.reporting.domain.reviews import Review, entries, parsed
from services.reporting.ports import Contribution, Keys, SumStore
from services.reporting.usecases.answering import Answering
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.values import Frozen, Scope

MANAGE = "manage"
Transact = Callable[[Callable[[Tx], Awaitable[int]]], Awaitable[int]]


class Imported(Frozen):
    """How many rows were read, and how many of them were new and are kept."""

    read: int
    kept: int


class ReviewStore(Protocol):
    """Keeps reviews."""

    async def add(self, scope: Scope, property_id: str, reviews: Sequence[Review], tx: Tx) -> list[Review]:
        """Keep those that are new, and say which they are."""
        ...


class Reviewing:
    """Takes files of reviews."""

    def __init__(self, reviews: ReviewStore, sums: SumStore, answering: Answering, keys: Keys, run: Transact) -> None:
        self._reviews, self._sums, self._answering, self._keys, self._run = reviews, sums, answering, keys, run

    async def take(
        self, ctx: CommandContext, property_id: str, source: str, text: str, *, dry: bool
    ) -> tuple[Imported, bool]:
        """Take a file, or only look at it; 422 with every row that is wrong, and nothing is taken."""
        self._answering.may(ctx.principal, property_id, MANAGE)
        reviews, scope = parsed(text, property_id, source), Scope(chain=ctx.principal.chain)
        if dry:
            return Imported(read=len(reviews), kept=0), False

        async def work(tx: Tx) -> int:
            await self._keys.keep(tx, ctx, 200, property_id, 1)
            fresh = await self._reviews.add(scope, property_id, reviews, tx)
            given = [Contribution(scope.chain, property_id, entry) for one in fresh for entry in entries(one)]
            await self._sums.add(scope, given, tx)
            return len(fresh)

        async def carry_out() -> tuple[Imported, bool]:
            return Imported(read=len(reviews), kept=await self._run(work)), False

        async def again(kept: Kept) -> tuple[Imported, bool]:
            return Imported(read=len(reviews), kept=0), True

        return await once(self._keys.seen, ctx, carry_out, again)
