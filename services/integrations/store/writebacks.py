"""Write-backs through their states: asked for once, saved as `sending` before anything leaves."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.commanding import ENDED, Ending, Waiting
from services.integrations.domain.writebacks import WritebackRow, told
from services.integrations.store.outgoing import Outgoing
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


class WritebackStore:
    """The `writebacks` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox
        self._sent = Outgoing(mongo.collection("writebacks"), outbox, _row, _writeback, told, CommandSort.WRITEBACK)

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[WritebackRow], provenance: Provenance) -> int:
        """Keep what was asked for and is not there yet, with its events; how many were new."""
        return await self._sent.request(scope, tx, rows, provenance)

    def outgoing(self, scope: Scope) -> Outgoing[WritebackRow]:
        """Its rows as commands out."""
        return self._sent

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[WritebackRow, bool] | None:
        """Take the next one to send, as `Outgoing.claim` does."""
        return await self._sent.claim(scope, now, before, skip)

    async def sending(self, scope: Scope, row: WritebackRow, now: dt.datetime) -> bool:
        """Say that it leaves now; False when somebody else has it."""
        return await self._sent.sending(scope, row, now)

    async def put_off(self, scope: Scope, row: WritebackRow, until: dt.datetime, why: str) -> None:
        """Have it tried again then."""
        await self._sent.put_off(scope, row, until, why)

    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None:
        """One of them as people see it."""
        return await self._sent.waiting(scope, row_id)

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
