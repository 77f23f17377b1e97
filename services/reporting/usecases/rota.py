"""How long people were on duty by the rota, by department and shift of a hotel's day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from services.reporting.domain.local import Piece, pieces
from shared.contracts.staff import Shift, StaffMember
from shared.contracts.values import instant_of, zone

DAY = dt.timedelta(days=1)
SOME_DAY = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def on_duty(
    staff: Iterable[StaffMember], zone_name: str, start: dt.date, end: dt.date
) -> Mapping[tuple[str, str], int]:
    """Milliseconds by (department, shift) on the local days from start to end; absences are left out.

    By the clock on the wall: a shift over a change of clocks counts as long as it is written. A person who works for
    several departments at once is in all of them for a like part of the time.
    """
    often = _weekdays(start, end), _weekdays(start - DAY, end - DAY)
    found = defaultdict[tuple[str, str], int](int)
    for person in staff:
        away = any(one.end is None or one.end.date() >= start - 2 * DAY for one in person.absences)
        for shift in person.shifts:
            departments = (shift.department,) if shift.department else person.departments
            if away:
                worked: Iterable[tuple[str, int]] = _day_by_day(person, shift, zone_name, start, end)
            else:
                worked = [
                    (part.shift, part.ms * often[part.day.day - 1][day % 7])
                    for day in shift.days
                    for part in _parts(shift.start, shift.end)
                ]
            for name, ms in worked:
                for department in departments:
                    found[department.value, name] += ms // len(departments)
    return {key: ms for key, ms in found.items() if ms}


def _weekdays(start: dt.date, end: dt.date) -> list[int]:
    """How often each weekday comes."""
    whole, left = divmod((end - start).days + 1, 7)
    return [whole + ((day - start.weekday()) % 7 < left) for day in range(7)]


@lru_cache(maxsize=1024)
def _parts(start: dt.time, end: dt.time) -> tuple[Piece, ...]:
    """A shift of the first of a month, cut: what lies on the second is of the day after."""
    over = DAY if end <= start else dt.timedelta()
    first = SOME_DAY.date()
    began, ended = dt.datetime.combine(first, start, dt.UTC), dt.datetime.combine(first + over, end, dt.UTC)
    return tuple(pieces(began, ended, "UTC"))


def _day_by_day(
    person: StaffMember, shift: Shift, zone_name: str, start: dt.date, end: dt.date
) -> Iterator[tuple[str, int]]:
    """A shift of somebody who is away at times, on each day; one that an absence touches is left out whole."""
    there, day = zone(zone_name), start - DAY
    while day <= end:
        if day.weekday() in shift.days:
            began = instant_of(dt.datetime.combine(day, shift.start), there)
            over = DAY if shift.end <= shift.start else dt.timedelta()
            ended = instant_of(dt.datetime.combine(day + over, shift.end), there)
            if not any(one.start < ended and (one.end is None or one.end > began) for one in person.absences):
                yield from (
                    (part.shift, part.ms) for part in pieces(began, ended, zone_name) if start <= part.day <= end
                )
        day += DAY
