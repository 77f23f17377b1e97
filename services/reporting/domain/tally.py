"""Sums that reports are made of: every fact gives entries, entries of a day add up, days add up to any window.

What one fact gives is a pure function of it, so a store may keep the sums and change them by what an event changed.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

ALL = "all"
ACCURACY = 0.02
"""A percentile read out of a tally differs from the value at that rank by at most this share of it."""
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG = math.log(_GAMMA)


class Entry(NamedTuple):
    """One addition to the sums: on which local day, in which family of sums, of which group, of what, how much."""

    day: dt.date
    family: str
    group: str
    measure: str
    amount: int = 1


def group(**labels: str) -> str:
    """The name of a group by its labels; `all` without any."""
    return "|".join(f"{name}={labels[name]}" for name in sorted(labels)) or ALL


def labels_of(name: str) -> dict[str, str]:
    """The labels of a group."""
    if name == ALL:
        return {}
    return dict(part.split("=", 1) for part in name.split("|"))


def bucket(seconds: float) -> int:
    """Where a length of time lies on a scale whose steps grow by a constant share; 0 is less than a second."""
    return 0 if seconds < 1 else 1 + math.floor(math.log(seconds) / _LOG)


def middle(step: int) -> float:
    """The length that a step stands for: off by at most `ACCURACY` from any that lies in it."""
    if step == 0:
        return 0.0
    low = _GAMMA ** (step - 1)
    return round(2 * low * _GAMMA / (1 + _GAMMA), 1)


class Tally:
    """Sums by group and measure; integers only, so that adding in any order gives the same."""

    def __init__(self) -> None:
        self.sums: dict[str, dict[str, int]] = defaultdict(dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Tally":
        """The sum of some entries, whatever their days and families."""
        made = cls()
        for one in entries:
            sums = made.sums[one.group]
            sums[one.measure] = sums.get(one.measure, 0) + one.amount
        return made

    def add(self, sums: Mapping[str, Mapping[str, int]]) -> None:
        """Add what a store kept."""
        for name, more in sums.items():
            mine = self.sums.get(name)
            if mine is None:
                self.sums[name] = dict(more)
                continue
            get = mine.get
            for measure, amount in more.items():
                mine[measure] = get(measure, 0) + amount

    def take(self, sums: Mapping[str, Mapping[str, int]]) -> None:
        """Take off what was added before, in whatever order."""
        for name, less in sums.items():
            mine = self.sums[name]
            get = mine.get
            for measure, amount in less.items():
                mine[measure] = get(measure, 0) - amount

    def settled(self) -> "Tally":
        """Without sums that are nothing and groups that have none."""
        kept = {name: {one: amount for one, amount in sums.items() if amount} for name, sums in self.sums.items()}
        self.sums = defaultdict(dict, {name: sums for name, sums in kept.items() if sums})
        return self

    def get(self, measure: str, name: str = ALL) -> int:
        """One sum; 0 when nothing was added."""
        return self.sums.get(name, {}).get(measure, 0)

    def groups(self, *labels: str) -> list[tuple[str, dict[str, str]]]:
        """The groups that have exactly these labels, with their values, in order."""
        found = [(name, labels_of(name)) for name in sorted(self.sums) if any(self.sums[name].values())]
        return [(name, said) for name, said in found if set(said) == set(labels)]

    def steps(self, prefix: str, name: str = ALL) -> list[tuple[int, int]]:
        """How many lie in each step of a scale, in order."""
        found = self.sums.get(name, {}).items()
        size = len(prefix)
        return sorted(
            (int(measure[size:]), amount)
            for measure, amount in found
            if amount and measure.startswith(prefix) and measure[size:].isdigit()
        )

    def percentile(self, prefix: str, percent: int, name: str = ALL) -> tuple[float, int] | None:
        """The nearest-rank percentile of a scale with its step; None of nothing."""
        found = self.percentiles(prefix, (percent,), name)
        return found[0][:2] if found else None

    def percentiles(self, prefix: str, percents: Sequence[int], name: str = ALL) -> list[tuple[float, int, int]]:
        """Percentiles of one scale, ascending: each with its step and how many lie there or beyond; none of nothing.

        The scale is read once for all: a report over many groups asks for little else.
        """
        steps = self.steps(prefix, name)
        count = sum(amount for _, amount in steps)
        found, seen = list[tuple[float, int, int]](), 0
        wanted = iter(percents)
        percent = next(wanted, None)
        for step, amount in steps:
            while percent is not None and seen + amount >= max(1, -(-percent * count // 100)):
                found.append((middle(step), step, count - seen))
                percent = next(wanted, None)
            seen += amount
        return found


def scaled(prefix: str, seconds: float) -> str:
    """The measure under which a length of time is counted on a scale."""
    return f"{prefix}{bucket(seconds)}"


def differences(before: Iterable[Entry], after: Iterable[Entry]) -> Iterator[Entry]:
    """What to add so that sums with `before` in them have `after` in them instead."""
    change: dict[tuple[dt.date, str, str, str], int] = defaultdict(int)
    for one in after:
        change[one[:4]] += one.amount
    for one in before:
        change[one[:4]] -= one.amount
    for key, amount in change.items():
        if amount:
            yield Entry(*key, amount)
