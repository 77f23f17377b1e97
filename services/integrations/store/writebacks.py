"""Write-backs through their states: asked for once, saved as `sending` before anything leaves."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.writebacks import WritebackRow, told
from services.integrations.store.outgoing import Outgoing
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope


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
        self._mongo, self._outbox = mongo, outbox
        self._sent = Outgoing(mongo.collection("writebacks"), outbox, _row, _writeback, told)

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[WritebackRow], provenance: Provenance) -> int:
        """Keep what was asked for and is not there yet, with its events; how many were new."""
        return await self._sent.request(scope, tx, rows, provenance)

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[WritebackRow, bool] | None:
        """Take the next one to send, as `Outgoing.claim` does."""
        return await self._sent.claim(scope, now, before)

    async def settle(self, scope: Scope, after: WritebackRow, provenance: Provenance) -> bool:
        """Save how it ended, with its event; False if it was settled."""

        async def work(tx: Tx) -> bool:
            if not await self._sent.settle(scope, after, tx):
                return False
            await self._outbox.append(tx, [told(after)], provenance)
            return True

        return await self._mongo.run(work)
