"""The indexes of this store."""

from shared.chassis.mongo import Index, Mongo

_NEWEST = (("alert.opened_at", -1), ("_id", -1))

INDEXES: dict[str, list[Index]] = {
    "watches": [
        Index(("unrung",), partial={"unrung": {"$type": "date"}}),
        Index(("stay",)),
        Index(("opened_by",)),
        Index(("chain", "property_id", "_id"), partial={"active": True}),
        Index(("chain", "_id"), partial={"active": True}),
    ],
    "alerts": [
        Index(("chain", "alert.state", *_NEWEST)),
        Index(("chain", "property_id", "alert.state", *_NEWEST)),
        Index(("alert.subject",), partial={"live": True}),
        Index(("alert.record_id",)),
        Index(("heard", *_NEWEST), partial={"live": True}),
        Index(("live",), partial={"live": True}),
        Index(("property_id", "alert.rule"), partial={"live": True}),
        Index(("property_id",), partial={"hushed": True}),
    ],
    "notifications": [
        Index(("chain", "staff_id", ("visible_at", -1), ("_id", -1))),
        Index(("alert",)),
        Index(("visible_at",), partial={"st": "pending"}),
        Index(("channel", "rank", "visible_at"), partial={"st": "pending"}),
        Index(("visible_at", "wall"), partial={"wall": {"$type": "string"}}),
        Index(("group",)),
        Index(("letter",), partial={"letter": {"$type": "string"}}),
    ],
    "rings": [Index(("group",)), Index(("at",), expire_s=7 * 86_400)],
    "notices": [Index(("alert",))],
    "silences": [Index(("chain", "until"))],
    "books": [Index(("chain", "place", "version"))],
    "devices": [Index(("chain", "staff_id"))],
    "destinations": [Index(("chain", "property_id"))],
}


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    for name, indexes in INDEXES.items():
        await mongo.collection(name).ensure_indexes(indexes)
