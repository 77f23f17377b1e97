"""Payments in the states that requests wait for, a day that can be closed, a hotel that ties out."""

from services.integrations.api.payments import DECIDED, HOLD
from shared.chassis.mongo import Mongo
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentKind
from tests.factories.payments import put_payment
from tests.factories.records import PROPERTY
from tests.fakes.payment_provider import GOOD
from tests.input.ripening import Ripe

HELD = (PaymentKind.HOLD, PostingState.DONE)
CAPTURED = (PaymentKind.CAPTURE, PostingState.DONE)
LOST = (PaymentKind.CAPTURE, PostingState.UNKNOWN)


async def ripe_money(mongo: Mongo, stay_id: str, token: str) -> Ripe:
    """For every request the payment that waits for it."""
    await put_payment(mongo, "seed-capture", stay_id, HELD)
    await put_payment(mongo, "seed-release", stay_id, HELD)
    await put_payment(mongo, "seed-refund", stay_id, HELD, CAPTURED)
    *_, lost = await put_payment(mongo, "seed-lost", stay_id, HELD, LOST)
    path = "/v1/payments/{payment_id}"
    return {
        "POST /v1/payments": [{"body": HOLD | {"stay_id": stay_id}}],
        f"POST {path}/capture": [{"path": {"payment_id": "seed-capture"}, "body": {}}],
        f"POST {path}/release": [{"path": {"payment_id": "seed-release"}, "body": {}}],
        f"POST {path}/refund": [{"path": {"payment_id": "seed-refund"}, "body": {}}],
        f"GET {path}": [{"path": {"payment_id": "seed-refund"}}],
        "GET /v1/payments": [{"query": {"stay_id": stay_id}}],
        "POST /v1/payments/operations/{operation_id}/decision": [{"path": {"operation_id": lost}, "body": DECIDED}],
        "POST /v1/payments/{property_id}/{token}/stripe/events": [
            {"path": {"property_id": PROPERTY, "token": token}, "headers": {"Stripe-Signature": GOOD}}
        ],
        "POST /v1/reconciliations": [{"body": {"property_id": PROPERTY, "days": 1}}],
        "GET /v1/journal/{property_id}/{day}": [{"path": {"property_id": PROPERTY, "day": "2026-03-09"}}],
        "POST /v1/journal/{property_id}/{day}/close": [{"path": {"property_id": PROPERTY, "day": "2026-03-08"}}],
    }
