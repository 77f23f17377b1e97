"""What entries of the audit log are found by: made from the log after it, and made again from it when lost."""

import datetime as dt
from collections.abc import Callable

from services.auth.domain.entries import Facts, facts_of
from services.auth.ports.audit import AuditQuery
from services.auth.store.arrivals import sealed_of
from services.auth.store.audit_versions import AuditVersions
from shared.chassis.mongo import Document, Duplicate, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope

MOST_SUBJECTS = 1000


class AuditIndex:
    """The `audit_facts` rows. The log itself is only ever added to; this follows it by a position of its own."""

    def __init__(self, mongo: Mongo, versions: AuditVersions, now: Callable[[], dt.datetime]) -> None:
        self._mongo, self._versions, self._now = mongo, versions, now
        self._facts, self._entries = mongo.collection("audit_facts"), mongo.collection("audit")
        self._marks, self._heads = mongo.collection("audit_indexed"), mongo.collection("audit_heads")

    async def behind(self, scope: Scope) -> list[str]:
        """Chains with entries that are not indexed yet, whatever the scope: only the indexer asks."""
        assert scope.chain == SYSTEM_CHAIN
        done = {row["_id"]: row["size"] for row in await self._marks.find({})}
        heads = await self._heads.find({}, projection={"size": 1})
        return sorted(row["_id"] for row in heads if row["size"] > done.get(row["_id"], 0))

    async def follow(self, scope: Scope, limit: int) -> int:
        """Index the next entries of one chain; how many. Another indexer's batch gives 0."""

        async def work(tx: Tx) -> int:
            mark = await self._marks.find_one({"_id": scope.chain}, tx=tx)
            start = mark["size"] if mark else 0
            wanted = {"chain": scope.chain, "index": {"$gte": start, "$lt": start + limit}}
            rows = await self._entries.find(wanted, sort=[("index", 1)], tx=tx)
            if not rows:
                return 0
            found = [(row, facts_of(sealed_of(row))) for row in rows]
            ops = [Put({"_id": row["_id"]}, {"$set": _facts(row, facts)}) for row, facts in found]
            await self._facts.bulk(ops, ordered=False, tx=tx)
            await self._versions.note(scope, tx, [(row["topic"], facts) for row, facts in found], self._now())
            moved: Document = {"$set": {"size": rows[-1]["index"] + 1}}
            await self._marks.update_one({"_id": scope.chain}, moved, upsert=True, tx=tx)
            return len(rows)

        try:
            return await self._mongo.run(work)
        except Duplicate:
            return 0

    async def find(self, scope: Scope, query: AuditQuery) -> list[int]:
        """The places of entries that match, newest first."""
        rows = self._within(scope)
        if query.keys:
            rows["keys"] = {"$all": list(query.keys)}
        if query.any_of:
            rows["keys"] = {"$in": list(query.any_of)}
        times = {"$gte": query.since, "$lt": query.until}
        if any(times.values()):
            rows["time"] = {op: moment for op, moment in times.items() if moment}
        if query.before is not None:
            rows["index"] = {"$lt": query.before}
        found = await self._facts.find(rows, projection={"index": 1}, sort=[("index", -1)], limit=query.limit)
        return [row["index"] for row in found]

    async def subjects(self, scope: Scope, key: str) -> list[str]:
        """The aggregates of entries that are found by this key, at most a thousand."""
        steps: list[Document] = [
            {"$match": self._within(scope) | {"keys": key}},
            {"$group": {"_id": "$subject"}},
            {"$limit": MOST_SUBJECTS},
        ]
        return sorted(row["_id"] for row in await self._facts.aggregate(steps))

    @staticmethod
    def _within(scope: Scope) -> Document:
        mine: Document = {"chain": scope.chain}
        if scope.properties is not None:
            mine["property_id"] = {"$in": sorted(scope.properties)}
        return mine


def _facts(row: Document, facts: Facts) -> Document:
    return {
        "chain": row["chain"],
        "index": row["index"],
        "subject": facts.subject,
        "property_id": facts.property_id,
        "time": facts.time,
        "keys": list(facts.keys),
    }
