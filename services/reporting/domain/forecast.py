"""What comes: arrivals and rooms taken on the days ahead, from the stays on the books and what came of such before.

The additive pick-up method of revenue management, as plain as it is: what is on the books for a day, plus what the same
weekday of the last weeks gained (booked later, less cancelled later and no-shows) from this far ahead to its own day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.contracts.values import Code, Frozen

WEEKS = 8
"""How many of the same weekday a day is compared with."""


class What(StrEnum):
    """What is counted of a day."""

    ARRIVALS = "arrivals"
    OCCUPANCY = "occupancy"


@dataclass(frozen=True)
class Booked:
    """A stay as a forecast sees it: from when to when it stood on the books, and for which nights."""

    arrival: dt.date
    departure: dt.date
    booked: dt.date
    gone: dt.date | None = None
    """The day it was cancelled, or of its arrival when nobody came."""

    def days(self, what: What) -> Iterable[dt.date]:
        """The days that it counts for."""
        if what is What.ARRIVALS:
            return (self.arrival,)
        return (self.arrival + dt.timedelta(days=n) for n in range((self.departure - self.arrival).days))

    def on_the_books(self, day: dt.date) -> bool:
        """Whether it stood on the books at the end of a day."""
        return self.booked <= day and (self.gone is None or self.gone > day)


class Expected(Frozen):
    """One day ahead, and what the number is made of."""

    day: dt.date
    what: What
    days_ahead: int
    on_the_books: int
    pickup: float
    compared_with: int
    expected: int
    said: Code = "pickup"


@dataclass
class Books:
    """How many stood on the books for each day, this many days ahead; and how many came."""

    what: What
    ahead: Sequence[int]
    seen: Mapping[tuple[dt.date, int], int] = field(default_factory=lambda: defaultdict(int))
    came: Mapping[dt.date, int] = field(default_factory=lambda: defaultdict(int))

    @classmethod
    def of(cls, stays: Iterable[Booked], what: What, ahead: Sequence[int]) -> "Books":
        """Count every stay once for each of its days and each distance."""
        seen, came = defaultdict[tuple[dt.date, int], int](int), defaultdict[dt.date, int](int)
        for stay in stays:
            for day in stay.days(what):
                came[day] += stay.gone is None
                for distance in ahead:
                    if stay.on_the_books(day - dt.timedelta(days=distance)):
                        seen[day, distance] += 1
        return cls(what, ahead, seen, came)

    def expected(self, day: dt.date, distance: int) -> Expected:
        """A day so many days ahead. Only what was known then is used: days that were over, and the books of then."""
        today = day - dt.timedelta(days=distance)
        before = [day - dt.timedelta(weeks=week) for week in range(1, WEEKS + distance // 7 + 2)]
        past = [one for one in before if one < today and one in self.came][:WEEKS]
        gains = [self.came[one] - self.seen.get((one, distance), 0) for one in past]
        pickup = sum(gains) / len(gains) if gains else 0.0
        books = self.seen.get((day, distance), 0)
        return Expected(
            day=day,
            what=self.what,
            days_ahead=distance,
            on_the_books=books,
            pickup=round(pickup, 2),
            compared_with=len(past),
            expected=max(0, round(books + pickup)),
            said="pickup" if past else "books_only",
        )

    def naive(self, day: dt.date, distance: int) -> int | None:
        """The baseline: what the same weekday brought, as late as it was known; None when it is not."""
        last = day - dt.timedelta(weeks=1 + distance // 7)
        last = last if last < day - dt.timedelta(days=distance) else last - dt.timedelta(weeks=1)
        return self.came.get(last)


class Tested(Frozen):
    """How far a forecast was off on days that are over, beside the baseline: mean absolute errors."""

    what: What
    days_ahead: int
    days: int
    mean: float
    error: float
    naive_error: float


def back_test(books: Books, start: dt.date, end: dt.date, distance: int) -> Tested:
    """Forecast every day from start to end as it would have been done this far ahead, and compare with what came."""
    ours, naive, real = list[int](), list[int](), list[int]()
    for n in range((end - start).days + 1):
        day = start + dt.timedelta(days=n)
        base = books.naive(day, distance)
        if base is None:
            continue
        came = books.came.get(day, 0)
        ours.append(abs(books.expected(day, distance).expected - came))
        naive.append(abs(base - came))
        real.append(came)
    count = max(1, len(real))
    return Tested(
        what=books.what,
        days_ahead=distance,
        days=len(real),
        mean=round(sum(real) / count, 1),
        error=round(sum(ours) / count, 2),
        naive_error=round(sum(naive) / count, 2),
    )
