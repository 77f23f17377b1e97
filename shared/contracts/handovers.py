"""Shift handovers as every other service sees them, and their events on `records.v1`."""

import datetime as dt
import enum

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Department
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class HandoverState(enum.StrEnum):
    """Where a handover stands."""

    PREPARED = "prepared"
    ACKNOWLEDGED = "acknowledged"
    SUPERSEDED = "superseded"


class Acknowledgement(Wire):
    """One person took a handover over, by name."""

    by: EntityId
    at: Instant


class HandoverCounts(Wire):
    """A handover in figures: of its open work, what changed in the shift, and what other departments ask."""

    late: int = 0
    at_risk: int = 0
    blocked: int = 0
    unaccepted: int = 0
    reviews: int = 0
    questions: int = 0
    notes: int = 0
    new: int = 0
    moved: int = 0
    closed: int = 0
    asked: int = 0


class Handover(Wire):
    """A shift's open work as handed to the next, acknowledged by name (F1): figures and a digest, never the work."""

    id: EntityId
    property_id: str
    department: Department
    business_day: dt.date
    shift: Code
    open_records: int
    acknowledged_by: EntityId | None = None
    zone: str = "UTC"
    at: Instant | None = Field(default=None, description="The shift change")
    since: Instant | None = Field(default=None, description="The handover before: what changed is counted from there")
    prepared_at: Instant | None = None
    late_ms: int = 0
    acknowledge_by: Instant | None = None
    state: HandoverState = HandoverState.PREPARED
    overdue: bool = False
    incoming: tuple[EntityId, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    superseded_by: EntityId | None = None
    counts: HandoverCounts = HandoverCounts()
    digest: str | None = Field(default=None, description="SHA-256 over id, version, status and owner of its records")
    version: Version


class HandoverEvent(EventBody):
    """Any event of a handover."""

    handover: Handover


HANDOVER_VERBS = ("prepared", "acknowledged", "overdue", "superseded")
