"""Hotel rules in MongoDB: every version of each property's own."""

import time

from services.records.domain.rules import PropertyRules
from shared.chassis.mongo import Mongo, Tx
from shared.contracts.values import Scope

Version = tuple[int, PropertyRules | None]
RECENT_S = 1.0


class MongoRules:
    """The `rules` collection, and what this process last read of it."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rules")
        self._recent: dict[tuple[str, str], tuple[float, Version]] = {}

    async def recent(self, scope: Scope, property_id: str) -> Version:
        """As `latest` was at most a second ago; what this process added holds at once."""
        place, now = (scope.chain, property_id), time.monotonic()
        held = self._recent.get(place)
        if held is None or now - held[0] >= RECENT_S:
            self._keep(place, now, await self.latest(scope, property_id))
        return self._recent[place][1]

    def _keep(self, place: tuple[str, str], read_at: float, known: Version) -> None:
        held = self._recent.get(place)
        if held is None or held[1][0] <= known[0]:  # a slow read never hides what was added meanwhile
            self._recent[place] = (read_at, known)

    async def latest(self, scope: Scope, property_id: str, tx: Tx | None = None) -> Version:
        """The newest version and its rules; version 1 and None before a property ever changed anything."""
        wanted = {"chain": scope.chain, "property_id": property_id}
        row = await self._rows.find_one(wanted, sort=[("version", -1)], tx=tx)
        return (row["version"], PropertyRules.model_validate(row["rules"])) if row else (1, None)

    async def add(self, scope: Scope, property_id: str, version: int, rules: PropertyRules, tx: Tx) -> None:
        """Keep a new version; one that exists already raises Duplicate."""
        row = {"_id": f"{scope.chain}|{property_id}|{version}", "chain": scope.chain, "property_id": property_id}
        await self._rows.insert_one(row | {"version": version, "rules": rules.model_dump(mode="json")}, tx=tx)
        place = (scope.chain, property_id)
        tx.after_commit.append(lambda: self._keep(place, time.monotonic(), (version, rules)))
