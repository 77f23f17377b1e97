"""Write-backs through their states: asked for once, saved as `sending` before anything leaves."""

import datetime as dt

from services.integrations.domain.commanding import ENDED, Ending
from services.integrations.domain.writebacks import WritebackRow, told
from services.integrations.store.outgoing import Outgoing, OutgoingStore
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.values import Scope


def _row(row: WritebackRow) -> Document:
    return {
        "_id": row.id,
        "chain": row.chain,
        "prop": row.writeback.property_id,
        "stay": row.writeback.stay_id,
        "record": row.writeback.record_id,
        "state": row.writeback.change.state.value,
        "at": row.writeback.at,
        "body": row.model_dump(mode="json"),
    }


def _writeback(row: Document) -> WritebackRow:
    return WritebackRow.model_validate(row["body"])


class WritebackStore(OutgoingStore[WritebackRow]):
    """The `writebacks` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox
        self._sent = Outgoing(mongo.collection("writebacks"), outbox, _row, _writeback, told, CommandSort.WRITEBACK)

    async def settle(
        self,
        scope: Scope,
        after: WritebackRow,
        provenance: Provenance,
        now: dt.datetime,
        ending: Ending = ENDED,
    ) -> bool:
        """Save how it ended, with its event; False if it was settled."""

        async def work(tx: Tx) -> bool:
            more = await self._sent.settle(scope, after, tx, ending, now)
            if more is None:
                return False
            await self._outbox.append(tx, [told(after), *more], provenance)
            return True

        return await self._mongo.run(work)
