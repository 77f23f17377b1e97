"""Puts requests to a payment provider into a store, in any state."""

from services.integrations.domain.payments import OperationRow
from services.integrations.store.payments import _row
from shared.chassis.mongo import Mongo
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentKind, PaymentOperation
from shared.contracts.values import Money
from tests.factories.records import CHAIN, NOON, PROPERTY


async def put_payment(
    mongo: Mongo, payment_id: str, stay_id: str, *steps: tuple[PaymentKind, PostingState]
) -> list[str]:
    """A payment of 100 euros with these requests; their ids. The first bears the payment's own."""
    ids = [payment_id if not number else f"{payment_id}-{number}" for number in range(len(steps))]
    for operation_id, (kind, state) in zip(ids, steps, strict=True):
        operation = PaymentOperation(
            id=operation_id,
            payment_id=payment_id,
            property_id=PROPERTY,
            stay_id=stay_id,
            kind=kind,
            amount=Money(amount=10_000, currency="EUR"),
            state=state,
            provider="stripe",
            provider_ref="pi_1",
            requested_by="staff-ana",
            at=NOON,
            version=2,
        )
        row = OperationRow(chain=CHAIN, operation=operation, target="pi_1", correlation="test-correlation")
        await mongo.collection("payments").insert_one(_row(row) | {"claimed": None})
    return ids
