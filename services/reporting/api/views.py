"""What callers see of reports, figures and facts."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

from pydantic import Field

from services.reporting.domain.chart import Chart
from services.reporting.domain.fact import Fact
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.domain.timeline import timing
from services.reporting.reports.wording import figure_said, figures_of, parameter_said, report_said, unit_said
from shared.contracts.identity import Department
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Frozen, Instant

PARAMETERS = ("property", "from", "to")


class FigureWords(Frozen):
    """What a figure is called and means, and what it is counted in; a percentile is one for all its steps."""

    name: str
    title: str
    meaning: str
    counted_in: str = ""


class ReportView(Frozen):
    """A report as it is listed, in the language of whoever asks."""

    name: str
    title: str
    definition: str
    parameters: tuple[str, ...]
    parameters_said: dict[str, str] = Field(default_factory=dict, description="What each parameter chooses")
    figures: tuple[FigureWords, ...] = ()


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
    said: FigureWords
    items: tuple[RecordView, ...]
    next: str | None = None


class HashView(Frozen):
    """The hash over all facts of a chain: equal before and after a rebuild."""

    hash: str
    facts: int


def report_view(report: Report, language: str = "en", figures: Sequence[Figure] | None = None) -> ReportView:
    """One report for a caller: with the figures it answers with, else with all that it may have."""
    said, parameters = report_said(report.name, language), (*PARAMETERS, *report.takes)
    if figures is None:
        words = tuple(
            FigureWords(name=name, title=one.title.replace("{n}", "…"), meaning=one.meaning.replace("{n}", "…"))
            for name in figures_of(report.name)
            for one in (figure_said(report.name, name, language),)
        )
    else:
        first = {one.name: one for one in reversed(figures)}
        words = tuple(
            figure_words(report.name, first[name], language) for name in dict.fromkeys(o.name for o in figures)
        )
    return ReportView(
        name=report.name,
        title=said.title,
        definition=said.meaning,
        parameters=parameters,
        parameters_said={name: parameter_said(name, language) for name in parameters},
        figures=words,
    )


def figure_words(report: str, figure: Figure, language: str = "en") -> FigureWords:
    """What one figure is called and means, and what it is counted in."""
    said = figure_said(report, figure.name, language)
    unit = unit_said(figure.unit, language)
    return FigureWords(name=figure.name, title=said.title, meaning=said.meaning, counted_in=unit)


def answer_view(
    report: Report, question: Question, figures: Sequence[Figure], property_id: str | None, language: str = "en"
) -> AnswerView:
    """A whole answer."""
    return AnswerView(
        report=report_view(report, language, figures),
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
