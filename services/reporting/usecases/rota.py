"""How long people were on duty by the rota, by department and shift of a hotel's day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from services.reporting.domain.local import pieces
from shared.contracts.staff import Shift, StaffMember
from shared.contracts.values import instant_of, zone


def on_duty(
    staff: Iterable[StaffMember], zone_name: str, start: dt.date, end: dt.date
) -> Mapping[tuple[str, str], int]:
    """Milliseconds by (department, shift) on the local days from start to end; absences are left out.

    A person who works for several departments at once is in all of them for a like part of the time.
    """
    there, found = zone(zone_name), defaultdict[tuple[str, str], int](int)
    for person in staff:
        for shift in person.shifts:
            departments = (shift.department,) if shift.department else person.departments
            for began, ended in _stretches(person, shift, there, start, end):
                for piece in pieces(began, ended, zone_name):
                    if start <= piece.day <= end:
                        for department in departments:
                            found[department.value, piece.shift] += piece.ms // len(departments)
    return found


def _stretches(
    person: StaffMember, shift: Shift, there: ZoneInfo, start: dt.date, end: dt.date
) -> Iterable[tuple[dt.datetime, dt.datetime]]:
    """A shift's times on the days asked about, one that began the evening before among them."""
    day = start - dt.timedelta(days=1)
    while day <= end:
        if day.weekday() in shift.days:
            over = dt.timedelta(days=1 if shift.end <= shift.start else 0)
            began = instant_of(dt.datetime.combine(day, shift.start), there)
            ended = instant_of(dt.datetime.combine(day + over, shift.end), there)
            if not any(a.start < ended and (a.end is None or a.end > began) for a in person.absences):
                yield began, ended
        day += dt.timedelta(days=1)
