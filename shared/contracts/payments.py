"""What is asked of a payment provider and what became of it, on `money.v1`: holds, captures, releases, refunds."""

import datetime as dt
import enum

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.money import PostingState
from shared.contracts.values import Code, EntityId, Instant, Money, Version, Wire


class PaymentKind(enum.StrEnum):
    """What a provider can be asked for."""

    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"


class PaymentOperation(Wire):
    """One request to a payment provider; its id is our key at the provider, for ever."""

    id: EntityId
    payment_id: EntityId
    property_id: str
    stay_id: EntityId | None = None
    record_id: EntityId | None = None
    line_id: EntityId | None = Field(default=None, description="The deposit of the record that it takes")
    kind: PaymentKind
    amount: Money
    state: PostingState
    provider: Code
    provider_ref: EntityId | None = None
    failure: Code | None = None
    requested_by: EntityId
    at: Instant
    version: Version


class PaymentEvent(EventBody):
    """Any event of a request to a payment provider."""

    payment: PaymentOperation


PAYMENT_VERBS = ("requested", "done", "failed", "unknown", "decided")


class JournalDay(Wire):
    """A hotel's day that was closed for accounting: how many lines it holds, and the digest of them as CSV."""

    id: EntityId
    property_id: str
    day: dt.date
    lines: int
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    closed_by: EntityId
    version: Version


class JournalEvent(EventBody):
    """A day was closed: nothing is added to it any more."""

    journal: JournalDay


JOURNAL_VERBS = ("closed",)
