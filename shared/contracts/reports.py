"""Report runs, their reviews and spot checks, on `reports.v1`."""

import datetime as dt

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Department, Role
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class ReportRun(Wire):
    """One report delivered to a role; its review is recorded by name (K5)."""

    id: EntityId
    property_id: str
    report: Code
    audience: Role
    delivered_at: Instant
    review_by: Instant | None = None
    reviewed_by: EntityId | None = None
    reviewed_at: Instant | None = None
    busy_day: dt.date | None = Field(default=None, description="The day ahead that it was delivered before")
    version: Version


class ReportEvent(EventBody):
    """Any event of a report run."""

    run: ReportRun


class SpotCheckSeen(Wire):
    """One spot check: of which record, who made it, how many of the compared values agreed; never the values."""

    id: EntityId
    property_id: str
    record_id: EntityId
    day: dt.date
    department: Department
    entered_by: EntityId | None = None
    right: int = 0
    wrong: int = 0
    version: Version


class SpotCheckEvent(EventBody):
    """Any event of a spot check."""

    check: SpotCheckSeen


SPOT_CHECK_VERBS = ("planned", "entered")
REPORT_VERBS = ("delivered", "reviewed")
