"""What protects the routes of alerts."""

from services.alerts.api.own import DEVICE, GONE, PLACE, WISHED
from services.alerts.api.routes import HANDED, SNOOZED
from services.alerts.api.rules import ASKED, RULED, TAKEN_BACK, TRIED
from services.alerts.api.silences import ENDED, begun_example
from shared.contracts.policy import Resource
from tests.rights.rows import RECORD, Door, Place, Row, granted

KIND, RULES = Resource.ALERT, Resource.RULES
READS = (("read", RECORD),)
"""Nobody hears of a kind of record by its alerts that they may not read."""
STALE = {"If-Match": '"999999"'}
HOTEL = {"property": "city"}
RETAINED = {"days": 400, "expected": 0, "reason": "A test."}
OWN, PLACES = "/v1/alert-rules/{property_id}", "/v1/alert-destinations"
ROWS = (
    granted("GET /v1/alerts", "read", KIND, query={"property": "city", "state": "all"}, thing="alert_id", also=READS),
    granted("GET /v1/alerts/audit", "status", Resource.OPERATION, place=Place.CHAIN),
    granted("GET /v1/alerts/{alert_id}", "read", KIND, thing="alert_id", also=READS, hidden_without=READS),
    granted("GET /v1/alerts/{alert_id}/notices", "read", KIND, thing="alert_id", also=READS, hidden_without=READS),
    granted("POST /v1/alerts/{alert_id}/acknowledge", "acknowledge", KIND, by_department=True, hidden_without=READS),
    granted("POST /v1/alerts/{alert_id}/resolve", "acknowledge", KIND, by_department=True, hidden_without=READS),
    granted(
        "POST /v1/alerts/{alert_id}/snooze", "acknowledge", KIND, by_department=True, hidden_without=READS, body=SNOOZED
    ),
    granted(
        "POST /v1/alerts/{alert_id}/hand", "acknowledge", KIND, by_department=True, hidden_without=READS, body=HANDED
    ),
    granted("GET /v1/silences", "read", KIND, query=HOTEL),
    granted("POST /v1/silences", "silence", KIND, body=begun_example()),
    granted("POST /v1/silences/{silence_id}/end", "silence", KIND, body=ENDED, headers=STALE),
    granted("GET /v1/readiness/{property_id}", "read", Resource.CONNECTION, thing="property_id"),
    granted("GET /v1/on-duty", "read", KIND, query=HOTEL),
    granted(f"GET {OWN}", "read", RULES),
    granted(f"GET {OWN}/versions", "read", RULES),
    granted(f"POST {OWN}/simulate", "read", RULES, body=TRIED),
    granted(f"PUT {OWN}", "manage", RULES, body=ASKED, headers=STALE),
    granted(f"POST {OWN}/versions/{{version}}/decide", "manage", RULES, body=RULED, headers=STALE),
    granted(f"POST {OWN}/versions/{{version}}/withdraw", "manage", RULES, body=TAKEN_BACK, headers=STALE),
    granted("GET /ops/v1/retention", "status", Resource.OPERATION, place=Place.WHOLE_CHAIN),
    granted(
        "GET /ops/v1/retention/{name}/simulation",
        "status",
        Resource.OPERATION,
        query={"days": 400},
        place=Place.WHOLE_CHAIN,
    ),
    granted("PUT /ops/v1/retention/{name}", "retain", Resource.OPERATION, body=RETAINED, place=Place.WHOLE_CHAIN),
    Row("POST /v1/twilio/receipts/{letter}", door=Door.SIGNED),
    # What one was told oneself is heard without a permission.
    Row("GET /v1/inbox", door=Door.SIGNED_IN),
    Row("GET /v1/inbox/stream", door=Door.SIGNED_IN),
    Row("GET /v1/me/notifications", door=Door.SIGNED_IN),
    Row("PUT /v1/me/notifications", door=Door.SIGNED_IN, body=WISHED, headers=STALE),
    Row("POST /v1/me/devices", door=Door.SIGNED_IN, body=DEVICE),
    Row("POST /v1/me/devices/remove", door=Door.SIGNED_IN, body=GONE),
    granted(f"GET {PLACES}", "read", RULES, query=HOTEL),
    granted(f"POST {PLACES}", "manage", RULES, body=PLACE),
    granted(f"DELETE {PLACES}/{{destination_id}}", "manage", RULES),
)
