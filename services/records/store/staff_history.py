"""Versions of the staff in MongoDB, each from its moment on."""

import datetime as dt
from collections.abc import Sequence

from services.records.domain.staff_history import StaffVersion
from shared.chassis.mongo import BulkOp, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoStaffHistory:
    """The `staff_versions` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("staff_versions")

    async def keep(self, scope: Scope, versions: Sequence[StaffVersion], tx: Tx) -> None:
        """Keep versions; one that is there already stays as it is."""
        kept: list[BulkOp] = [
            Put(
                {"_id": f"{scope.chain}|{each.member.id}|{each.member.version}"},
                {
                    "$setOnInsert": {
                        "chain": scope.chain,
                        "since": each.since,
                        "version": each.member.version,
                        "told": each.model_dump(mode="json"),
                    }
                },
            )
            for each in versions
        ]
        await self._rows.bulk(kept, tx=tx)

    async def between(self, scope: Scope, first: dt.datetime, last: dt.datetime) -> list[StaffVersion]:
        """What tells the chain's staff at any moment from `first` to `last`.

        Of each person the versions that began in between, the newest before, and the first one.
        """
        within = {"$or": [{"since": {"$gt": first, "$lte": last}}, {"version": 1}]}
        rows = await self._rows.find({"chain": scope.chain, **within})
        newest = await self._rows.aggregate(
            [
                {"$match": {"chain": scope.chain, "since": {"$lte": first}}},
                {"$sort": {"version": -1}},
                {"$group": {"_id": "$told.member.id", "row": {"$first": "$_id"}}},
            ]
        )
        there = {row["_id"] for row in rows}
        missing = [row["row"] for row in newest if row["row"] not in there]
        rows += await self._rows.find({"_id": {"$in": missing}}) if missing else []
        return [StaffVersion.model_validate(row["told"]) for row in rows]
