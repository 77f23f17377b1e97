"""Notes and tasks for the PMS through their states; they tell no event of their own, only when one is dead."""

from services.integrations.domain.pms_orders import OrderRow
from services.integrations.store.outgoing import FRESH, Outgoing, OutgoingStore
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.commands_out import CommandSort
from shared.contracts.values import Scope


def _row(row: OrderRow) -> Document:
    return {
        "_id": row.id,
        "chain": row.chain,
        "prop": row.property_id,
        "stay": row.stay_id,
        "record": row.record_id,
        "sort": row.sort.value,
        "state": row.state.value,
        "at": row.at,
        "body": row.model_dump(mode="json"),
    }


def _order(row: Document) -> OrderRow:
    return OrderRow.model_validate(row["body"])


class OrderStore(OutgoingStore[OrderRow]):
    """The `pms_orders` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._idempotency = mongo, idempotency
        self._rows = mongo.collection("pms_orders")
        self._sent = Outgoing(self._rows, outbox, _row, _order, None, CommandSort.NOTE)

    async def ask(self, scope: Scope, row: OrderRow, ctx: CommandContext) -> None:
        """Keep what a person asks for, once for their key."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 202, row.id, row.version)
            await self._rows.insert_one(_row(row) | FRESH, tx=tx)

        await self._mongo.run(work)

    async def find(self, scope: Scope, order_id: str, tx: Tx | None = None) -> OrderRow | None:
        """One of them."""
        row = await self._rows.find_one({"_id": order_id, **within(scope)}, tx=tx)
        return _order(row) if row else None
