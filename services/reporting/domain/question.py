"""What a report is asked, and what it answers: figures with the records behind each."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from services.reporting.domain.fact import Fact
from shared.contracts.errors import invalid
from shared.contracts.identity import DataClass
from shared.contracts.values import Code, Frozen, Instant, local_day, zone

MAX_DAYS = 400


class Question(Frozen):
    """The days asked about, both inclusive, in each property's own local time, and the business time of asking."""

    start: dt.date
    end: dt.date
    now: Instant

    def covers(self, moment: dt.datetime | None, fact: Fact) -> bool:
        """Whether a moment lies on one of the days, where the record is."""
        return moment is not None and self.start <= local_day(moment, zone(fact.zone)) <= self.end

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """UTC instants that surely enclose the days in any zone; for reading, never for counting."""
        first = dt.datetime.combine(self.start, dt.time(), dt.UTC) - dt.timedelta(hours=15)
        return first, dt.datetime.combine(self.end, dt.time(), dt.UTC) + dt.timedelta(hours=39)


def asked(start: dt.date, end: dt.date, now: dt.datetime) -> Question:
    """A question over some days; the end before the start or more than 400 days are a 422."""
    if end < start:
        raise invalid("to", "not_before_from", "The last day is before the first.")
    if (end - start).days >= MAX_DAYS:
        raise invalid("to", "at_most_400_days", "A report covers at most 400 days.")
    return Question(start=start, end=end, now=now)


class Figure(Frozen):
    """One number. `value=None` says that nothing was there to count from; `records` are the ids behind it."""

    name: Code
    labels: dict[str, str] = Field(default_factory=dict)
    value: float | int | None
    unit: str
    records: tuple[str, ...] = ()
    data_class: DataClass = Field(default=DataClass.ORDINARY, description="Shown to those who may read this class")

    @property
    def key(self) -> str:
        """What names it within its report."""
        return "|".join((self.name, *(f"{label}={self.labels[label]}" for label in sorted(self.labels))))


@dataclass(frozen=True)
class Report:
    """One report: how it is defined, and the pure function that makes its figures."""

    name: str
    title: str
    definition: str
    figures: Callable[[Sequence[Fact], Question], list[Figure]]


def count(name: str, records: Iterable[str], **labels: str) -> Figure:
    """How many records."""
    found = tuple(records)
    return Figure(name=name, labels=labels, value=len(set(found)), unit="records", records=found)


def share(name: str, part: Iterable[str], whole: Iterable[str], **labels: str) -> Figure:
    """A part of a whole, 0 to 1; the records behind it are those of the whole that are not in the part."""
    inside, all_of = set(part), sorted(set(whole))
    rest = tuple(one for one in all_of if one not in inside)
    value = round(1 - len(rest) / len(all_of), 4) if all_of else None
    return Figure(name=name, labels=labels, value=value, unit="share", records=rest)


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile: a value that was really measured; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-percent * len(ordered) // 100))
    return ordered[rank - 1]
