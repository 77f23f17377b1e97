"""The indexes of this service's collections, created before it answers."""

from collections.abc import Sequence

from services.integrations.domain.deliveries import DeliveryState
from services.integrations.domain.partners import KEPT_DAYS
from services.integrations.store.outgoing import OPEN
from shared.chassis.mongo import Index, Mongo
from shared.contracts.money import PostingState
from shared.contracts.writebacks import WritebackState

_POSTINGS_OPEN = {"state": {"$in": [PostingState.PENDING.value, PostingState.SENDING.value]}}
_WRITEBACKS_OPEN = {"state": {"$in": [WritebackState.PENDING.value, WritebackState.SENDING.value]}}
_COMMANDS_OPEN = {"state": {"$in": list(OPEN)}}
_DEAD = {"dead": True}

LATEST_S = 400 * 86_400
"""How long what has not changed is told to new subscriptions as it stands."""

INDEXES: dict[str, Sequence[Index]] = {
    "connections": [Index(("chain", "prop"))],
    "stays": [
        Index(("prop", "departure", "_id")),
        Index(("prop", "status", "departure")),
        Index(("guest",)),
        Index(("numbers", "prop"), partial={"backfill": False}),
    ],
    "profiles": [Index(("search",)), Index(("contacts",))],
    "folio": [Index(("stay",)), Index(("prop", "at"))],
    "postings": [
        Index(("prop", "at")),
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
    "messages": [
        Index(("state", "claimed"), partial=_POSTINGS_OPEN),
        Index(("state", "next_try"), partial=_COMMANDS_OPEN),
        Index(("stay", "at")),
        Index(("guest", "inbound", "at")),
        Index(("prop", "_id"), partial=_DEAD),
        Index(("chain", "prop", "_id"), partial={"loose": True}),
    ],
    "threads": [Index(("chain", "waiting", "last")), Index(("chain", "last"))],
    "message_templates": [Index(("chain", "place", "version"))],
    "message_endpoints": [Index(("open_until",))],
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
    "masked": [Index(("chain", "day")), Index(("last",), expire_s=400 * 86_400)],
    "consents": [Index(("guest",))],
    "payments": [
        Index(("payment",), unique=True, partial={"open": True}),
        Index(("payment", "_id")),
        Index(("stay",)),
        Index(("state", "claimed"), partial=_POSTINGS_OPEN),
        Index(("prop", "state", "at")),
    ],
    "journal": [Index(("prop", "day", "_id"))],
    "differences": [Index(("prop", "open", "seen"))],
    "partners": [Index(("chain", "account"))],
    "subscriptions": [Index(("chain", "partner")), Index(("standing",))],
    "partner_latest": [Index(("chain", "_id")), Index(("at",), expire_s=LATEST_S)],
    "partner_deliveries": [
        Index(("sub", "rank", "order"), partial={"state": DeliveryState.WAITING.value}),
        Index(("sub", "due_at"), partial={"state": DeliveryState.PENDING.value}),
        Index(("sub", "number")),
        Index(("sub", "event")),
        Index(("at",), expire_s=KEPT_DAYS * 86_400),
    ],
}


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    for name, indexes in INDEXES.items():
        await mongo.collection(name).ensure_indexes(indexes)
