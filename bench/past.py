"""Fills reporting's store with what years leave: the server itself copies facts, cursors and marks that are real."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import AsyncMongoClient

from bench.ground import Ground
from services.reporting.store import prepare
from shared.chassis.cursors import Cursors
from shared.chassis.mongo import Document, Mongo

SEEDS = 1_000


async def fill(ground: Ground, source: str, target: str, count: int) -> Mongo:
    """A new database with so many facts, each with its cursor and its mark, copied from some of another's; indexed."""
    filled = await ground.fresh(target)
    async with AsyncMongoClient[Document](ground.mongo_url) as client:
        for name, changed in _CHANGED.items():
            steps: list[Mapping[str, Any]] = [
                {"$sort": {"_id": 1}},
                {"$limit": SEEDS},
                {"$set": {"n": {"$range": [0, count // SEEDS]}}},
                {"$unwind": "$n"},
                {"$set": changed},
                {"$unset": "n"},
                {"$out": {"db": target, "coll": name}},
            ]
            await (await client[source][name].aggregate(steps)).to_list()
    await prepare(filled)
    await Cursors(filled, "any").prepare()
    return filled


async def forget(mongo: Mongo, records: Sequence[str]) -> None:
    """Take out the facts and marks of some records, so that their events are new again to a new group."""
    await mongo.collection("facts").delete_many({"_id": {"$in": list(records)}})
    await mongo.collection("traces").delete_many({"_id": {"$in": [f"{record}|1" for record in records]}})


def _numbered(field: str) -> Mapping[str, Any]:
    return {"$concat": [f"${field}", "-", {"$toString": "$n"}]}


def _earlier(field: str) -> Mapping[str, Any]:
    return {"$subtract": [f"${field}", {"$multiply": ["$n", 60_000]}]}


_CHANGED: Mapping[str, Mapping[str, Any]] = {
    "facts": {"_id": _numbered("_id"), "first_at": _earlier("first_at"), "last_at": _earlier("last_at")},
    "cursors": {"_id": _numbered("_id"), "agg": _numbered("agg")},
    "traces": {"_id": _numbered("_id"), "record": _numbered("record"), "st": "done"},
}
