"""Postings of money lines and what became of them, on `money.v1`."""

import enum

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.records import LineKind
from shared.contracts.values import Code, EntityId, Instant, Money, Version, Wire


class PostingState(enum.StrEnum):
    """Commands out: `sending` is saved before the call and never retried blindly."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Posting(Wire):
    """One posting of one money line, exactly once."""

    id: EntityId
    property_id: str
    record_id: EntityId
    line_id: EntityId
    stay_id: EntityId | None = None
    kind: LineKind
    amount: Money
    state: PostingState
    folio: EntityId | None = None
    provider_ref: EntityId | None = None
    failure: Code | None = None
    approved_by: EntityId | None = None
    adjusts: EntityId | None = Field(default=None, description="The posting that this one takes back")
    at: Instant
    version: Version


class PostingEvent(EventBody):
    """Any event of a posting."""

    posting: Posting


class FinanceAction(Wire):
    """Something finance or the payment provider did that may need a record (M1): a refund, a dispute, a deposit."""

    id: EntityId
    property_id: str
    stay_id: EntityId | None = None
    code: Code
    amount: Money
    at: Instant
    version: Version
    record_id: EntityId | None = Field(default=None, description="The record that it is about, where one is known")
    expected: Money | None = Field(default=None, description="Of a difference: what our own record says")
    found: Money | None = Field(default=None, description="Of a difference: what the other side says; absent: nothing")
    folio: EntityId | None = None
    provider_ref: EntityId | None = None


class FinanceEvent(EventBody):
    """A finance action seen."""

    finance: FinanceAction


POSTING_VERBS = ("requested", "sent", "done", "failed", "unknown")
FINANCE_VERBS = ("refund_seen", "deposit_seen", "dispute_seen", "charge_seen", "difference_seen", "difference_settled")
