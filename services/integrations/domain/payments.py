"""Payments at a provider: a hold, captured in parts, released, refunded; each request once, by a key of our own."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, conflict, invalid, not_found
from shared.contracts.identity import Actor, system
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentEvent, PaymentKind, PaymentOperation
from shared.contracts.records import MoneyLine
from shared.contracts.values import EntityId, Frozen, Money, derived_id, minor_digits

ME = system("integrations")
KEY_LASTS = dt.timedelta(hours=23)
"""How long after the first try the same key is sent again: Stripe forgets keys after 24 hours."""
WHOLE_HUNDREDS = frozenset({"ISK", "UGX"})
"""Without decimals by ISO 4217, but written with two zeros at Stripe (docs.stripe.com/currencies, special cases)."""
NO_PROVIDER = "unknown"
OPEN = frozenset({PostingState.PENDING, PostingState.SENDING, PostingState.UNKNOWN})


class OperationRow(Frozen):
    """A request as our store keeps it. `method` is the provider's own token of a card, never a number."""

    chain: str
    operation: PaymentOperation
    method: EntityId | None = Field(default=None, repr=False)
    target: EntityId | None = None
    first_tried: dt.datetime | None = None
    decided_because: str | None = Field(default=None, repr=False)
    correlation: str
    causation: str | None = None


@dataclass(frozen=True)
class PaymentView:
    """A payment as its requests leave it, in minor units of one currency."""

    id: str
    property_id: str
    stay_id: str | None
    currency: str
    held: int
    captured: int
    refunded: int
    released: bool
    busy: bool
    operations: tuple[PaymentOperation, ...]

    @property
    def reference(self) -> str | None:
        """The provider's own name for the hold."""
        holds = [one for one in self.operations if one.kind is PaymentKind.HOLD]
        return holds[0].provider_ref if holds else None


def view(operations: Sequence[PaymentOperation]) -> PaymentView:
    """A payment by all its requests, oldest first."""
    first = operations[0]
    done = [one for one in operations if one.state is PostingState.DONE]

    def total(kind: PaymentKind) -> int:
        return sum(one.amount.amount for one in done if one.kind is kind)

    return PaymentView(
        id=first.payment_id,
        property_id=first.property_id,
        stay_id=first.stay_id,
        currency=first.amount.currency,
        held=total(PaymentKind.HOLD),
        captured=total(PaymentKind.CAPTURE),
        refunded=total(PaymentKind.REFUND),
        released=any(one.kind is PaymentKind.RELEASE for one in done),
        busy=any(one.state in OPEN for one in operations),
        operations=tuple(operations),
    )


def amount_for(payment: PaymentView, kind: PaymentKind, asked: int | None) -> Money:
    """The amount of a further request, or a refusal: nothing beyond what is held or captured, one at a time."""
    if payment.busy:
        raise conflict("payment_busy", "An earlier request of this payment is not settled yet.")
    if payment.held == 0:
        raise conflict("payment_not_held", "Nothing is held by this payment.")
    left = payment.captured - payment.refunded if kind is PaymentKind.REFUND else payment.held - payment.captured
    if kind is not PaymentKind.REFUND and (payment.released or (payment.captured and kind is PaymentKind.CAPTURE)):
        # A card hold is captured once, in part or whole; the provider lets go of what is left by itself.
        raise conflict("payment_settled", "This hold is captured or released already.")
    if kind is PaymentKind.RELEASE and payment.captured:
        raise conflict("payment_settled", "This hold is captured or released already.")
    wanted = left if asked is None else asked
    if not 0 < wanted <= left:
        raise invalid("amount", "beyond_payment", f"Between 1 and {left} minor units are left.")
    return Money(amount=wanted, currency=payment.currency)


def provider_amount(money: Money) -> int:
    """An amount as Stripe writes it: minor units, with its exceptions. What it cannot carry is a refusal.

    Source: docs.stripe.com/currencies, zero-decimal, three-decimal and special-case currencies.
    """
    if money.currency in WHOLE_HUNDREDS:
        return money.amount * 100
    if minor_digits(money.currency) == 3 and money.amount % 10:
        raise invalid("amount", "payable_amount", f"{money.currency} is paid in steps of ten minor units.")
    return money.amount


def our_amount(units: int, currency: str) -> Money:
    """An amount of Stripe's as ours."""
    upper = currency.upper()
    return Money(amount=units // 100 if upper in WHOLE_HUNDREDS else units, currency=upper)


def moved(
    row: OperationRow,
    state: PostingState,
    now: dt.datetime,
    *,
    reference: str | None = None,
    failure: str | None = None,
) -> OperationRow:
    """The row in its next published state."""
    one = row.operation
    changed = {"state": state, "failure": failure, "at": now, "version": one.version + 1}
    changed |= {"provider_ref": reference or one.provider_ref}
    return row.model_copy(update={"operation": one.model_copy(update=changed)})


def told(row: OperationRow, actor: Actor = ME, verb: str | None = None) -> NewEvent:
    """The event of a request's state."""
    one = row.operation
    said = verb or ("requested" if one.state is PostingState.PENDING else one.state.value)
    return NewEvent(
        type=f"payment.{said}.v1",
        chain=row.chain,
        property_id=one.property_id,
        subject=one.id,
        sequence=one.version,
        time=one.at,
        body=PaymentEvent(actor=actor, payment=one),
    )


@dataclass(frozen=True)
class DepositCapture:
    """A record's deposit that takes what a payment holds: one request for ever, whatever is repeated."""

    chain: str
    property_id: str
    record_id: str
    stay_id: str | None
    line: MoneyLine
    by: str
    at: dt.datetime
    correlation: str
    causation: str

    @property
    def id(self) -> str:
        """Of the request."""
        return deposit_capture_id(self.record_id, self.line.id)

    def on(self, held: Sequence[PaymentOperation]) -> OperationRow:
        """The request, given those of the payment so far; what cannot be taken has failed and says why."""
        payment, failure, target = self.line.payment or "", None, None
        try:
            target = self._target(held)
        except AppError as refused:
            failure = refused.code
        operation = PaymentOperation(
            id=self.id,
            payment_id=payment,
            property_id=self.property_id,
            stay_id=self.stay_id,
            record_id=self.record_id,
            line_id=self.line.id,
            kind=PaymentKind.CAPTURE,
            amount=self.line.amount,
            state=PostingState.FAILED if failure else PostingState.PENDING,
            provider=held[0].provider if held else NO_PROVIDER,
            failure=failure,
            requested_by=self.by,
            at=self.at,
            version=1,
        )
        traced = {"correlation": self.correlation, "causation": self.causation}
        return OperationRow(chain=self.chain, operation=operation, target=target, **traced)

    def _target(self, held: Sequence[PaymentOperation]) -> str | None:
        payment = view(held) if held else None
        mine = (self.stay_id, self.line.amount.currency)
        if payment is None or (payment.stay_id, payment.currency) != mine:
            raise not_found("payment")
        provider_amount(amount_for(payment, PaymentKind.CAPTURE, self.line.amount.amount))
        return payment.reference


def deposit_capture_id(record_id: str, line_id: str) -> str:
    """The id of the request that takes a deposit at the provider."""
    return derived_id("deposit capture", record_id, line_id)
