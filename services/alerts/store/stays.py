"""Keeps what the PMS said of each stay: values without names, to see where they drift."""

from collections.abc import Sequence

from services.alerts.domain.stays import SeenStay
from services.alerts.store.scoping import within
from shared.chassis.mongo import BulkOp, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoStays:
    """The `stays` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("stays")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, SeenStay]:
        """Stays by id."""
        if not ids:
            return {}
        rows = await self._rows.find({"_id": {"$in": list(ids)}, "seen": {"$exists": True}, **within(scope)}, tx=tx)
        return {row["_id"]: SeenStay.model_validate(row["seen"]) for row in rows}

    async def save(self, scope: Scope, stays: Sequence[SeenStay], tx: Tx) -> None:
        """Keep these stays."""
        ops: list[BulkOp] = [
            Put(
                {"_id": one.id},
                {
                    "$set": {
                        "chain": scope.chain,
                        "property_id": one.property_id,
                        "seen": one.model_dump(mode="json"),
                    }
                },
            )
            for one in stays
        ]
        await self._rows.bulk(ops, tx=tx)

    async def hold(self, scope: Scope, ids: Sequence[str], tx: Tx) -> None:
        """Touch these stays, known or not: whoever writes one of them beside this transaction starts over."""
        ops: list[BulkOp] = [
            Put({"_id": one}, {"$inc": {"held": 1}, "$setOnInsert": {"chain": scope.chain}}) for one in ids
        ]
        await self._rows.bulk(ops, tx=tx)
