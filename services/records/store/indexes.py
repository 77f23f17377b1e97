"""The indexes of the records database."""

from collections.abc import Mapping, Sequence

from services.records.store.lanes import LANES
from shared.chassis.mongo import Index, Mongo

INDEXES: Mapping[str, Sequence[Index]] = {
    "records": (
        *(lane.index for lane in LANES),
        Index(("chain", "trigger_key"), unique=True),
        Index(("chain", "property_id", "owner"), partial={"open": True}),
        Index(("chain", "staked"), partial={"staked.0": {"$exists": True}}),
        Index(("chain", "reviews.what", "property_id"), partial={"reviews.0": {"$exists": True}}),
        Index(("chain", "causes.key", "causes.at"), partial={"causes.0": {"$exists": True}}),
        Index(("campaign",), partial={"campaign": {"$gt": ""}}),
    ),
    "texts": (Index(("chain", "record_id")),),
    "attachments": (Index(("chain", "record_id")), Index(("st", "at"))),
    "erasures": (Index(("at",), partial={"waits": True}),),
    # No window is longer than a month (see KindOverride): what is older is no repeat any more.
    "repeats": (Index(("at",), expire_s=31 * 86_400),),
    "locks": (Index(("at",), expire_s=90 * 86_400),),
    "saved_views": (Index(("chain", "owner")), Index(("chain", "department"))),
    "duties": (Index(("active",)), Index(("absences.start",))),
    "handovers": (
        Index(("chain", "property_id", "department", ("at", -1), ("_id", -1))),
        Index(("chain", ("at", -1), ("_id", -1))),
    ),
    "handover_pages": (Index(("handover_id", "number")),),
    "handover_plans": (Index(("chain", "property_id")),),
    "rules": (
        Index(("chain", "place", ("version", -1)), unique=True),
        Index(("chain", "place", "state", ("starts_at", -1))),
        Index(("chain", "place", ("seq", -1))),
    ),
    "offers": (
        Index(("chain", "property_id", "code"), unique=True),
        Index(("chain", "property_id", "live", "rank", "code")),
    ),
    "claims": (Index(("chain", "offer_id", "day")), Index(("record_id",))),
    "standby": (Index(("chain", "offer_id", "moment", ("bid", -1), "since", "_id")),),
    "earnings": (Index(("chain", "property_id", "agent", "at", "_id")), Index(("chain", "property_id", "at", "_id"))),
    "campaigns": (Index(("chain", "property_id")), Index(("phase",))),
    "stays": (
        Index(("chain", "stay.property_id", "stay.arrival", "_id")),
        Index(("chain", "stay.property_id", "stay.departure", "_id")),
        Index(("chain", "stay.guest_id", ("stay.arrival", -1))),
        Index(("chain", "stay.property_id", "kept_at")),
    ),
    "staff_versions": (Index(("chain", "since")), Index(("chain", "version"))),
    "loyalty": (
        Index(("chain", "guest_id", ("seq", -1)), unique=True),
        Index(("chain", "key"), unique=True),
    ),
}


async def prepare(mongo: Mongo) -> None:
    """Create what is missing."""
    for name, indexes in INDEXES.items():
        await mongo.collection(name).ensure_indexes(indexes)
