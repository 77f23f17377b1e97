"""What protects the routes of alerts."""

from shared.contracts.policy import Resource
from tests.rights.rows import RECORD, Door, Place, Row, granted

KIND = Resource.ALERT
READS = (("read", RECORD),)
"""Nobody hears of a kind of record by its alerts that they may not read."""
ROWS = (
    granted("GET /v1/alerts", "read", KIND, query={"property": "city", "state": "all"}, thing="alert_id", also=READS),
    granted("GET /v1/alerts/audit", "status", Resource.OPERATION, place=Place.CHAIN),
    granted("GET /v1/alerts/{alert_id}", "read", KIND, thing="alert_id", also=READS),
    granted("POST /v1/alerts/{alert_id}/acknowledge", "acknowledge", KIND, by_department=True),
    # What one was told oneself is heard without a permission.
    Row("GET /v1/inbox", door=Door.SIGNED_IN),
)
