"""What callers see of reports, figures and facts."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

from pydantic import Field

from services.reporting.domain.chart import Chart
from services.reporting.domain.fact import Fact
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.domain.timeline import timing
from shared.contracts.identity import Department
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Frozen, Instant

PARAMETERS = ("property", "from", "to")


class ReportView(Frozen):
    """A report as it is listed."""

    name: str
    title: str
    definition: str
    parameters: tuple[str, ...]


class FigureView(Frozen):
    """One number, how many records stand behind it, and where they are."""

    key: str
    name: str
    labels: dict[str, str]
    value: float | int | None
    unit: str
    records: int
    records_url: str | None = Field(description="The records behind it; none where it is made of no records")
    low: float | None = Field(default=None, description="Lower bound of the 95 % interval")
    high: float | None = None
    note: str | None = Field(default=None, description="What a reader must know of it, by a code")


class AnswerView(Frozen):
    """A report answered: its definition, the days and property asked about, its figures, and as of when."""

    report: ReportView
    property: str | None
    start: dt.date
    end: dt.date
    as_of: Instant
    figures: tuple[FigureView, ...]
    picture: Chart | None = None


class RecordView(Frozen):
    """One record behind a figure: what every department may know of it."""

    id: str
    property: str
    kind: str
    department: Department
    status: Status
    outcome: Outcome | None
    room: str | None
    opened_at: Instant
    due_at: Instant
    closed_at: Instant | None
    late: bool
    times: int = Field(default=1, description="How often it counts behind the figure")


class RecordPage(Frozen):
    """The records behind a figure, `next` being where the list goes on."""

    figure: FigureView
    items: tuple[RecordView, ...]
    next: str | None = None


class HashView(Frozen):
    """The hash over all facts of a chain: equal before and after a rebuild."""

    hash: str
    facts: int


def report_view(report: Report) -> ReportView:
    """One report for a caller."""
    return ReportView(
        name=report.name, title=report.title, definition=report.definition, parameters=(*PARAMETERS, *report.takes)
    )


def answer_view(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> AnswerView:
    """A whole answer."""
    return AnswerView(
        report=report_view(report),
        property=property_id,
        start=question.start,
        end=question.end,
        as_of=question.now,
        figures=tuple(figure_view(report.name, question.start, question.end, one, property_id) for one in figures),
        picture=report.picture(figures),
    )


def figure_view(report: str, start: dt.date, end: dt.date, figure: Figure, property_id: str | None) -> FigureView:
    """One figure with the address of its records."""
    asked = {"figure": figure.key, "from": start.isoformat(), "to": end.isoformat()}
    asked |= {"property": property_id} if property_id else {}
    return FigureView(
        key=figure.key,
        name=figure.name,
        labels=figure.labels,
        value=figure.value,
        unit=figure.unit,
        records=figure.records,
        records_url=f"/v1/reports/{report}/records?{urlencode(asked)}" if figure.behind else None,
        low=figure.low,
        high=figure.high,
        note=figure.note,
    )


def record_view(fact: Fact, now: dt.datetime, times: int) -> RecordView | None:
    """One record behind a figure; None when its own events have not come."""
    life = fact.life
    if life is None:
        return None
    return RecordView(
        id=fact.id,
        property=fact.property_id,
        kind=life.kind,
        department=life.department,
        status=life.status,
        outcome=life.outcome,
        room=life.room,
        opened_at=life.opened_at,
        due_at=life.due_at,
        closed_at=life.closed_at,
        late=timing(life, now).late,
        times=times,
    )
