"""Postings through their states; a finished one changes the stay's balance in the same transaction."""

import datetime as dt

from services.integrations.domain.balances import balanced
from services.integrations.domain.postings import PostingRow, told
from services.integrations.store.outgoing import Outgoing, OutgoingStore
from services.integrations.store.scoping import within
from services.integrations.store.stays import kept_of, stay_row
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.commands_out import CommandSort
from shared.contracts.envelope import NewEvent
from shared.contracts.money import PostingState
from shared.contracts.values import Scope


def _row(row: PostingRow) -> Document:
    body = row.model_dump(mode="json")
    return {
        "_id": row.posting.id,
        "chain": row.chain,
        "prop": row.posting.property_id,
        "stay": row.posting.stay_id,
        "record": row.posting.record_id,
        "state": row.posting.state.value,
        "at": row.posting.at,
        "body": body,
    }


def _posting(row: Document) -> PostingRow:
    return PostingRow.model_validate(row["body"])


class PostingStore(OutgoingStore[PostingRow]):
    """The `postings` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._rows, self._stays = mongo.collection("postings"), mongo.collection("stays")
        self._lines = mongo.collection("folio")
        self._sent = Outgoing(self._rows, outbox, _row, _posting, told, CommandSort.POSTING)

    async def _besides(self, tx: Tx, scope: Scope, after: PostingRow, now: dt.datetime) -> list[NewEvent]:
        """A posting that is on the folio is in the stay's new balance."""
        stay_id = after.posting.stay_id
        if after.posting.state is not PostingState.DONE or stay_id is None:
            return []
        found = await self._stays.find_one({"_id": stay_id, **within(scope)}, tx=tx)
        if found is None:
            return []
        lines = await self._lines.find({"stay": stay_id, "chain": scope.chain}, projection={"on_balance": 1}, tx=tx)
        kept, event = balanced(kept_of(found), sum(line["on_balance"] for line in lines), now)
        if event is None:
            return []
        await self._stays.update_one({"_id": stay_id}, {"$set": _without_id(stay_row(kept))}, tx=tx)
        return [event]

    async def of_record(self, scope: Scope, record_id: str) -> list[PostingRow]:
        """The postings of one record."""
        return [
            _posting(row) for row in await self._rows.find({"record": record_id, **within(scope)}, sort=[("_id", 1)])
        ]


def _without_id(row: Document) -> Document:
    return {name: value for name, value in row.items() if name != "_id"}
