"""Keeps which closes were traced; rows are never deleted, so a rebuild traces none of them again."""

from collections.abc import Sequence

from services.reporting.ports import CloseMark
from shared.chassis.clock import Clock
from shared.chassis.mongo import BulkOp, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope

WAITING, DONE = "waiting", "done"


class MongoTraces:
    """The `traces` collection."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._rows, self._clock = mongo.collection("traces"), clock

    async def mark(self, scope: Scope, marks: Sequence[CloseMark], tx: Tx) -> None:
        """Note closes to be traced; those noted before stay as they are."""
        now = self._clock.real_now()
        ops: list[BulkOp] = [
            Put(
                {"_id": _id(one)},
                {
                    "$setOnInsert": {
                        "chain": one.chain,
                        "record": one.record_id,
                        "n": one.number,
                        "st": WAITING,
                        "at": now,
                    }
                },
            )
            for one in marks
        ]
        await self._rows.bulk(ops, tx=tx)

    async def waiting(self, scope: Scope, limit: int) -> list[CloseMark]:
        """Closes not yet traced, oldest first; the system scope sees all chains."""
        here = {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        rows = await self._rows.find({"st": WAITING, **here}, sort=[("at", 1)], limit=limit)
        return [CloseMark(row["chain"], row["record"], row["n"]) for row in rows]

    async def done(self, scope: Scope, marks: Sequence[CloseMark]) -> None:
        """These are traced."""
        await self._rows.update_many({"_id": {"$in": [_id(one) for one in marks]}}, {"$set": {"st": DONE}})


def _id(mark: CloseMark) -> str:
    return f"{mark.record_id}|{mark.number}"
