"""The day's figures of one hotel, read out of the reports' figures."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from shared.contracts.values import Money, Wire


class Figure(Wire):
    """One number of a report; `records` is how many stand behind it."""

    name: str
    labels: dict[str, str] = Field(default_factory=dict)
    value: int | float | None = None
    unit: str = ""
    records: int = 0


class DepartmentDay(Wire):
    """One department's day: closes and seconds on the day, open and late as of now."""

    department: str
    closed: int = 0
    open: int = 0
    late: int = 0
    median_s: float | None = None


class Cause(Wire):
    """How often a cause of exceptions came up."""

    cause: str
    count: int


class MoneySum(Wire):
    """The day's sum of one kind of money line, and the parts of it that are not posted yet or failed."""

    kind: str
    lines: int
    amount: Money
    waiting: Money | None = None
    failed: Money | None = None


class Day(Wire):
    """The day's figures of one property. `late_share` and `conversion` are 0–1, None when nothing counts."""

    property_id: str
    date: dt.date
    opened: int = 0
    closed: int = 0
    open_now: int = 0
    late_now: int = 0
    late_share: float | None = None
    conversion: float | None = None
    score: float | None = None
    departments: tuple[DepartmentDay, ...] = ()
    exceptions: tuple[Cause, ...] = ()
    money: tuple[MoneySum, ...] = ()


def day_of(
    property_id: str, date: dt.date, day: Sequence[Figure], times: Sequence[Figure], causes: Sequence[Figure]
) -> Day:
    """The day from the reports `day`, `completion_time` and `exceptions`."""
    in_time = _value(day, "closed_in_time")
    return Day(
        property_id=property_id,
        date=date,
        opened=_count(day, "opened"),
        closed=_count(day, "closed"),
        open_now=_count(day, "open"),
        late_now=_count(day, "late"),
        late_share=None if in_time is None else 1 - in_time,
        conversion=_value(day, "conversion"),
        score=_value(day, "mean_score"),
        departments=_departments(day, times),
        exceptions=tuple(
            Cause(cause=one.labels["cause"], count=int(one.value or 0)) for one in causes if one.name == "cause"
        ),
        money=_money(day),
    )


def _value(figures: Iterable[Figure], name: str, labels: Mapping[str, str] | None = None) -> float | None:
    return next((one.value for one in figures if one.name == name and one.labels == (labels or {})), None)


def _count(figures: Iterable[Figure], name: str, labels: Mapping[str, str] | None = None) -> int:
    return int(_value(figures, name, labels) or 0)


def _departments(day: Sequence[Figure], times: Sequence[Figure]) -> tuple[DepartmentDay, ...]:
    named = [one.labels["department"] for one in (*times, *day) if set(one.labels) == {"department"}]
    found = []
    for department in sorted(set(named)):
        labels = {"department": department}
        found.append(
            DepartmentDay(
                department=department,
                closed=_count(times, "closed", labels),
                open=_count(day, "open", labels),
                late=_count(day, "late", labels),
                median_s=_value(times, "raw_p50", labels),
            )
        )
    return tuple(found)


def _money(day: Sequence[Figure]) -> tuple[MoneySum, ...]:
    def sum_of(state: str, labels: Mapping[str, str]) -> Money | None:
        value = _value(day, state, labels)
        return Money(amount=int(value), currency=labels["currency"]) if value else None

    return tuple(
        MoneySum(
            kind=one.labels["kind"],
            lines=one.records,
            amount=Money(amount=int(one.value or 0), currency=one.labels["currency"]),
            waiting=sum_of("waiting", one.labels),
            failed=sum_of("failed", one.labels) or sum_of("unknown", one.labels),
        )
        for one in day
        if one.name == "requested"
    )
