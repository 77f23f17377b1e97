"""What alerts lets go of for its age: alerts that are over, with the log of who was told of them, and how."""

import datetime as dt

from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.retention import Kept
from shared.contracts.alerts import AlertState
from shared.contracts.identity import DataClass
from shared.contracts.values import Scope

OVER = [AlertState.RESOLVED.value, AlertState.RETRACTED.value]
TOGETHER = 50
"""Alerts of one transaction: each may have been told of some dozen times."""


class Aging:
    """Counts and deletes by age. The events that told of an alert stay where they are."""

    def __init__(self, mongo: Mongo) -> None:
        self._alerts = mongo.collection("alerts")
        self._told = [mongo.collection("notices"), mongo.collection("notifications")]

    async def old(self, scope: Scope, before: dt.datetime) -> int:
        """Alerts that are over and were opened before a moment."""
        return await self._alerts.count(_over(scope, before))

    async def drop(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Delete some of them, and whom they were told."""
        most = min(limit, TOGETHER)
        rows = await self._alerts.find(_over(scope, before), projection={"_id": 1}, limit=most, tx=tx)
        ids = [row["_id"] for row in rows]
        for told in self._told:
            await told.delete_many({"alert": {"$in": ids}, "chain": scope.chain}, tx=tx)
        return await self._alerts.delete_many({"_id": {"$in": ids}, "chain": scope.chain}, tx=tx)


def closed_alerts(mongo: Mongo) -> Kept:
    """Alerts that are over: 400 days, unless a chain keeps them shorter or longer."""
    aging = Aging(mongo)
    return Kept("closed_alerts", DataClass.ORDINARY, 400, 30, aging.old, aging.drop)


def _over(scope: Scope, before: dt.datetime) -> Document:
    return {"chain": scope.chain, "alert.state": {"$in": OVER}, "alert.opened_at": {"$lt": before}}
