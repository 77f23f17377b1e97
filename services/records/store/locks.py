"""Locks of sums in MongoDB: a compare-and-set on the version, an insert for the first."""

import datetime as dt
from collections.abc import Collection, Mapping

from shared.chassis.clock import Clock
from shared.chassis.mongo import BulkOp, Insert, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoLocks:
    """The `locks` collection; forgotten after some weeks, when no sum reaches back that far."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._rows, self._clock = mongo.collection("locks"), clock

    async def read(self, scope: Scope, names: Collection[str], tx: Tx) -> dict[str, int]:
        """The version of each; 0 where nobody added yet."""
        ids = [f"{scope.chain}|{name}" for name in names]
        rows = await self._rows.find({"_id": {"$in": ids}}, projection={"version": 1}, tx=tx) if ids else []
        held = {row["_id"]: row["version"] for row in rows}
        return {name: held.get(f"{scope.chain}|{name}", 0) for name in names}

    async def move(self, scope: Scope, read: Mapping[str, int], tx: Tx) -> None:
        """One on from what was read; one that moved meanwhile makes the transaction fail."""
        at: dt.datetime = self._clock.real_now()
        ops: list[BulkOp] = []
        for name, version in sorted(read.items()):
            row = {"_id": f"{scope.chain}|{name}", "version": version}
            moved = {"version": version + 1, "at": at}
            ops.append(Put(row, {"$set": moved}, upsert=False) if version else Insert({**row, **moved}))
        if ops:
            await self._rows.bulk(ops, tx=tx)
