"""What the database lets auth do: everything but to change or delete what the audit log holds (S48)."""

from shared.chassis.mongo import Document

ROLE = "bellboard_auth"
APPEND_ONLY = ("audit", "audit_nodes", "audit_checkpoints", "audit_keys", "audit_seen")
"""Entries, the tree, what was signed, by which keys, and what ever came: only ever added to."""
REBUILT = ("audit_heads", "audit_in", "audit_indexed", "audit_facts", "audit_versions")
"""Where the log ends, what waits, and what entries are found by: made again from the above."""
OTHERS = (
    *("accounts", "api_keys", "chains", "cursors", "events", "federation_attempts", "federation_grants", "gaps"),
    *("glasses", "idempotency", "identities", "invitations", "leases", "losses", "operations", "parked", "policies"),
    *("policy", "policy_heads", "policy_versions", "properties", "providers", "replicas", "rereads", "restores"),
    *(
        "retention",
        "rota_links",
        "scim_groups",
        "scim_users",
        "second_factors",
        "sessions",
        "shift_swaps",
        "staff",
        "timers",
    ),
    *("tries",),
)
READING = ("find", "listIndexes", "collStats")
ADDING = (*READING, "insert", "createCollection", "createIndex")
CHANGING = (*ADDING, "update", "remove")


def privileges(database: str) -> list[Document]:
    """What the role may do, collection by collection: MongoDB's roles only ever add, so that no wider one is given."""
    rights = dict.fromkeys(APPEND_ONLY, ADDING) | dict.fromkeys((*REBUILT, *OTHERS), CHANGING)
    return [
        {"resource": {"db": database, "collection": name}, "actions": sorted(actions)}
        for name, actions in sorted(rights.items())
    ]
