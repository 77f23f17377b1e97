"""Requests to payment providers in MongoDB: one open at a time for each payment, saved before anything leaves."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.payments import OPEN, DepositCapture, OperationRow, deposit_capture_id, told
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentOperation
from shared.contracts.values import SYSTEM_CHAIN, Scope


def _row(row: OperationRow) -> Document:
    one = row.operation
    return {
        "_id": one.id,
        "chain": row.chain,
        "prop": one.property_id,
        "payment": one.payment_id,
        "stay": one.stay_id,
        "state": one.state.value,
        "open": one.state in OPEN,
        "at": one.at,
        "body": row.model_dump(mode="json"),
    }


def _operation(row: Document) -> OperationRow:
    return OperationRow.model_validate(row["body"])


class PaymentStore:
    """The `payments` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows = mongo.collection("payments")

    async def ask(self, scope: Scope, row: OperationRow, ctx: CommandContext) -> None:
        """Keep a request; while another one of its payment is open it is a conflict."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 201, row.operation.id, 1)
            await self._rows.insert_one(_row(row) | {"claimed": None}, tx=tx)
            await self._outbox.append(tx, [told(row, ctx.principal.actor)], ctx.provenance)

        try:
            await self._mongo.run(work)
        except Duplicate:
            open_one = {"payment": row.operation.payment_id, "open": True, "chain": scope.chain}
            if await self._rows.find_one(open_one, projection={"_id": 1}):
                raise conflict("payment_busy", "An earlier request of this payment is not settled yet.") from None
            raise

    async def take_deposit(self, scope: Scope, tx: Tx, asked: DepositCapture, provenance: Provenance) -> None:
        """Keep what a record's deposit asks for, once, in the transaction that hears of it."""
        if await self._rows.find_one({"_id": asked.id, **within(scope)}, projection={"_id": 1}, tx=tx):
            return
        wanted = {"payment": asked.line.payment, "prop": asked.property_id, **within(scope)}
        held = await self._rows.find(wanted, sort=[("_id", 1)], tx=tx)
        row = asked.on([_operation(each).operation for each in held])
        await self._rows.insert_one(_row(row) | {"claimed": None}, tx=tx)
        await self._outbox.append(tx, [told(row)], provenance)

    async def deposit(self, scope: Scope, record_id: str, line_id: str) -> PostingState | None:
        """How far the taking of a deposit is; None of one that takes nothing at a provider."""
        found = await self.find(scope, deposit_capture_id(record_id, line_id))
        return found.operation.state if found else None

    async def of_payment(self, scope: Scope, payment_id: str) -> list[PaymentOperation]:
        """The requests of a payment, oldest first."""
        rows = await self._rows.find({"payment": payment_id, **within(scope)}, sort=[("_id", 1)])
        return [_operation(row).operation for row in rows]

    async def of_stay(self, scope: Scope, stay_id: str) -> list[PaymentOperation]:
        """The requests about a stay, oldest first."""
        rows = await self._rows.find({"stay": stay_id, **within(scope)}, sort=[("_id", 1)])
        return [_operation(row).operation for row in rows]

    async def find(self, scope: Scope, operation_id: str) -> OperationRow | None:
        """One request."""
        row = await self._rows.find_one({"_id": operation_id, **within(scope)})
        return _operation(row) if row else None

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[OperationRow, bool] | None:
        """Take the next one to send, saved as `sending`, with the moment of its first try, before anything leaves.

        One left `sending` since `before` is handed out again, marked True: it may have been carried out.
        """
        pending, sending = PostingState.PENDING.value, PostingState.SENDING.value
        wanted: Document = {"$or": [{"state": pending}, {"state": sending, "claimed": {"$lt": before}}]}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        found = await self._rows.find_one(wanted, sort=[("_id", 1)])
        if found is None:
            return None
        first = found["body"].get("first_tried") or now.isoformat()
        mine = {"_id": found["_id"], "state": found["state"], "claimed": found["claimed"]}
        taking = {"$set": {"state": sending, "claimed": now, "body.first_tried": first}}
        taken = await self._rows.find_one_and_update(mine, taking)
        if taken is None:
            return await self.claim(scope, now, before)
        return _operation(taken), found["state"] == sending

    async def settle(self, scope: Scope, after: OperationRow, provenance: Provenance) -> bool:
        """Save how it ended, with its event; False if it was settled."""

        async def work(tx: Tx) -> bool:
            mine = {"_id": after.operation.id, "state": PostingState.SENDING.value, **within(scope)}
            if not await self._rows.update_one(mine, {"$set": _row(after)}, tx=tx):
                return False
            await self._outbox.append(tx, [told(after)], provenance)
            return True

        return await self._mongo.run(work)

    async def resolve(
        self,
        scope: Scope,
        after: OperationRow,
        event: NewEvent,
        provenance: Provenance,
        ctx: CommandContext | None = None,
    ) -> bool:
        """Save what became of an unknown one, by reading back or by a person's word; False if it moved meanwhile."""

        async def work(tx: Tx) -> bool:
            if ctx:
                await self._idempotency.keep(tx, ctx, 200, after.operation.id, after.operation.version)
            mine = {"_id": after.operation.id, "state": PostingState.UNKNOWN.value, **within(scope)}
            if not await self._rows.update_one(mine, {"$set": _row(after)}, tx=tx):
                return False
            await self._outbox.append(tx, [event], provenance)
            return True

        return await self._mongo.run(work)

    async def unknown(self, scope: Scope) -> Sequence[OperationRow]:
        """Requests of which nobody knows whether they were carried out."""
        wanted: Document = {"state": PostingState.UNKNOWN.value, "open": True}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        return [_operation(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=200)]

    async def moved_between(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime
    ) -> list[PaymentOperation]:
        """What was done at the provider in a stretch of time."""
        wanted = {"prop": property_id, "chain": scope.chain, "state": PostingState.DONE.value}
        rows = await self._rows.find(wanted | {"at": {"$gte": since, "$lt": until}}, sort=[("_id", 1)])
        return [_operation(row).operation for row in rows]
