"""Write-backs through their states: asked for once, saved as `sending` before anything leaves."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.writebacks import WritebackRow, told
from services.integrations.store.scoping import within
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.values import SYSTEM_CHAIN, Scope
from shared.contracts.writebacks import WritebackState

PENDING, SENDING = WritebackState.PENDING.value, WritebackState.SENDING.value


def _row(row: WritebackRow) -> Document:
    return {
        "_id": row.id,
        "chain": row.chain,
        "prop": row.writeback.property_id,
        "stay": row.writeback.stay_id,
        "record": row.writeback.record_id,
        "state": row.writeback.change.state.value,
        "body": row.model_dump(mode="json"),
    }


def _writeback(row: Document) -> WritebackRow:
    return WritebackRow.model_validate(row["body"])


class WritebackStore:
    """The `writebacks` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox, self._rows = mongo, outbox, mongo.collection("writebacks")

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[WritebackRow], provenance: Provenance) -> int:
        """Keep what was asked for and is not there yet, with its events; how many were new."""
        ids = [row.id for row in rows]
        there = {row["_id"] for row in await self._rows.find({"_id": {"$in": ids}}, projection={"_id": 1}, tx=tx)}
        new = [row for row in rows if row.id not in there]
        await self._rows.insert_many([_row(row) | {"claimed": None} for row in new], tx=tx)
        await self._outbox.append(tx, [told(row) for row in new], provenance)
        return len(new)

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[WritebackRow, bool] | None:
        """Take the next one to send, saved as `sending` before anything leaves.

        One left `sending` since `before` is handed out again, marked True: whether it went out is not known.
        `now` and `before` are real time. None when there is nothing to do.
        """
        wanted: Document = {"$or": [{"state": PENDING}, {"state": SENDING, "claimed": {"$lt": before}}]}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        found = await self._rows.find_one(wanted, sort=[("_id", 1)])
        if found is None:
            return None
        mine = {"_id": found["_id"], "state": found["state"], "claimed": found["claimed"]}
        taken = await self._rows.find_one_and_update(mine, {"$set": {"state": SENDING, "claimed": now}})
        if taken is None:
            return await self.claim(scope, now, before)
        return _writeback(taken), found["state"] == SENDING

    async def settle(self, scope: Scope, after: WritebackRow, provenance: Provenance) -> bool:
        """Save how it ended, with its event; False if it was settled."""

        async def work(tx: Tx) -> bool:
            wanted = {"_id": after.id, "state": SENDING, **within(scope)}
            if not await self._rows.update_one(wanted, {"$set": _row(after)}, tx=tx):
                return False
            await self._outbox.append(tx, [told(after)], provenance)
            return True

        return await self._mongo.run(work)
