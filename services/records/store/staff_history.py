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

    async def until(self, scope: Scope, at: dt.datetime) -> list[StaffVersion]:
        """Every version of the chain's staff that had begun by a moment, and each person's first one."""
        wanted = {"chain": scope.chain, "$or": [{"since": {"$lte": at}}, {"version": 1}]}
        return [StaffVersion.model_validate(row["told"]) for row in await self._rows.find(wanted)]
