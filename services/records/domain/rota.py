"""The rota on the hotel's own clock: who is on duty at a moment, and when one shift takes over from another."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.contracts.identity import Department
from shared.contracts.staff import Shift, StaffMember
from shared.contracts.values import instant_of

AROUND = dt.timedelta(hours=36)
"""A shift that covers a moment begins and ends within this of it."""
DAYS_AHEAD = 9
"""Rotas repeat by the week: a change that is to come is found within this many days."""


@dataclass(frozen=True)
class Stint:
    """One shift on one day, as UTC instants; the end is not part of it."""

    start: dt.datetime
    end: dt.datetime

    def covers(self, moment: dt.datetime) -> bool:
        """Whether a moment falls in it."""
        return self.start <= moment < self.end


def stint(shift: Shift, day: dt.date, zone: ZoneInfo) -> Stint | None:
    """A shift on the local day it begins, or None on a day it is not worked.

    A time that the clock jumps over means the first instant after the gap, a doubled one the first of the two.
    """
    if day.weekday() not in shift.days:
        return None
    last = day if shift.start < shift.end else day + dt.timedelta(days=1)
    start, end = (instant_of(dt.datetime.combine(d, t), zone) for d, t in ((day, shift.start), (last, shift.end)))
    return Stint(start, end)


class Dial:
    """One moment on a hotel's clock, to hold many shifts against."""

    def __init__(self, now: dt.datetime, zone: ZoneInfo) -> None:
        self.now, self._zone, self._local = now, zone, now.astimezone(zone)
        offsets = {(now + by).astimezone(zone).utcoffset() for by in (-AROUND, dt.timedelta(), AROUND)}
        # Only around a change of the clock do the hands not say it all; instants cost ten times as much.
        self._steady = len(offsets) == 1

    def away(self, person: StaffMember) -> bool:
        """Whether a person is absent."""
        return any(each.start <= self.now and (each.end is None or self.now < each.end) for each in person.absences)

    def on_duty(self, person: StaffMember, department: Department | None = None) -> bool:
        """Whether a person is on shift, in this department if one is named, and not absent."""
        shifts = [each for each in person.shifts if department is None or each.department in (None, department)]
        return (self.on_shift(shifts) or self._covers(person, department)) and not self.away(person)

    def _covers(self, person: StaffMember, department: Department | None) -> bool:
        """Whether a person does a colleague's shift, which they took over, in this department if one is named."""
        return any(
            each.start <= self.now < each.end and (department is None or each.department in (None, department))
            for each in person.covers
        )

    def on_shift(self, shifts: Iterable[Shift]) -> bool:
        """Whether the moment falls in one of these shifts; one may pass midnight."""
        return any(self._by_hands(each) if self._steady else self._by_instants(each) for each in shifts)

    def _by_hands(self, shift: Shift) -> bool:
        today, clock = self._local.weekday(), self._local.time()
        if shift.start < shift.end:
            return today in shift.days and shift.start <= clock < shift.end
        evening = today in shift.days and clock >= shift.start
        return evening or ((today - 1) % 7 in shift.days and clock < shift.end)

    def _by_instants(self, shift: Shift) -> bool:
        today = self._local.date()
        worked = (stint(shift, day, self._zone) for day in (today - dt.timedelta(days=1), today))
        return any(each.covers(self.now) for each in worked if each)


def on_shift(shifts: Iterable[Shift], now: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether a moment falls in one of the shifts, in the property's local time."""
    return Dial(now, zone).on_shift(shifts)


def _stints(person: StaffMember, department: Department, days: Sequence[dt.date], zone: ZoneInfo) -> list[Stint]:
    here = [each for each in person.shifts if each.department in (None, department)]
    found = [one for day in days for each in here if (one := stint(each, day, zone))]
    taken = [Stint(each.start, each.end) for each in person.covers if each.department in (None, department)]
    found += [one for one in taken if one.start.astimezone(zone).date() in days]
    return [one for one in found if one.start < one.end]


def _coming_on(person: StaffMember, department: Department, day: dt.date, zone: ZoneInfo) -> set[dt.datetime]:
    """When a person comes on duty on a day: a shift that goes on from the one before is no coming on."""
    near = _stints(person, department, (day - dt.timedelta(days=1), day), zone)
    starts = {one.start for one in near if one.start.astimezone(zone).date() == day}
    return {
        start
        for start in starts
        if not any(other.start < start <= other.end for other in near) and not Dial(start, zone).away(person)
    }


def incoming(team: Iterable[StaffMember], department: Department, at: dt.datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Who of a team comes on duty in a department at a moment, by id."""
    day = at.astimezone(zone).date()
    return tuple(sorted(each.id for each in team if at in _coming_on(each, department, day, zone)))


def next_change(
    team: Sequence[StaffMember], department: Department, after: dt.datetime, zone: ZoneInfo
) -> dt.datetime | None:
    """The first moment after another at which somebody of a team comes on duty; None if the rota has none."""
    first = after.astimezone(zone).date()
    for ahead in range(DAYS_AHEAD):
        day = first + dt.timedelta(days=ahead)
        found = [start for each in team for start in _coming_on(each, department, day, zone) if start > after]
        if found:
            return min(found)
    return None
