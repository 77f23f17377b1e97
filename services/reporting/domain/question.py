"""What a report is asked, and what it answers: figures, each with a rule that says which records stand behind it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from services.reporting.domain.chart import Chart
from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.local import day_of
from services.reporting.domain.standing import Standing
from services.reporting.domain.tally import ALL, Entry, Tally, labels_of
from shared.contracts.errors import invalid
from shared.contracts.identity import DataClass
from shared.contracts.values import Code, Frozen, Instant

MAX_DAYS = 400
FIRST_YEAR, LAST_YEAR = 2000, 2200
BEFORE = 4
"""A report that compares does so with this many times the days asked about, right before them."""


class Question(Frozen):
    """The days asked about, both inclusive, in each property's own local time, and the business time of asking."""

    start: dt.date
    end: dt.date
    now: Instant

    def covers(self, moment: dt.datetime | None, zone_name: str) -> bool:
        """Whether a moment lies on one of the days, where the record is."""
        return moment is not None and self.start <= day_of(moment, zone_name) <= self.end

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """UTC instants that surely enclose the days in any zone; for reading, never for counting."""
        first = dt.datetime.combine(self.start, dt.time(), dt.UTC) - dt.timedelta(hours=15)
        return first, dt.datetime.combine(self.end, dt.time(), dt.UTC) + dt.timedelta(hours=39)

    @property
    def days(self) -> int:
        """How many days."""
        return (self.end - self.start).days + 1

    def earlier(self, times: int) -> "Question":
        """So many times as many days, ending where this begins."""
        start = self.start - dt.timedelta(days=self.days * times)
        return Question(start=start, end=self.start - dt.timedelta(days=1), now=self.now)


def asked(start: dt.date, end: dt.date, now: dt.datetime) -> Question:
    """A question over some days; the end before the start or more than 400 days are a 422."""
    if end < start:
        raise invalid("to", "not_before_from", "The last day is before the first.")
    if (end - start).days >= MAX_DAYS:
        raise invalid("to", "at_most_400_days", "A report covers at most 400 days.")
    if not FIRST_YEAR <= start.year <= end.year <= LAST_YEAR:
        raise invalid("from", "range", f"Days lie in the years {FIRST_YEAR} to {LAST_YEAR}.")
    return Question(start=start, end=end, now=now)


class Behind(Frozen):
    """Which records stand behind a figure: those that gave one of these measures to this group of this family.

    `scale` with `least`: those that gave to a step of that scale from there on. `standing`: of what is open now, those
    that give it by the moment of asking. `window`: of the days asked about, of the time right before them that they are
    compared with, or of both.
    """

    family: Code
    group: str = ALL
    groups: tuple[str, ...] = Field(default=(), description="Further groups")
    measures: tuple[str, ...] = ()
    scale: str = ""
    least: int = 0
    standing: bool = False
    window: Literal["now", "before", "both"] = "now"

    def days(self, question: Question) -> Question:
        """The days that its records gave something on."""
        if self.window == "now":
            return question
        earlier = question.earlier(BEFORE)
        return earlier if self.window == "before" else earlier.model_copy(update={"end": question.end})

    def times(self, entries: Iterable[Entry], question: Question) -> int:
        """How often a record with these entries counts; 0: it is none of them."""
        asked = self.days(question)
        return sum(
            one.amount for one in entries if self._is(one) and (self.standing or asked.start <= one.day <= asked.end)
        )

    def _is(self, one: Entry) -> bool:
        if one.family != self.family or one.amount == 0 or (one.group != self.group and one.group not in self.groups):
            return False
        if one.measure in self.measures:
            return True
        step = one.measure[len(self.scale) :]
        return bool(self.scale) and one.measure.startswith(self.scale) and step.isdigit() and int(step) >= self.least


class Figure(Frozen):
    """One number. `value=None` says that nothing was there to count from; `low` and `high`: its 95 % interval."""

    name: Code
    labels: dict[str, str] = Field(default_factory=dict)
    value: float | int | None
    unit: str
    records: int = Field(default=0, description="How often records count behind it: one that closed twice, twice")
    behind: Behind | None = None
    low: float | None = None
    high: float | None = None
    note: Code | None = Field(default=None, description="What a reader must know of it, by a code")
    data_class: DataClass = Field(default=DataClass.ORDINARY, description="Shown to those who may read this class")

    @property
    def key(self) -> str:
        """What names it within its report."""
        return "|".join((self.name, *(f"{label}={self.labels[label]}" for label in sorted(self.labels))))


@dataclass(frozen=True)
class Around:
    """What a report must know beside what happened: rooms and currency by property, staff hours, rates."""

    rooms: Mapping[str, int] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    staff_ms: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """On duty by the rota in the days asked about, by department and shift."""
    rates: Mapping[str, str] = field(default_factory=dict)
    """What one unit of a currency is worth in `currency`, as a decimal number in text."""
    currency: str | None = None


@dataclass(frozen=True)
class Asked:
    """All that a report's figures are made of. `before` is the same number of days, four times, before them."""

    question: Question
    whole: Mapping[str, Tally]
    standing: Tally = field(default_factory=Tally)
    by_property: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    by_day: Mapping[dt.date, Mapping[str, Tally]] = field(default_factory=dict)
    before: Mapping[str, Tally] = field(default_factory=dict)
    around: Around = field(default_factory=Around)

    def of(self, family: str) -> Tally:
        """The sums of one family over the whole window."""
        return self.whole.get(family) or Tally()


Entries = Callable[[Fact], Iterable[Entry]]
StandingEntries = Callable[[Standing, Question], Iterable[Entry]]


@dataclass(frozen=True)
class Report:
    """One report: the families of sums it needs, and the pure function that makes its figures. `title` and
    `definition` are put in from its words.

    `apart` are those read by property, `by_day` those read by day; small ones, as they are many.
    `entries` is what each fact gives to families of its own; other reports may use them. `basis`: all that they depend
    on beside the zone; while it stays the same, so do they (None where nothing can be given). `by_stretch`: each
    stretch gives by itself or with the one right before it; of those further back only the first matters. `standing`:
    what a record that is open gives, by the moment of asking. Further parameters that it takes are `takes`.
    """

    name: str
    figures: Callable[[Asked], list[Figure]]
    families: tuple[str, ...] = ()
    entries: Entries | None = None
    basis: Callable[[Life, Fact], object] | None = None
    by_stretch: bool = False
    standing: StandingEntries | None = None
    apart: tuple[str, ...] = ()
    by_day: tuple[str, ...] = ()
    compares: bool = False
    takes: tuple[str, ...] = ()
    title: str = ""
    definition: str = ""
    picture: Callable[[Sequence[Figure]], Chart | None] = lambda _: None


def count(name: str, tally: Tally, family: str, measure: str, unit: str = "records", **labels: str) -> Figure:
    """A sum of one measure, and those that gave it."""
    return counted(name, tally, Behind(family=family, group=_group(labels), measures=(measure,)), unit, labels)


def _group(labels: Mapping[str, str]) -> str:
    return "|".join(f"{one}={labels[one]}" for one in sorted(labels)) or ALL


def counted(name: str, tally: Tally, behind: Behind, unit: str, labels: Mapping[str, str]) -> Figure:
    """The sum of what stands behind a rule."""
    value = sum(tally.get(measure, behind.group) for measure in behind.measures)
    return Figure(name=name, labels=dict(labels), value=value, unit=unit, records=value, behind=behind)


def share(name: str, tally: Tally, family: str, part: str, rest: str, group: str = ALL) -> Figure:
    """A part of a whole, 0 to 1, with its interval; the records behind it are those of the whole not in the part."""
    inside, outside = tally.get(part, group), tally.get(rest, group)
    low, high = wilson(inside, inside + outside)
    return Figure(
        name=name,
        labels=labels_of(group),
        value=round(inside / (inside + outside), 4) if inside + outside else None,
        unit="share",
        records=outside,
        behind=Behind(family=family, group=group, measures=(rest,)),
        low=low,
        high=high,
    )


def wilson(part: int, whole: int, z: float = 1.96) -> tuple[float, float] | tuple[None, None]:
    """The 95 % score interval of a share (E. B. Wilson 1927): honest for few cases and for shares near 0 and 1."""
    if whole <= 0:
        return None, None
    p, zz = part / whole, z * z
    centre = (p + zz / (2 * whole)) / (1 + zz / whole)
    half = z / (1 + zz / whole) * ((p * (1 - p) + zz / (4 * whole)) / whole) ** 0.5
    return round(max(0.0, centre - half), 4), round(min(1.0, centre + half), 4)


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile: a value that was really measured; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-percent * len(ordered) // 100))
    return ordered[rank - 1]
