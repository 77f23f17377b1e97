"""What protects the routes of reporting."""

from shared.contracts.policy import Resource
from tests.rights.rows import PAYMENT, RECORD, Barred, Door, Place, Row, granted, of

KIND = Resource.REPORT
DAY = {"property": "city", "from": "2026-03-10", "to": "2026-03-10"}
SCHEDULE = {"property_id": "city", "name": "Ours", "terms": {"report": "day", "at": "07:00"}}
TABLE = {"table": "closes", "property_id": "city", "start": "2026-03-10", "end": "2026-03-10"}
STALE = {"If-Match": '"9"'}
ROWS = (
    granted("GET /v1/reports", "read", KIND, place=Place.CHAIN),
    granted("GET /v1/reports/{name}", "read", KIND, query=DAY, shows=of(PAYMENT)),
    granted("GET /v1/reports/{name}/file", "read", KIND, query=DAY | {"format": "csv"}, shows=of(PAYMENT)),
    granted(
        "GET /v1/reports/{name}/records",
        "read",
        KIND,
        query=DAY | {"figure": "{figure}"},
        thing="record_id",
        also=(("read", RECORD),),
    ),
    granted("GET /v1/forecast", "read", KIND, query={"property": "city"}),
    granted("GET /v1/schedules", "read", KIND, query={"property": "city"}),
    granted("POST /v1/schedules", "manage", KIND, body=SCHEDULE),
    granted("PUT /v1/schedules/{schedule_id}", "manage", KIND, body=SCHEDULE, headers=STALE),
    granted("DELETE /v1/schedules/{schedule_id}", "manage", KIND, headers=STALE),
    granted("GET /v1/runs", "read", KIND, query={"property": "city"}, thing="run_id"),
    granted("GET /v1/runs/{run_id}", "read", KIND, thing="run_id"),
    granted("GET /v1/runs/{run_id}/file", "read", KIND, query={"format": "xlsx"}, needs=of(PAYMENT)),
    granted("GET /v1/runs/{run_id}/mails", "read", KIND, thing="run_id"),
    granted("POST /v1/runs/{run_id}/review", "review", KIND, headers=STALE, also=(("read", KIND),)),
    granted("POST /v1/exports", "read", KIND, body=TABLE),
    Row("GET /v1/exports/{export_id}", door=Door.SIGNED_IN),
    Row("GET /v1/exports/{export_id}/file", door=Door.SIGNED_IN),
    granted("GET /v1/spot-checks", "spot_check", KIND, query={"property": "city"}, thing="check_id"),
    granted("POST /v1/spot-checks", "manage", KIND, body={"property_id": "city", "day": "2026-03-10"}),
    granted("POST /v1/spot-checks/{check_id}/entry", "spot_check", KIND, body={"done": True}, headers=STALE),
    granted(
        "POST /v1/reviews",
        "manage",
        KIND,
        body={"property_id": "city", "source": "travel_site", "csv": "date,score\n2026-03-01,8\n"},
    ),
    granted(
        "GET /v1/records/{record_id}/waterfall", "read", by_department=True, barred=Barred.HIDDEN, thing="record_id"
    ),
    granted("GET /v1/facts/hash", "status", Resource.OPERATION, place=Place.CHAIN),
)
