"""The indexes of the records database."""

from shared.chassis.mongo import Index, Mongo


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    await mongo.collection("records").ensure_indexes(
        [
            Index(("chain", "trigger_key"), unique=True),
            Index(("chain", "stay_id")),
            Index(("chain", "guest_id")),
            Index(("chain", "property_id", "room", "open", "due_at", "_id")),
            Index(("chain", "property_id", "closed_at")),
            Index(("chain", "property_id", "open", "owner")),
            # Lists: soonest due first, open or all. Those without a property serve chains and rare combinations.
            Index(("chain", "open", "due_at", "_id")),
            Index(("chain", "property_id", "open", "due_at", "_id")),
            Index(("chain", "property_id", "open", "status", "due_at", "_id")),
            Index(("chain", "owner", "open", "due_at", "_id")),
            Index(("chain", "kind", "open", "due_at", "_id")),
            Index(("chain", "department", "open", "due_at", "_id")),
            Index(("chain", "words", "open", "due_at", "_id")),
            Index(("chain", "open", "opened_at", "_id")),
            Index(("chain", "open", "changed_at", "_id")),
            Index(("chain", "watchers", "due_at"), partial={"watched": True}),
            Index(("chain", "due_at"), partial={"waiting": True}),
            Index(("chain", "parent"), partial={"parent": {"$gt": ""}}),
        ]
    )
    await mongo.collection("attachments").ensure_indexes([Index(("chain", "record_id")), Index(("st", "at"))])
    # No window is longer than a month (see KindOverride): what is older is no repeat any more.
    await mongo.collection("repeats").ensure_indexes([Index(("at",), expire_s=31 * 86_400)])
    await mongo.collection("texts").ensure_indexes([Index(("chain", "record_id"))])
    await mongo.collection("rules").ensure_indexes(
        [
            Index(("chain", "place", ("version", -1)), unique=True),
            Index(("chain", "place", "state", ("starts_at", -1))),
            Index(("chain", "place", ("seq", -1))),
        ]
    )
