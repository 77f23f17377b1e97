"""What protects the routes of reporting."""

from shared.contracts.policy import Resource
from tests.rights.rows import PAYMENT, RECORD, Barred, Place, granted, of

KIND = Resource.REPORT
DAY = {"property": "city", "from": "2026-03-10", "to": "2026-03-10"}
ROWS = (
    granted("GET /v1/reports", "read", KIND, place=Place.CHAIN),
    granted("GET /v1/reports/{name}", "read", KIND, query=DAY, shows=of(PAYMENT)),
    granted(
        "GET /v1/reports/{name}/records",
        "read",
        KIND,
        query=DAY | {"figure": "{figure}"},
        thing="record_id",
        also=(("read", RECORD),),
    ),
    granted(
        "GET /v1/records/{record_id}/waterfall", "read", by_department=True, barred=Barred.HIDDEN, thing="record_id"
    ),
    granted("GET /v1/facts/hash", "status", Resource.OPERATION, place=Place.CHAIN),
)
