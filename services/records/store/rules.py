"""Hotel rules in MongoDB: every version of each property's own."""

from services.records.domain.rules import PropertyRules
from shared.chassis.mongo import Mongo, Tx
from shared.contracts.values import Scope


class MongoRules:
    """The `rules` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rules")

    async def latest(self, scope: Scope, property_id: str, tx: Tx | None = None) -> tuple[int, PropertyRules | None]:
        """The newest version and its rules; version 1 and None before a property ever changed anything."""
        wanted = {"chain": scope.chain, "property_id": property_id}
        row = await self._rows.find_one(wanted, sort=[("version", -1)], tx=tx)
        return (row["version"], PropertyRules.model_validate(row["rules"])) if row else (1, None)

    async def add(self, scope: Scope, property_id: str, version: int, rules: PropertyRules, tx: Tx) -> None:
        """Keep a new version; one that exists already raises Duplicate."""
        row = {"_id": f"{scope.chain}|{property_id}|{version}", "chain": scope.chain, "property_id": property_id}
        await self._rows.insert_one(row | {"version": version, "rules": rules.model_dump(mode="json")}, tx=tx)
