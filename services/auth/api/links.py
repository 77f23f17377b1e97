"""What may follow on an answer of auth, as OpenAPI links."""

from shared.chassis.describing import Link

NEWEST = {"refresh_token": "$response.body#/refresh_token"}
PERSON = {"path.staff_id": "$response.body#/id"}
SEEN = {"directory_hire": ["201"], "directory_staff_member": ["200"], "directory_change_staff": ["200"]}

LINKS = (
    Link(
        "refresh",
        {"sessions_sign_in": ["201"], "sessions_refresh": ["200"]},
        "sessions_refresh",
        body=NEWEST,
    ),
    Link("look", SEEN, "directory_staff_member", PERSON),
    Link("change", SEEN, "directory_change_staff", PERSON | {"header.If-Match": "$response.header.ETag"}),
    Link("proof", {"audit_search": ["200"]}, "audit_proof", {"path.index": "$response.body#/items/0/index"}),
)
