"""Keeps spot checks, the days that were drawn, and imported reviews."""

import datetime as dt
from collections.abc import Sequence

from services.reporting.domain.reviews import Review
from services.reporting.domain.spot import SpotCheck
from services.reporting.store.schedules import within
from shared.chassis.mongo import BulkOp, Document, Insert, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoSpots:
    """The `spots` collection, and `spot_days`: the days that were looked at."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._days = mongo.collection("spots"), mongo.collection("spot_days")

    async def find(self, scope: Scope, check_id: str) -> SpotCheck | None:
        """One check."""
        row = await self._rows.find_one({"_id": check_id, **within(scope)})
        return SpotCheck.model_validate(row["body"]) if row else None

    async def between(self, scope: Scope, start: dt.date, end: dt.date) -> list[SpotCheck]:
        """Those of some days."""
        days = {"$gte": start.isoformat(), "$lte": end.isoformat()}
        rows = await self._rows.find({**within(scope), "day": days}, sort=[("day", 1), ("_id", 1)])
        return [SpotCheck.model_validate(row["body"]) for row in rows]

    async def open(self, scope: Scope, limit: int) -> list[SpotCheck]:
        """Those that nobody made yet, the newest days first."""
        wanted = {**within(scope), "open": True}
        rows = await self._rows.find(wanted, sort=[("day", -1), ("_id", 1)], limit=limit)
        return [SpotCheck.model_validate(row["body"]) for row in rows]

    async def there(self, scope: Scope, ids: Sequence[str], tx: Tx) -> set[str]:
        """Which of these are there."""
        rows = await self._rows.find({"_id": {"$in": list(ids)}}, projection={"_id": 1}, tx=tx)
        return {row["_id"] for row in rows}

    async def add(self, scope: Scope, checks: Sequence[SpotCheck], tx: Tx) -> None:
        """Keep new ones."""
        await self._rows.bulk([Insert({"_id": one.id, **_row(one)}) for one in checks], tx=tx)

    async def replace(self, scope: Scope, check: SpotCheck, tx: Tx) -> bool:
        """Keep the next version in place of the one before it; False when it has moved on."""
        held = {"_id": check.id, "version": check.version - 1, **within(scope)}
        return await self._rows.update_one(held, {"$set": _row(check)}, tx=tx) == 1

    async def was_drawn(self, scope: Scope, property_id: str, day: dt.date) -> bool:
        """Whether a day was looked at."""
        return await self._days.find_one({"_id": f"{scope.chain}|{property_id}|{day}"}) is not None

    async def drew(self, scope: Scope, property_id: str, day: dt.date, tx: Tx) -> None:
        """A day was looked at."""
        row = {"chain": scope.chain, "prop": property_id}
        await self._days.bulk([Put({"_id": f"{scope.chain}|{property_id}|{day}"}, {"$set": row})], tx=tx)


class MongoReviews:
    """The `reviews` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("reviews")

    async def add(self, scope: Scope, property_id: str, reviews: Sequence[Review], tx: Tx) -> list[Review]:
        """Keep those that are new, and say which they are."""
        ids = [one.id for one in reviews]
        rows = await self._rows.find({"_id": {"$in": ids}}, projection={"_id": 1}, tx=tx)
        known = {row["_id"] for row in rows}
        fresh = [one for one in reviews if one.id not in known]
        place = {"chain": scope.chain, "prop": property_id}
        ops: list[BulkOp] = [
            Insert({"_id": one.id, **place, "source": one.source, "day": one.day.isoformat(), "tenths": one.tenths})
            for one in fresh
        ]
        await self._rows.bulk(ops, tx=tx)
        return fresh


def _row(check: SpotCheck) -> Document:
    return {
        "chain": check.chain,
        "prop": check.property_id,
        "day": check.day.isoformat(),
        "open": check.entered_by is None,
        "version": check.version,
        "body": check.model_dump(mode="json"),
    }
