"""Fills a database with as many documents as years of work leave: the server itself copies a few that are real."""

from collections.abc import Mapping
from typing import Any

from pymongo import AsyncMongoClient

from bench.ground import Ground
from bench.house import store
from bench.lives import opened
from services.records.store import prepare as prepare_records
from shared.chassis.mongo import Document
from shared.chassis.outbox import SENT, row_of
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis

SEEDS = 1_000
OPEN_OF = 50
"""One record of so many is open; the others were closed long ago."""
ROOMS = 500
EARLIER_MS = 600_000
"""Every copy is so much older than the one before, so that a thousand of them reach back a week."""
SELDOM: Mapping[str, Any] = {"$eq": [{"$mod": ["$n", 100]}, 1]}
"""Of one record in a hundred."""


async def fill(ground: Ground, house: Chassis, database: str, count: int) -> None:
    """So many records, each with one event that was sent and one idempotency key, and all indexes."""
    await _seed(house)
    client = AsyncMongoClient[Document](ground.mongo_url)
    copies = count // SEEDS
    try:
        for name, changed in _CHANGED.items():
            await client[database][name].rename(f"seed_{name}")
            steps: list[Document] = [
                {"$set": {"n": {"$range": [0, copies]}}},
                {"$unwind": "$n"},
                {"$set": changed},
                {"$unset": "n"},
            ]
            await (await client[database][f"seed_{name}"].aggregate([*steps, {"$out": name}])).to_list()
            await client[database][f"seed_{name}"].drop()
        for part in (house.outbox, house.idempotency):
            await part.prepare()
        await prepare_records(house.mongo)
    finally:
        await client.close()


async def _seed(house: Chassis) -> None:
    ids = await store(SEEDS, house)
    clock, keys = house.clock, house.mongo.collection("idempotency")
    told = [event for _ in ids for event in opened(clock, clock.now()).events]
    rows = [row_of(each) | {"st": SENT} for each in house.outbox.stamp(told, Provenance(clock.new_id()))]
    await house.mongo.collection("events").insert_many(rows)
    kept: Document = {"digest": "0" * 64, "status": 200, "version": 2, "at": clock.real_now()}
    await keys.insert_many([kept | {"_id": f"seaside|ana|accept-{one}", "subject": one} for one in ids])


def first_of(seed_id: str | None) -> str:
    """The id of the first copy; what a copy's own state says is still the seed's."""
    return f"{seed_id}-0"


def _numbered(field: str) -> Mapping[str, Any]:
    return {"$concat": [f"${field}", "-", {"$toString": "$n"}]}


def _earlier(field: str) -> Mapping[str, Any]:
    return {"$subtract": [f"${field}", {"$multiply": ["$n", EARLIER_MS]}]}


_CHANGED: Mapping[str, Mapping[str, Any]] = {
    "records": {
        **{name: _numbered(name) for name in ("_id", "trigger_key", "stay_id", "guest_id")},
        **{name: _earlier(name) for name in ("opened_at", "changed_at", "accept_by", "warn_at", "due_at")},
        "open": {"$eq": [{"$mod": ["$n", OPEN_OF]}, 0]},
        "status": {"$cond": [{"$eq": [{"$mod": ["$n", OPEN_OF]}, 0]}, "$status", "complete"]},
        "room": {"$toString": {"$add": [100, {"$mod": ["$n", ROOMS]}]}},
        "words": {"$concatArrays": ["$words", [{"$concat": ["word", {"$toString": "$n"}]}]]},
        "watched": SELDOM,
        "watchers": {"$cond": [SELDOM, ["ana"], []]},
        "waiting": SELDOM,
        "unanswered": {"$cond": [SELDOM, [{"staff": "ana", "department": None, "answer_by": "$due_at"}], []]},
    },
    "events": {"_id": _numbered("_id"), "agg": _numbered("agg")},
    "idempotency": {"_id": _numbered("_id"), "subject": _numbered("subject")},
}
