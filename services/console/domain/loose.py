"""Loose ends: work that nobody wrote down, commands that nobody could carry out, money that differs."""

from shared.contracts.values import Instant, Money, Wire


class Comment(Wire):
    """What the PMS says of a stay and no record has taken up."""

    id: str
    version: int
    property_id: str
    stay_id: str
    kind: str
    text: str
    seen_at: Instant


class OutCommand(Wire):
    """A command to another system that waits for a person. Its words are not shown."""

    id: str
    version: int
    sort: str
    property_id: str
    record_id: str | None = None
    stay_id: str | None = None
    state: str
    dead: bool = True
    attempts: int = 0
    failure: str | None = None
    asked_at: Instant | None = None


class Difference(Wire):
    """What records, folio and payment provider do not agree on."""

    id: str
    type: str
    on: str
    property_id: str
    stay_id: str | None = None
    record_id: str | None = None
    expected: Money | None = None
    found: Money | None = None
    gap: Money
    reference: str | None = None
