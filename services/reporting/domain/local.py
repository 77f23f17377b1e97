"""A hotel's own days, hours and shifts, right across changes of its clocks."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.contracts.values import instant_of, local_day, zone

EARLY, LATE, NIGHT = "early", "late", "night"
_BOUNDS = (dt.time(0), dt.time(7), dt.time(15), dt.time(23))
MOST_DAYS = 60
"""A stretch is told by day for so many days; what lasts longer stands still, and the rest counts on the last."""


class Piece(NamedTuple):
    """A part of a time that lies within one shift of one local day."""

    day: dt.date
    shift: str
    ms: int


def day_of(moment: dt.datetime, zone_name: str) -> dt.date:
    """The local day."""
    return local_day(moment, zone(zone_name))


def latest_day(moment: dt.datetime) -> dt.date:
    """The latest local day there is anywhere (UTC+14)."""
    return (moment + dt.timedelta(hours=14)).date()


def hour_of(moment: dt.datetime, zone_name: str) -> int:
    """The hour on the wall, 0 to 23; in autumn one comes twice and counts as one."""
    return moment.astimezone(zone(zone_name)).hour


def shift_of(hour: int) -> str:
    """early from 7, late from 15, night from 23."""
    return EARLY if 7 <= hour < 15 else LATE if 15 <= hour < 23 else NIGHT


def whole_ms_between(start: dt.datetime, end: dt.datetime) -> int:
    """Milliseconds between two instants, by integers."""
    return max(0, (end - start) // dt.timedelta(milliseconds=1))


def pieces(start: dt.datetime, end: dt.datetime, zone_name: str) -> Iterator[Piece]:
    """A time cut at every change of shift and every midnight; the pieces add up to the whole."""
    there = zone(zone_name)
    local = start.astimezone(there)
    last = (local + dt.timedelta(days=MOST_DAYS)).date()
    while start < end:
        day, shift = local.date(), shift_of(local.hour)
        until = end if day >= last else min(end, _next_bound(start, day, there))
        yield Piece(day, shift, whole_ms_between(start, until))
        start, local = until, until.astimezone(there)


def _next_bound(moment: dt.datetime, day: dt.date, there: ZoneInfo) -> dt.datetime:
    return next(bound for bound in _bounds(day, there) if bound > moment)


@lru_cache(maxsize=4096)
def _bounds(day: dt.date, there: ZoneInfo) -> tuple[dt.datetime, ...]:
    days = (day, day + dt.timedelta(days=1), day + dt.timedelta(days=2))
    return tuple(instant_of(dt.datetime.combine(one, time), there) for one in days for time in _BOUNDS)
