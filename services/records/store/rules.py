"""Hotel rules in MongoDB: every version of each place's own, and what this process last read of those in force."""

import datetime as dt

from services.records.domain.rulebook import MOST_OPEN, Head, RuleVersion, VersionState
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.version_rows import APPROVED, VersionRows
from shared.contracts.values import Scope


class MongoRules(VersionRows[RuleVersion]):
    """The `rules` collection: one row for each version, its state as one value, beside it what is asked for."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo.collection("rules"), RuleVersion)

    async def head(self, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head:
        """Where the rules of a place stand."""
        whole = {"chain": scope.chain, "place": place}
        last = await self.rows.find_one(whole, projection={"version": 1}, sort=[("version", -1)], tx=tx)
        told = await self.rows.find_one(whole, projection={"seq": 1}, sort=[("seq", -1)], tx=tx)
        approved = await self.rows.find_one(whole | {"state": APPROVED}, sort=[("version", -1)], tx=tx)
        waits = [{"state": VersionState.PROPOSED.value}, {"state": APPROVED, "starts_at": {"$gt": now}}]
        waiting = await self.rows.find(whole | {"$or": waits}, projection={"_id": 1}, limit=MOST_OPEN, tx=tx)
        if last is None or told is None:
            return Head()
        return Head(last["version"], told["seq"], self.version(approved) if approved else None, len(waiting))
