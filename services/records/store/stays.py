"""Our mirror of stays in MongoDB: the last word `stays.v1` gave on each."""

from collections.abc import Collection, Sequence

from shared.chassis.mongo import Mongo, Put, Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


class MongoStays:
    """The `stays` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("stays")

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[Stay]:
        """The stays of these ids that are known."""
        if not ids:
            return []
        rows = await self._rows.find({"_id": {"$in": sorted(ids)}, "chain": scope.chain}, tx=tx)
        stays = [Stay.model_validate(row["stay"]) for row in rows]
        return [stay for stay in stays if scope.covers(stay.property_id)]

    async def keep(self, scope: Scope, stays: Sequence[Stay], tx: Tx) -> None:
        """Remember stays; the consumer's cursors have put their versions in order."""
        rows = [
            Put(
                {"_id": stay.id},
                {
                    "$set": {"chain": scope.chain, "stay": stay.model_dump(mode="json")},
                    "$currentDate": {"kept_at": True},
                },
            )
            for stay in stays
        ]
        await self._rows.bulk(rows, tx=tx)
