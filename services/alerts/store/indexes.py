"""The indexes of this store."""

from shared.chassis.mongo import Index, Mongo

_NEWEST = (("alert.opened_at", -1), ("_id", -1))

INDEXES: dict[str, list[Index]] = {
    "watches": [Index(("unrung",), partial={"unrung": {"$type": "date"}})],
    "alerts": [
        Index(("chain", "alert.state", *_NEWEST)),
        Index(("chain", "property_id", "alert.state", *_NEWEST)),
        Index(("alert.subject",), partial={"live": True}),
        Index(("alert.record_id",)),
        Index(("heard", *_NEWEST), partial={"live": True}),
        Index(("live",), partial={"live": True}),
    ],
    "notifications": [
        Index(("chain", "staff_id", ("visible_at", -1), ("_id", -1))),
        Index(("alert",)),
        Index(("group", "staff_id")),
    ],
    "notices": [Index(("alert",))],
    "silences": [Index(("chain", "until"))],
}


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    for name, indexes in INDEXES.items():
        await mongo.collection(name).ensure_indexes(indexes)
