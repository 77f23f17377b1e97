"""The routes that every service has: probes, documents and operations."""

from shared.contracts.policy import Resource
from tests.rights.rows import Door, Place, Row, granted

KIND = Resource.OPERATION
CHAIN = Place.WHOLE_CHAIN
ABOUT = {"group": "{group}", "reason": "Asked for by the tests."}
ROWS = (
    Row("GET /healthz", door=Door.OPEN),
    Row("GET /readyz", door=Door.OPEN),
    Row("GET /metrics", door=Door.STAFF_OR_TOKEN),
    Row("GET /openapi.json", door=Door.STAFF_OR_TOKEN),
    Row("GET /docs", door=Door.STAFF_OR_TOKEN),
    granted("GET /ops/v1/status", "status", KIND, place=CHAIN),
    granted("GET /ops/v1/parked", "status", KIND, place=CHAIN, query={"group_name": "{group}"}),
    granted("POST /ops/v1/redrive", "redrive", KIND, place=CHAIN, body=ABOUT | {"subject": "nothing"}),
    granted("POST /ops/v1/rebuild", "rebuild", KIND, place=CHAIN, body=ABOUT | {"subject": "nothing"}),
    granted("POST /ops/v1/reread", "reread", KIND, place=CHAIN, body=ABOUT),
    granted("POST /ops/v1/republish", "republish", KIND, place=CHAIN, body={"subject": "none", "reason": "A test."}),
)
