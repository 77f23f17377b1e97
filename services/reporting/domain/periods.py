"""Whole months and single days that together are a window, so that a long one is read as few sums."""

import calendar
import datetime as dt

MONTH_COSTS = 2
"""Reading the sums of a month takes about as long as those of so many of its days."""


def covering(start: dt.date, end: dt.date, today: dt.date = dt.date.max) -> dict[str, int]:
    """Months (`2026-03`) and days (`2026-03-10`) whose sums, each times its sign, are those of the days from start to
    end: most of a month is the whole of it less the other days.

    Hardly anything is there of days after `today`: taking them off costs next to nothing.
    """
    found, day = dict[str, int](), start
    while day <= end:
        first, last = day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        until = min(last, end)
        others = [one for one in _between(first, last) if not day <= one <= until]
        if MONTH_COSTS + sum(one <= today for one in others) < (until - day).days + 1:
            found |= {month_of(day): 1, **{one.isoformat(): -1 for one in others}}
        else:
            found |= {one.isoformat(): 1 for one in _between(day, until)}
        day = until + dt.timedelta(days=1)
    return found


def _between(start: dt.date, end: dt.date) -> list[dt.date]:
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]


def days(start: dt.date, end: dt.date) -> list[str]:
    """Every day of a window."""
    return [one.isoformat() for one in _between(start, end)]


def month_of(day: dt.date) -> str:
    """The month a day lies in."""
    return day.isoformat()[:7]
