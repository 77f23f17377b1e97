"""Looks through this store for alerts, timers and breaches that nobody will come back to."""

from collections.abc import Sequence

from services.alerts.domain.finding import Fault, Finding
from services.alerts.store.scoping import within
from shared.chassis.mongo import Document, Mongo
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

MOST = 500
_UNTRIED: Document = {"$or": [{"tries": 0}, {"tries": {"$gt": 6}}]}
"""Letters nobody has tried, and those that were taken oftener than any plan of tries says: nobody came back."""
_PENDING_CHAIN: list[Document] = [
    {"$set": {"timer": {"$concat": ["chain|", "$_id"]}}},
    {
        "$lookup": {
            "from": "timers",
            "localField": "timer",
            "foreignField": "_id",
            "as": "timers",
            "pipeline": [{"$match": {"st": "pending"}}],
        }
    },
    {"$match": {"timers": []}},
]
_UNLOGGED: list[Document] = [
    {"$lookup": {"from": "notices", "localField": "_id", "foreignField": "alert", "as": "notices"}},
    {"$match": {"notices": []}},
]


class MongoInspector:
    """Reads `alerts`, `watches`, `notices` and `timers`; keeps its last findings in `inspections`."""

    def __init__(self, mongo: Mongo) -> None:
        self._alerts, self._watches = mongo.collection("alerts"), mongo.collection("watches")
        self._sent = mongo.collection("notifications")
        self._timers, self._kept = mongo.collection("timers"), mongo.collection("inspections")

    async def findings(self, scope: Scope, before: Instant) -> list[Finding]:
        """Alerts without timer or notice, breaches and timers due before a moment; the system scope sees all chains."""
        here = {} if scope.chain == SYSTEM_CHAIN else within(scope)
        waiting = {"live": True, "next_at": {"$ne": None}, **here}
        open_alerts = await self._alerts.aggregate([{"$match": waiting}, *_PENDING_CHAIN, {"$limit": MOST}])
        unlogged = await self._alerts.aggregate([{"$match": {"live": True, **here}}, *_UNLOGGED, {"$limit": MOST}])
        missed = await self._watches.find({"unrung": {"$lt": before}, **here}, limit=MOST)
        unsent = await self._sent.find({"st": "pending", "visible_at": {"$lt": before}, **_UNTRIED}, limit=MOST)
        late = await self._timers.find({"st": {"$in": ["pending", "stuck"]}, "due_at": {"$lt": before}}, limit=MOST)
        return [
            *(_of_alert(Fault.OPEN_WITHOUT_TIMER, row) for row in open_alerts),
            *(_of_alert(Fault.ALERT_WITHOUT_NOTICE, row) for row in unlogged),
            *(_found(Fault.NOTICE_UNSENT, row, row["visible_at"]) for row in unsent),
            *(_found(Fault.BREACH_WITHOUT_ALERT, row, row["unrung"]) for row in missed),
            *(_found(Fault.OVERDUE_TIMER, row | row["data"], row["due_at"]) for row in late),
        ]

    async def keep(self, scope: Scope, found: Sequence[Finding], at: Instant) -> None:
        """Keep the findings of the last look."""
        rows = [one.model_dump() for one in found]
        await self._kept.update_one({"_id": scope.chain}, {"$set": {"at": at, "found": rows}}, upsert=True)

    async def last(self, scope: Scope) -> tuple[Instant | None, list[Finding]]:
        """The findings of the last look that lie within a scope, and when it was."""
        row = await self._kept.find_one({"_id": SYSTEM_CHAIN})
        if row is None:
            return None, []
        found = [Finding.model_validate(one) for one in row["found"]]
        mine = scope.chain == SYSTEM_CHAIN
        return row["at"], [
            one for one in found if mine or (one.chain == scope.chain and scope.covers(one.property_id or ""))
        ]


def _of_alert(fault: Fault, row: Document) -> Finding:
    return _found(fault, row, row["alert"]["opened_at"])


def _found(fault: Fault, row: Document, since: Instant) -> Finding:
    return Finding(fault=fault, id=row["_id"], chain=row.get("chain"), property_id=row.get("property_id"), since=since)
