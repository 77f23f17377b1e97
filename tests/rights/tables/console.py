"""What protects the console's pages: a session; what they show is what the services answer its viewer."""

from tests.rights.rows import Door, Row

PAGES = (
    "GET /",
    "GET /board/cards",
    "GET /search",
    "GET /live",
    "GET /records/{record_id}",
    "POST /records/{record_id}/{step}",
    "GET /new",
    "GET /new/similar",
    "POST /new",
    "GET /alerts",
    "GET /alerts/count",
    "POST /alerts/{alert_id}/acknowledge",
    "GET /stays/{stay_id}",
    "GET /day",
    "GET /partners",
    "GET /partners/asyncapi.json",
    "GET /partners/openapi.json",
    "GET /partners/schemas/{event_type}",
    "POST /sign-out",
)
ROWS = (
    Row("GET /sign-in", door=Door.OPEN),
    Row("GET /sign-in/with", door=Door.OPEN),
    Row("GET /sign-in/return", door=Door.OPEN),
    Row("POST /sign-in", door=Door.OPEN),
    *(Row(page, door=Door.SIGNED_IN) for page in PAGES),
)
