"""Agents' statements in MongoDB: one row a line, never changed."""

import datetime as dt
from collections.abc import Sequence

from services.records.domain.incentives import EarningLine, LineKind
from services.records.ports import Earned, Period
from services.records.store.records import within
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.values import Scope


class MongoEarnings:
    """The `earnings` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("earnings")

    async def add(self, scope: Scope, lines: Sequence[EarningLine], tx: Tx) -> None:
        """Add lines; one that is there already stays as it is."""
        ids = [_id(scope, line) for line in lines]
        there = await self._rows.find({"_id": {"$in": ids}}, projection={"_id": 1}, tx=tx)
        known = {row["_id"] for row in there}
        fresh = [_row(scope, line) for line in lines if _id(scope, line) not in known]
        if fresh:
            await self._rows.insert_many(fresh, tx=tx)

    async def page(
        self, scope: Scope, period: Period, after: tuple[dt.datetime, str] | None, limit: int
    ) -> list[EarningLine]:
        """The lines of a period, oldest first, after one of them."""
        wanted: Document = {"$and": [within(scope), _in(period)]}
        if after is not None:
            moment, last = after[0], f"{scope.chain}|{after[1]}"
            wanted["$and"].append({"$or": [{"at": {"$gt": moment}}, {"at": moment, "_id": {"$gt": last}}]})
        rows = await self._rows.find(wanted, sort=[("at", 1), ("_id", 1)], limit=limit)
        return [EarningLine.model_validate(row["line"]) for row in rows]

    async def sums(self, scope: Scope, period: Period) -> list[Earned]:
        """The sums of a period by agent, currency and kind."""
        group: Document = {
            "_id": {"agent": "$agent", "currency": "$line.amount.currency", "kind": "$line.kind"},
            "lines": {"$sum": 1},
            "amount": {"$sum": "$line.amount.amount"},
            "incentive": {"$sum": "$line.incentive.amount"},
        }
        match: Document = {"$and": [within(scope), _in(period)]}
        rows = await self._rows.aggregate([{"$match": match}, {"$group": group}])
        return sorted(
            Earned(
                row["_id"]["agent"],
                row["_id"]["currency"],
                LineKind(row["_id"]["kind"]),
                row["lines"],
                row["amount"],
                row["incentive"],
            )
            for row in rows
        )


def _id(scope: Scope, line: EarningLine) -> str:
    return f"{scope.chain}|{line.id}"


def _in(period: Period) -> Document:
    wanted: Document = {"property_id": period.property_id, "at": {"$gte": period.since, "$lt": period.until}}
    return wanted | ({"agent": period.agent} if period.agent is not None else {})


def _row(scope: Scope, line: EarningLine) -> Document:
    told = line.model_dump(mode="json")
    whose = {"chain": scope.chain, "property_id": line.property_id, "agent": line.agent}
    return {"_id": _id(scope, line), **whose, "at": line.at, "line": told}
