"""When a department works, on the hotel's own clock: weekly hours, split where they are, holidays and single days."""

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, StringConstraints

from shared.contracts.values import AskedDay, Frozen, LocalTime, instant_of

LONGEST_DAYS = 400
"""How far ahead working time is looked for: a calendar that is closed for longer is never open."""


class Hours(Frozen):
    """A stretch of a day; one that ends at or before its start passes midnight."""

    start: LocalTime
    end: LocalTime


WHOLE_DAY = (Hours(start=dt.time(0), end=dt.time(0)),)


class WeekHours(Hours):
    """A stretch that is worked on given weekdays (0 = Monday), on the day it begins."""

    days: Annotated[tuple[Annotated[int, Field(strict=True, ge=0, le=6)], ...], Field(min_length=1, max_length=7)]


class DayHours(Frozen):
    """One day that is worked otherwise; without hours not at all."""

    day: AskedDay
    hours: Annotated[tuple[Hours, ...], Field(max_length=6)] = ()


class Calendar(Frozen):
    """Business hours; no weekly hours at all mean always. A holiday is worked as `on_holidays` says, else not.

    A day's exception goes before a holiday, and a holiday before the week. `country` is ISO 3166-1 alpha-2, and
    `subdivision` what the holidays package calls a part of it.
    """

    week: Annotated[tuple[WeekHours, ...], Field(max_length=30)] = ()
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    on_holidays: Annotated[tuple[Hours, ...], Field(max_length=6)] = ()
    exceptions: Annotated[tuple[DayHours, ...], Field(max_length=400)] = ()

    def hours_of(self, day: dt.date) -> tuple[Hours, ...]:
        """The stretches that begin on a local day."""
        for one in self.exceptions:
            if one.day == day:
                return one.hours
        if self.country and day in _holidays(self.country, self.subdivision, day.year):
            return self.on_holidays
        return tuple(each for each in self.week if day.weekday() in each.days) if self.week else WHOLE_DAY


ALWAYS = Calendar()


def known_country(country: str, subdivision: str | None) -> bool:
    """Whether the holidays of a place are known."""
    try:
        holidays.country_holidays(country, subdiv=subdivision, years=2026)
    except NotImplementedError:
        return False
    return True


@functools.lru_cache(maxsize=512)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def stretches(calendar: Calendar, after: dt.datetime, tz: ZoneInfo) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The worked stretches that end after a moment, in order and without overlap, as UTC instants.

    A local time that the clock jumps over means the first instant after the gap, a doubled one the first of the two.
    """
    first = after.astimezone(tz).date() - dt.timedelta(days=1)
    until = after
    for ahead in range(LONGEST_DAYS):
        day = first + dt.timedelta(days=ahead)
        found = sorted(_instants(hours, day, tz) for hours in calendar.hours_of(day))
        for opens, closes in found:
            if closes > until:
                yield max(opens, until), closes
                until = closes


def _instants(hours: Hours, day: dt.date, tz: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    last = day if hours.start < hours.end else day + dt.timedelta(days=1)
    start = instant_of(dt.datetime.combine(day, hours.start), tz)
    return start, instant_of(dt.datetime.combine(last, hours.end), tz)


def is_open(calendar: Calendar, moment: dt.datetime, tz: ZoneInfo) -> bool:
    """Whether a department works at a moment."""
    found = next(stretches(calendar, moment, tz), None)
    return found is not None and found[0] <= moment


def after_business(calendar: Calendar, start: dt.datetime, seconds: int, tz: ZoneInfo) -> dt.datetime:
    """The moment when this much working time has gone by; plain time where a calendar never opens."""
    plain = start + dt.timedelta(seconds=seconds)
    if calendar == ALWAYS or seconds <= 0:
        return plain
    left = dt.timedelta(seconds=seconds)
    for opens, closes in stretches(calendar, start, tz):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return plain
