"""Postings: pending → sending → done, failed or unknown; one for each money line, for ever."""

import datetime as dt

from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.records import LineKind
from shared.contracts.values import EntityId, Frozen, Instant, Money, derived_id

ME = system("integrations")
ON_FOLIO = {LineKind.CHARGE: 1, LineKind.REFUND: -1, LineKind.DEPOSIT: -1, LineKind.COST: 0}
"""What a line does to the guest's balance; a cost is the house's own."""
HOUSE = "house"
"""Where a cost is said to stand: on no folio, in the journal alone (ADR 17)."""


class Charge(Frozen):
    """One line for a folio; `key` makes it once however often it is sent, `adjusts` is the key that it takes back."""

    key: EntityId
    property_id: str
    stay_id: EntityId | None
    kind: LineKind
    amount: Money
    at: Instant
    adjusts: EntityId | None = None
    reservation: EntityId | None = None

    @property
    def on_balance(self) -> int:
        """What it adds to the guest's balance, in minor units."""
        return ON_FOLIO[self.kind] * self.amount.amount


class FolioLine(Frozen):
    """One line of a folio that we keep, as its guest may be shown it."""

    stay_id: str
    folio: str
    kind: LineKind
    amount: Money
    at: Instant


class PostingRow(Frozen):
    """A posting as our store keeps it: the contract's posting, the chain, and the event that asked for it."""

    chain: str
    posting: Posting
    correlation: str
    causation: str

    @property
    def charge(self) -> Charge:
        """What is to be posted."""
        one = self.posting
        return Charge(
            key=one.id,
            property_id=one.property_id,
            stay_id=one.stay_id,
            kind=one.kind,
            amount=one.amount,
            at=one.at,
            adjusts=one.adjusts,
        )


def posting_id(record_id: str, line_id: str) -> str:
    """The id of a line's posting: unique for ever, so a line is posted once whatever is repeated."""
    return derived_id("posting", record_id, line_id)


def moved(
    row: PostingRow,
    state: PostingState,
    now: dt.datetime,
    *,
    folio: str | None = None,
    reference: str | None = None,
    failure: str | None = None,
) -> PostingRow:
    """The row in its next published state."""
    changed = {
        "state": state,
        "folio": folio,
        "provider_ref": reference,
        "failure": failure,
        "at": now,
        "version": row.posting.version + 1,
    }
    return row.model_copy(update={"posting": row.posting.model_copy(update=changed)})


def told(row: PostingRow) -> NewEvent:
    """The event of a posting's state."""
    one = row.posting
    verb = "requested" if one.state is PostingState.PENDING else one.state.value
    return NewEvent(
        type=f"posting.{verb}.v1",
        chain=row.chain,
        property_id=one.property_id,
        subject=one.id,
        sequence=one.version,
        time=one.at,
        body=PostingEvent(actor=ME, posting=one),
    )
