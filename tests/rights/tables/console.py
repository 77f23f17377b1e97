"""What protects the console's pages: a session; what they show is what the services answer its viewer."""

from tests.rights.rows import Door, Row

PAGES = (
    "GET /",
    "GET /board/cards",
    "GET /board/paper",
    "POST /board/many",
    "GET /search",
    "GET /live",
    "GET /records/{record_id}",
    "POST /records/{record_id}/{step}",
    "POST /records/{record_id}/files",
    "GET /records/{record_id}/files/{file_id}",
    "GET /new",
    "GET /new/similar",
    "POST /new",
    "GET /alerts",
    "GET /alerts/count",
    "POST /alerts/{alert_id}/acknowledge",
    "GET /waiting",
    "POST /waiting/decide",
    "GET /handovers",
    "POST /handovers",
    "GET /handovers/{handover_id}",
    "POST /handovers/{handover_id}/acknowledge",
    "GET /stays/{stay_id}",
    "GET /day",
    "GET /more",
    "POST /language",
    "POST /lock",
    "POST /sign-out",
)
ROWS = (
    Row("GET /sign-in", door=Door.OPEN),
    Row("GET /sign-in/with", door=Door.OPEN),
    Row("GET /sign-in/return", door=Door.OPEN),
    Row("POST /sign-in", door=Door.OPEN),
    Row("GET /manifest.webmanifest", door=Door.OPEN),
    Row("GET /sw.js", door=Door.OPEN),
    Row("GET /offline", door=Door.OPEN),
    *(Row(page, door=Door.SIGNED_IN) for page in PAGES),
)
