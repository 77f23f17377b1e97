"""Events for tests that need any event at all."""

import datetime as dt

from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Department, Role, system
from shared.contracts.reports import ReportEvent, ReportRun

AT = dt.datetime(2026, 5, 1, 12, 0, tzinfo=dt.UTC)


def report_event(subject: str, sequence: int, property_id: str = "city", report: str = "day") -> NewEvent:
    """A small real event on `reports.v1`."""
    run = ReportRun(
        id=subject,
        property_id=property_id,
        report=report,
        audience=Role.GENERAL_MANAGER,
        delivered_at=AT,
        version=sequence,
    )
    return NewEvent(
        type="report.delivered.v1",
        chain="grand",
        property_id=property_id,
        subject=subject,
        sequence=sequence,
        time=AT,
        body=ReportEvent(actor=system("tests"), run=run),
    )


__all__ = ["AT", "Department", "report_event"]
