"""What protects the routes of integrations that are about payments and the books."""

from services.integrations.api.payments import DECIDED
from shared.contracts.policy import Resource
from tests.rights.rows import Barred, Door, Row, granted

KIND = Resource.PAYMENT
HELD = {"stay_id": "{stay_id}", "amount": 100, "currency": "EUR", "method": "pm_card_visa"}
ROWS = (
    Row("POST /v1/payments/{property_id}/{token}/stripe/events", door=Door.SECRET, body={}),
    granted("POST /v1/payments", "charge", KIND, body=HELD),
    granted("POST /v1/payments/{payment_id}/capture", "charge", KIND, body={}),
    granted("POST /v1/payments/{payment_id}/release", "charge", KIND, body={}),
    granted("POST /v1/payments/{payment_id}/refund", "refund", KIND, body={}),
    granted("POST /v1/payments/operations/{operation_id}/decision", "decide", KIND, body=DECIDED),
    granted(
        "GET /v1/payments",
        "read",
        KIND,
        query={"stay_id": "{stay_id}"},
        thing="payment_id",
        barred=Barred.ABSENT,
    ),
    granted("GET /v1/payments/{payment_id}", "read", KIND, thing="payment_id"),
    granted("POST /v1/reconciliations", "reconcile", KIND, body={"property_id": "{property_id}"}),
    granted("GET /v1/differences", "read", KIND, query={"property": "city"}, barred=Barred.ABSENT),
    granted("GET /v1/journal/{property_id}/{day}", "read", KIND),
    granted("POST /v1/journal/{property_id}/{day}/close", "close", KIND),
)
