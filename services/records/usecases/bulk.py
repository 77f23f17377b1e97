"""One command on many records: each by itself, with its own permission, version, key, events and answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.records.usecases.commanding import Commanding, Order
from services.records.usecases.house import House
from services.records.usecases.shown_bulk import BulkResult, ItemResult
from shared.chassis.commands import CommandContext
from shared.chassis.errors import STATUS
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.errors import AppError, invalid
from shared.contracts.values import derived_id

OK = 200


@dataclass(frozen=True)
class Target:
    """A record and the version the caller decided on."""

    id: str
    version: int


class Bulk:
    """The use case behind `POST /v1/records/bulk`.

    There is no transaction round all of it: what was done before a crash is done, and the same request with the same
    key does the rest, because each record's command has a key of its own.
    """

    def __init__(self, house: House) -> None:
        self._house, self._commanding = house, Commanding(house)

    async def carry_out(
        self, ctx: CommandContext, targets: Sequence[Target], order: Order, preview: bool
    ) -> BulkResult:
        """Do it to each record, or say what would happen; a refusal of one leaves the others alone."""
        if len({target.id for target in targets}) < len(targets):
            raise invalid("items", "unique", "Each record is named once.")
        if not preview:
            await self._claim(ctx)
        results = [await self._one(ctx, target, order, preview) for target in targets]
        done = sum(result.status == OK for result in results)
        return BulkResult(preview=preview, done=done, refused=len(results) - done, items=tuple(results))

    async def _claim(self, ctx: CommandContext) -> None:
        """Take the key for this very request; the same key with another one is refused."""

        async def work(tx: Tx) -> None:
            await self._house.once.keep(tx, ctx, OK, "bulk", 1)

        async def again(_: Kept) -> None:
            """The rest is done now."""

        if await self._house.once.seen(ctx) is None:
            await once(self._house.once.seen, ctx, lambda: self._house.transactions.run(work), again)

    async def _one(self, ctx: CommandContext, target: Target, order: Order, preview: bool) -> ItemResult:
        own = replace(ctx, key=derived_id("bulk", ctx.key, target.id), if_match=target.version)
        try:
            if preview:
                after = await self._commanding.rehearse(own, target.id, order)
                return ItemResult(
                    id=target.id, status=OK, code="would_do", version=after.version, would_be=after.status
                )
            done = await self._commanding.execute(own, target.id, order)
        except AppError as refusal:
            return ItemResult(
                id=target.id,
                status=STATUS[refusal.kind],
                code=refusal.code,
                detail=refusal.message,
                breaches=refusal.breaches,
            )
        return ItemResult(id=target.id, status=OK, code="done", version=done.version)
