"""The indexes of auth's collections."""

import datetime as dt

from services.auth.domain.sessions import LONGEST
from services.auth.domain.throttle import FORGOTTEN_AFTER_S
from shared.chassis.mongo import Index, Mongo

_SESSION_KEPT_S = int(LONGEST.total_seconds()) + 24 * 3600

INDEXES: dict[str, list[Index]] = {
    "properties": [Index(("chain", "_id"))],
    "staff": [Index(("chain", "_id"))],
    "accounts": [Index(("chain", "staff_id"), unique=True)],
    "sessions": [Index(("created_at",), expire_s=_SESSION_KEPT_S), Index(("chain", "staff_id"))],
    "policy_versions": [Index(("chain", ("ver", -1)))],
    "invitations": [Index(("expires_at",), expire_s=0), Index(("chain", "staff_id"))],
    "federation_attempts": [Index(("expires_at",), expire_s=0)],
    "federation_grants": [Index(("expires_at",), expire_s=0)],
    "identities": [Index(("chain", "issuer", "subject"), unique=True), Index(("chain", "staff_id"))],
    "api_keys": [Index(("chain", "account_id"))],
    "scim_users": [Index(("chain", "external_id"), unique=True)],
    "scim_groups": [Index(("chain", "name"), unique=True), Index(("chain", "members"))],
    "glasses": [Index(("chain", "staff_id"), unique=True, partial={"waiting": True}), Index(("chain", "waiting"))],
    "rota_links": [Index(("chain", "staff_id"), unique=True)],
    "tries": [Index(("last",), expire_s=FORGOTTEN_AFTER_S)],
    "audit_in": [Index(("chain", "arrived"))],
    "audit": [Index(("chain", "index"), unique=True)],
    "audit_versions": [
        Index(("since",), partial={"since": {"$gt": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}}),
        Index(("open",), partial={"open": True}),
    ],
    "audit_facts": [
        Index(("chain", "keys", ("index", -1))),
        Index(("chain", "time")),
        Index(("chain", ("index", -1)), unique=True),
    ],
    "audit_checkpoints": [Index(("chain", "version"), unique=True), Index(("chain", "size"))],
}


async def ensure_indexes(mongo: Mongo) -> None:
    """Create the indexes that are missing."""
    for collection, indexes in INDEXES.items():
        await mongo.collection(collection).ensure_indexes(indexes)
