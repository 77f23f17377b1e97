"""Private texts in MongoDB: the only place where words and salts are kept."""

from collections.abc import Collection, Mapping

from shared.chassis.mongo import Mongo, Tx
from shared.contracts.values import Scope


class MongoTexts:
    """The `texts` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("texts")

    async def read(self, scope: Scope, refs: Collection[str]) -> Mapping[str, str]:
        """The texts that are still there, by reference."""
        if not refs:
            return {}
        wanted = {"chain": scope.chain, "_id": {"$in": sorted(refs)}}
        return {row["_id"]: row["text"] for row in await self._rows.find(wanted, projection={"text": 1})}

    async def of(self, scope: Scope, record_ids: Collection[str]) -> list[tuple[str, str, str]]:
        """All texts of these records: record, reference, words."""
        wanted = {"chain": scope.chain, "record_id": {"$in": sorted(record_ids)}}
        rows = await self._rows.find(wanted, projection={"record_id": 1, "text": 1})
        return [(row["record_id"], row["_id"], row["text"]) for row in rows]

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> int:
        """Delete the texts and salts of these records; how many."""
        return await self._rows.delete_many({"chain": scope.chain, "record_id": {"$in": sorted(record_ids)}}, tx=tx)
