"""How far we have looked at each hotel by ourselves: changes, the nightly whole, tasks, the stream's offset."""

import datetime as dt

from services.integrations.ports.following import Looked
from shared.chassis.mongo import Mongo
from shared.contracts.values import Scope


class LookStore:
    """The `looks` of this service: one document for each connected hotel."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("looks")

    async def find(self, scope: Scope, property_id: str) -> Looked:
        """How far one hotel was looked at; one that never was is looked at from the beginning."""
        row = await self._rows.find_one({"_id": property_id}) or {}
        night = dt.date.fromisoformat(row["night"]) if row.get("night") else None
        return Looked(row.get("changes_until"), night, row.get("tasks_until"), row.get("offset"))

    async def note(self, scope: Scope, property_id: str, **fields: object) -> None:
        """Note how far."""
        said = {name: value.isoformat() if type(value) is dt.date else value for name, value in fields.items()}
        await self._rows.update_one({"_id": property_id}, {"$set": {**said, "chain": scope.chain}}, upsert=True)
