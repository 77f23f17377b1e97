"""Who is away, in MongoDB: one row for each member of the staff."""

import datetime as dt
from collections.abc import Collection, Sequence

from services.records.domain.absence import Duty
from services.records.domain.state import RecordState
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope


class MongoDuties:
    """The `duties` collection, and the open records of its people."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._records = mongo.collection("duties"), mongo.collection("records")

    async def keep(self, scope: Scope, duties: Sequence[Duty], tx: Tx) -> None:
        """Remember people."""
        await self._rows.bulk([Put({"_id": each.staff_id}, {"$set": _row(each)}) for each in duties], tx=tx)

    async def find(self, scope: Scope, staff_id: str, tx: Tx) -> Duty | None:
        """One person of the chain."""
        row = await self._rows.find_one({"_id": staff_id, "chain": scope.chain}, tx=tx)
        return Duty.model_validate(row["duty"]) if row else None

    async def away(self, scope: Scope, now: dt.datetime, tx: Tx | None = None) -> list[Duty]:
        """Everybody of the chain who is away now; of every chain for the system's own scope."""
        spell = {"start": {"$lte": now}, "$or": [{"end": None}, {"end": {"$gt": now}}]}
        wanted: Document = {"$or": [{"active": False}, {"absences": {"$elemMatch": spell}}]}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        rows = await self._rows.find(wanted, sort=[("_id", 1)], tx=tx)
        return [Duty.model_validate(row["duty"]) for row in rows]

    async def left_behind(
        self, scope: Scope, staff_id: str, elsewhere: Collection[str] | None, limit: int, tx: Tx
    ) -> list[RecordState]:
        """Open records of a person, soonest due first; only outside some properties, if those are given."""
        wanted: Document = {"chain": scope.chain, "owner": staff_id, "open": True}
        if elsewhere is not None:
            wanted |= {"property_id": {"$nin": sorted(elsewhere)}}
        rows = await self._records.find(
            wanted, projection={"state": 1}, sort=[("due_at", 1), ("_id", 1)], limit=limit, tx=tx
        )
        return [RecordState.model_validate(row["state"]) for row in rows]

    async def owning(self, scope: Scope, staff_ids: Collection[str]) -> set[str]:
        """Which of these people own something open."""
        wanted = {"chain": scope.chain, "owner": {"$in": sorted(staff_ids)}, "open": True}
        rows = await self._records.aggregate([{"$match": wanted}, {"$group": {"_id": "$owner"}}])
        return {row["_id"] for row in rows}


def _row(duty: Duty) -> Document:
    # Dates beside the whole, so that who is away is asked of the store and not of every row.
    absences = [{"start": each.start, "end": each.end} for each in duty.absences]
    plain = {"chain": duty.chain, "active": duty.active, "absences": absences}
    return plain | {"duty": duty.model_dump(mode="json")}
