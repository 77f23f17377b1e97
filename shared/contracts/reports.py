"""Report runs and their reviews, on `reports.v1`."""

import datetime as dt

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Role
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


REPORT_VERBS = ("delivered", "reviewed")
