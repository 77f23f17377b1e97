"""Drafts for guests, and the maildrop of hotels without a channel."""

from services.integrations.domain.messages import Draft
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Duplicate, Mongo, Tx
from shared.contracts.messages import Message
from shared.contracts.values import Scope


class DraftStore:
    """The `drafts` and `maildrop` of this service."""

    def __init__(self, mongo: Mongo, idempotency: Idempotency) -> None:
        self._mongo, self._idempotency = mongo, idempotency
        self._drafts, self._maildrop = mongo.collection("drafts"), mongo.collection("maildrop")

    async def drafts_of(self, scope: Scope, guest_id: str) -> list[Draft]:
        """Every draft for one guest."""
        rows = await self._drafts.find({"body.guest_id": guest_id, **within(scope)}, sort=[("_id", 1)])
        return [Draft.model_validate(row["body"]) for row in rows]

    async def keep_draft(self, scope: Scope, draft: Draft, ctx: CommandContext) -> None:
        """Keep a draft, once for its Idempotency-Key."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 201, draft.id, 1)
            row = {"_id": draft.id, "chain": draft.chain, "prop": draft.property_id}
            await self._drafts.insert_one(row | {"body": draft.model_dump(mode="json")}, tx=tx)

        await self._mongo.run(work)

    async def draft(self, scope: Scope, draft_id: str) -> Draft | None:
        """One draft."""
        row = await self._drafts.find_one({"_id": draft_id, **within(scope)})
        return Draft.model_validate(row["body"]) if row else None

    async def drop(self, scope: Scope, message: Message, address: str, text: str) -> bool:
        """Put a message into the maildrop, once; False when it lies there already."""
        row = {
            "_id": message.id,
            "chain": scope.chain,
            "prop": message.property_id,
            "at": message.at,
            "address": address,
            "text": text,
        }
        try:
            await self._maildrop.insert_one(row)
        except Duplicate:
            return False
        return True
