"""The indexes of the records database."""

from shared.chassis.mongo import Index, Mongo

LOCKS_S = 90 * 86_400


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    await mongo.collection("records").ensure_indexes(
        [
            Index(("chain", "trigger_key"), unique=True),
            Index(("chain", "stay_id")),
            Index(("chain", "property_id", "room", "opened_at")),
            Index(("chain", "property_id", "opened_at", "_id")),
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
            Index(("chain", "staked"), partial={"staked.0": {"$exists": True}}),
            Index(("chain", "reviews.what", "property_id"), partial={"reviews.0": {"$exists": True}}),
            Index(("chain", "causes.key", "causes.at"), partial={"causes.0": {"$exists": True}}),
        ]
    )
    await mongo.collection("duties").ensure_indexes([Index(("active",)), Index(("absences.start",))])
    await mongo.collection("handovers").ensure_indexes(
        [
            Index(("chain", "property_id", "department", ("at", -1), ("_id", -1))),
            Index(("chain", ("at", -1), ("_id", -1))),
        ]
    )
    await mongo.collection("handover_pages").ensure_indexes([Index(("handover_id", "number"))])
    await mongo.collection("handover_plans").ensure_indexes([Index(("chain", "property_id"))])
    await mongo.collection("attachments").ensure_indexes([Index(("chain", "record_id")), Index(("st", "at"))])
    await mongo.collection("erasures").ensure_indexes([Index(("at",), partial={"waits": True})])
    # No window is longer than a month (see KindOverride): what is older is no repeat any more.
    await mongo.collection("repeats").ensure_indexes([Index(("at",), expire_s=31 * 86_400)])
    await mongo.collection("saved_views").ensure_indexes([Index(("chain", "owner")), Index(("chain", "department"))])
    await mongo.collection("texts").ensure_indexes([Index(("chain", "record_id"))])
    await mongo.collection("locks").ensure_indexes([Index(("at",), expire_s=LOCKS_S)])
    await mongo.collection("rules").ensure_indexes(
        [
            Index(("chain", "place", ("version", -1)), unique=True),
            Index(("chain", "place", "state", ("starts_at", -1))),
            Index(("chain", "place", ("seq", -1))),
        ]
    )
    await mongo.collection("offers").ensure_indexes(
        [Index(("chain", "property_id", "code"), unique=True), Index(("chain", "property_id", "live", "rank", "code"))]
    )
    await mongo.collection("claims").ensure_indexes([Index(("chain", "offer_id", "day")), Index(("record_id",))])
    await mongo.collection("records").ensure_indexes([Index(("campaign",), partial={"campaign": {"$gt": ""}})])
    await mongo.collection("campaigns").ensure_indexes([Index(("chain", "property_id")), Index(("phase",))])
    stays = [Index(("chain", "stay.property_id", f"stay.{day}", "_id")) for day in ("arrival", "departure")]
    stays.append(Index(("chain", "stay.guest_id", ("stay.arrival", -1))))
    await mongo.collection("stays").ensure_indexes(stays)
    await mongo.collection("loyalty").ensure_indexes(
        [Index(("chain", "guest_id", ("seq", -1)), unique=True), Index(("chain", "key"), unique=True)]
    )
