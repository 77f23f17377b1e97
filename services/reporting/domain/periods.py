"""Whole months and single days that together are a window, so that a long one is read as few sums."""

import calendar
import datetime as dt


def covering(start: dt.date, end: dt.date) -> list[str]:
    """The fewest months (`2026-03`) and days (`2026-03-10`) that are exactly the days from start to end."""
    found, day = list[str](), start
    while day <= end:
        last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        if day.day == 1 and last <= end:
            found.append(month_of(day))
            day = last + dt.timedelta(days=1)
        else:
            found.append(day.isoformat())
            day += dt.timedelta(days=1)
    return found


def days(start: dt.date, end: dt.date) -> list[str]:
    """Every day of a window."""
    return [(start + dt.timedelta(days=n)).isoformat() for n in range((end - start).days + 1)]


def month_of(day: dt.date) -> str:
    """The month a day lies in."""
    return day.isoformat()[:7]
