"""The indexes of this store."""

from shared.chassis.mongo import Index, Mongo

INDEXES: dict[str, list[Index]] = {
    "facts": [
        Index(("chain", "property_id", ("last_at", -1), "_id")),
        Index(("chain", ("last_at", -1), "_id")),
        Index(("chain", "property_id"), partial={"open": True}),
        Index(("now.due_at",), partial={"open": True}),
        Index(("parts",)),
        Index(("counted",)),
    ],
    "exports": [Index(("at",), expire_s=7 * 86_400), Index(("at", "_id"), partial={"state": "waiting"})],
    "files.files": [Index(("uploadDate",))],
    "mailings": [
        Index(("run",)),
        Index(("due_at",), partial={"state": "waiting"}),
        Index(("since",), partial={"state": "sending"}),
        Index(("at",), expire_s=90 * 86_400),
    ],
    "schedules": [Index(("chain", "prop"), partial={"active": True})],
    "runs": [
        Index(("chain", "prop", ("due_at", -1))),
        Index(("due_at",), partial={"state": "due"}),
        Index(("body.schedule_id", ("due_at", -1))),
    ],
    "spots": [Index(("chain", "day")), Index(("chain", ("day", -1), "_id"), partial={"open": True})],
    "stays": [Index(("chain", "prop", "departure", "arrival"))],
    "sums": [Index(("chain", "v", "family", "period", "prop"))],
    "traces": [Index(("at",), partial={"st": "waiting"})],
}


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    for name, indexes in INDEXES.items():
        await mongo.collection(name).ensure_indexes(indexes)
