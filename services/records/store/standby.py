"""Lines for offers in MongoDB: one row for each record that waits for an offer's hour, in the order of its index."""

import datetime as dt
from collections.abc import Collection

from services.records.domain.standby import InLine
from services.records.store.records import within
from shared.chassis.mongo import BulkOp, Delete, Document, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoLines:
    """The `standby` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("standby")

    async def first(self, scope: Scope, offer_id: str, moment: dt.datetime, limit: int, tx: Tx) -> list[str]:
        """The records at the head of the line for an offer's hour: the highest bid, of equals who waits longest."""
        wanted = {**within(scope), "offer_id": offer_id, "moment": moment}
        order = [("bid", -1), ("since", 1), ("_id", 1)]
        return [str(row["_id"]) for row in await self._rows.find(wanted, sort=order, limit=limit, tx=tx)]

    async def write(self, scope: Scope, came: Collection[InLine], went: Collection[str], tx: Tx) -> None:
        """Put records in line (again, in another place) and take those that left out of it."""
        gone: list[BulkOp] = [Delete({"_id": record_id, "chain": scope.chain}) for record_id in went]
        placed: list[BulkOp] = [Put({"_id": each.record_id}, {"$set": _row(scope, each)}) for each in came]
        await self._rows.bulk([*gone, *placed], tx=tx)


def _row(scope: Scope, place: InLine) -> Document:
    return {
        "chain": scope.chain,
        "property_id": place.property_id,
        "offer_id": place.offer_id,
        "moment": place.moment,
        "bid": place.bid,
        "since": place.since,
    }
