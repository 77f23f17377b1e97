"""Keeps the places that hear of alerts: a team's chat, a webhook."""

from services.alerts.domain.outgoing import Destination
from services.alerts.store.scoping import within
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.values import Scope


class MongoDestinations:
    """The `destinations` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("destinations")

    async def all(self, scope: Scope, property_id: str | None = None) -> list[Destination]:
        """Those of a scope that are told, by name."""
        wanted: Document = {**within(scope), "gone_at": None}
        if property_id is not None:
            wanted = {"$and": [wanted, {"property_id": property_id}]}
        return [_of(row) for row in await self._rows.find(wanted, sort=[("name", 1), ("_id", 1)], limit=500)]

    async def get(self, scope: Scope, destination_id: str) -> Destination | None:
        """One of them."""
        row = await self._rows.find_one({"_id": destination_id, **within(scope)})
        return _of(row) if row else None

    async def save(self, scope: Scope, destination: Destination, tx: Tx) -> None:
        """Keep it."""
        row = {**destination.model_dump(exclude={"id"}), "chain": scope.chain}
        await self._rows.update_one({"_id": destination.id}, {"$set": row}, upsert=True, tx=tx)


def _of(row: Document) -> Destination:
    return Destination.model_validate(
        {name: row[name] for name in Destination.model_fields if name in row} | {"id": row["_id"]}
    )
