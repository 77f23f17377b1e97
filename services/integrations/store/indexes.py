"""The indexes of this service's collections, created before it answers."""

from collections.abc import Sequence

from services.integrations.domain.messages import Progress
from services.integrations.store.outgoing import OPEN
from shared.chassis.mongo import Index, Mongo
from shared.contracts.money import PostingState
from shared.contracts.writebacks import WritebackState

_POSTINGS_OPEN = {"state": {"$in": [PostingState.PENDING.value, PostingState.SENDING.value]}}
_WRITEBACKS_OPEN = {"state": {"$in": [WritebackState.PENDING.value, WritebackState.SENDING.value]}}
_COMMANDS_OPEN = {"state": {"$in": list(OPEN)}}
_DEAD = {"dead": True}
_MESSAGES_OPEN = {"progress": {"$in": [Progress.PENDING.value, Progress.SENDING.value]}}

INDEXES: dict[str, Sequence[Index]] = {
    "connections": [Index(("chain", "prop"))],
    "stays": [
        Index(("prop", "departure", "_id")),
        Index(("prop", "status", "departure")),
        Index(("guest",)),
        Index(("numbers", "prop"), partial={"backfill": False}),
    ],
    "profiles": [Index(("search",))],
    "folio": [Index(("stay",))],
    "postings": [
        Index(("state", "claimed"), partial=_POSTINGS_OPEN),
        Index(("state", "next_try"), partial=_COMMANDS_OPEN),
        Index(("record",)),
        Index(("stay",)),
        Index(("prop", "_id"), partial=_DEAD),
    ],
    "writebacks": [
        Index(("state", "claimed"), partial=_WRITEBACKS_OPEN),
        Index(("state", "next_try"), partial=_COMMANDS_OPEN),
        Index(("stay",)),
        Index(("prop", "_id"), partial=_DEAD),
    ],
    "pms_orders": [
        Index(("state", "next_try"), partial=_COMMANDS_OPEN),
        Index(("stay",)),
        Index(("prop", "_id"), partial=_DEAD),
    ],
    "messages": [Index(("progress", "claimed"), partial=_MESSAGES_OPEN), Index(("stay", "at")), Index(("guest",))],
    "drafts": [Index(("body.guest_id",)), Index(("body.stay_id",))],
    "erasures": [
        Index(("chain", "guest"), unique=True, partial={"open": True}),
        Index(("chain", "guest", "run")),
        Index(("began",), partial={"mine": False}),
        Index(("noted",), partial={"noted": False}),
    ],
    "marks": [Index(("next_try",), partial={"dirty": True}), Index(("prop", "seen"), partial={"dirty": True})],
    "comments": [Index(("stay", "seen")), Index(("guest",)), Index(("chain", "prop", "_id"), partial={"open": True})],
    "endpoints": [Index(("open_until",))],
    "maildrop": [Index(("prop", "at"))],
}


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    for name, indexes in INDEXES.items():
        await mongo.collection(name).ensure_indexes(indexes)
