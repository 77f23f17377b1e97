"""Write-backs through their states: asked for once, saved as `sending` before anything leaves."""

from services.integrations.domain.writebacks import WritebackRow, told
from services.integrations.store.outgoing import Outgoing, OutgoingStore
from shared.chassis.mongo import Document, Mongo
from shared.chassis.outbox import Outbox
from shared.contracts.commands_out import CommandSort


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
        self._mongo = mongo
        self._sent = Outgoing(mongo.collection("writebacks"), outbox, _row, _writeback, told, CommandSort.WRITEBACK)
