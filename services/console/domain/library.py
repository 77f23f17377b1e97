"""The reports there are, their figures, and the pictures made of them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from services.console.domain.due import length
from services.console.domain.tongue import low, money, number, percent
from services.console.domain.words import DEPARTMENT, LINE, ROLE, STATUS, plain, said
from shared.contracts.identity import Department
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Instant, Wire

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FigureWords(Wire):
    """What a figure is called and means, and what it is counted in, as reporting says it in the viewer's language."""

    name: str
    title: str
    meaning: str = ""
    counted_in: str = ""


class ReportInfo(Wire):
    """One report: what it is called and what its figures mean."""

    name: str
    title: str = ""
    definition: str = ""
    parameters_said: dict[str, str] = Field(default_factory=dict)
    figures: tuple[FigureWords, ...] = ()

    def title_of(self, figure: str) -> str:
        """What a figure is called; a figure that nobody has named yet is shown as plain words."""
        return next((one.title for one in self.figures if one.name == figure), "") or plain(figure)


class Figure(Wire):
    """One number of a report; `records` is how many stand behind it, under `key`."""

    key: str = ""
    name: str
    labels: dict[str, str] = Field(default_factory=dict)
    value: int | float | None = None
    unit: str = ""
    records: int = 0

    @property
    def currency(self) -> str:
        """The currency of an amount; empty for anything else."""
        return self.unit[:3] if "minor units" in self.unit else ""

    @property
    def words(self) -> str:
        """The value as people read it: seconds as a length, minor units as money, a share as a percentage."""
        if self.value is None:
            return "–"
        if self.unit == "seconds":
            return length(dt.timedelta(seconds=self.value))
        if self.unit == "share":
            return percent(self.value)
        if self.currency:
            # Some amounts come in hundredths of a minor unit, so that a mean stays whole.
            return money(round(self.value / 100) if self.unit.endswith("/ 100") else int(self.value), self.currency)
        return number(self.value, 0 if float(self.value).is_integer() else 2)

    @property
    def label(self) -> str:
        """What it is of, e.g. "Housekeeping · guest request"."""
        return " · ".join(named(value) for label, value in self.labels.items() if label != "currency") or self.currency


class Answer(Wire):
    """A report's answer."""

    report: ReportInfo
    property: str | None = None
    start: dt.date
    end: dt.date
    as_of: Instant
    figures: tuple[Figure, ...] = ()


class BehindRecord(Wire):
    """One record behind a figure."""

    id: str
    kind: str
    department: Department
    status: Status
    outcome: Outcome | None = None
    room: str | None = None
    opened_at: Instant
    due_at: Instant | None = None
    closed_at: Instant | None = None
    late: bool = False
    times: int = 1


class Behind(Wire):
    """The records behind one figure."""

    figure: Figure
    said: FigureWords | None = None
    items: tuple[BehindRecord, ...] = ()
    next: str | None = None


@dataclass(frozen=True)
class Bar:
    """One figure as a bar of 1000."""

    figure: Figure
    width: float


@dataclass(frozen=True)
class Group:
    """The figures of one name that are broken down alike, the greatest first."""

    title: str
    bars: tuple[Bar, ...]


def named(code: str) -> str:
    """A label's value as words."""
    table = next((each for each in (DEPARTMENT, STATUS, LINE, ROLE) if code in each), {})
    return said(table, code)


def totals(figures: Iterable[Figure]) -> list[Figure]:
    """The figures of the whole, which nothing breaks down."""
    return [one for one in figures if not one.labels]


def groups(figures: Sequence[Figure], report: ReportInfo) -> list[Group]:
    """The broken-down figures, by name and by what breaks them down; amounts of each currency by themselves, as no
    bar of one may stand beside a bar of another."""
    found: dict[tuple[str, tuple[str, ...], str], list[Figure]] = {}
    for one in figures:
        if one.labels:
            found.setdefault((one.name, tuple(one.labels), one.currency), []).append(one)
    return [
        Group(_titled(report.title_of(name), labels, currency), _bars(rows))
        for (name, labels, currency), rows in found.items()
    ]


def _titled(title: str, labels: Sequence[str], currency: str) -> str:
    by = ", ".join(low(plain(label)) for label in labels if label != "currency")
    return " – ".join(part for part in (title, by, currency) if part)


def _bars(figures: Sequence[Figure]) -> tuple[Bar, ...]:
    most = max((abs(one.value or 0) for one in figures), default=0) or 1
    ordered = sorted(figures, key=lambda one: -(one.value or 0))
    return tuple(Bar(one, round(abs(one.value or 0) / most * 1000, 1)) for one in ordered)


def table(answer: Answer) -> list[list[str]]:
    """The figures as rows for a spreadsheet; what a spreadsheet would run as a formula is kept from it."""
    rows = [["hotel", "from", "to", "figure", "of", "value", "unit", "records"]]
    for one in answer.figures:
        labels = "; ".join(f"{name}={value}" for name, value in one.labels.items())
        value = "" if one.value is None else _written(one)
        where = answer.property or "all"
        days = [answer.start.isoformat(), answer.end.isoformat()]
        rows.append([where, *days, one.name, labels, value, one.unit, str(one.records)])
    return [[f"'{cell}" if cell.startswith(_FORMULA) and not _numeric(cell) else cell for cell in row] for row in rows]


def _written(one: Figure) -> str:
    """A value as a spreadsheet reads it: amounts in whole minor units, whatever their size."""
    if isinstance(one.value, int) or one.currency:
        return str(int(one.value or 0))
    return f"{one.value:.0f}" if one.unit == "seconds" else f"{one.value:.10g}"


def _numeric(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
