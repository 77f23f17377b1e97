"""Who is on duty at a moment in a property's local time."""

import datetime as dt
from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift, StaffMember
from shared.contracts.values import Frozen, zone

DEPARTMENT_ROLES = frozenset({Role.ASSOCIATE, Role.SUPERVISOR})
"""Roles that are held within a department; managers answer for the whole property."""


class Roster(Frozen):
    """The active staff of one property and its time zone."""

    zone: str
    staff: tuple[StaffMember, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        """The property's time zone."""
        return zone(self.zone)

    def knows(self, staff_id: str) -> bool:
        """Whether somebody is on it."""
        return any(member.id == staff_id for member in self.staff)

    def of(self, staff_ids: Collection[str]) -> "Roster":
        """The same hotel with these people alone."""
        return self.model_copy(update={"staff": tuple(one for one in self.staff if one.id in staff_ids)})

    def is_on_duty(self, staff_id: str, now: dt.datetime) -> bool:
        """Whether one person is on shift; somebody the roster does not know is not."""
        return any(member.id == staff_id and self._works(member, None, now) for member in self.staff)

    def on_duty(self, role: Role, department: Department | None, now: dt.datetime) -> tuple[str, ...]:
        """Ids of the people on shift in a role, within the department where the role belongs to one."""
        return tuple(
            member.id
            for member in self.staff
            if role in member.roles
            and _belongs(member, role, department)
            and self._works(member, department if role in DEPARTMENT_ROLES else None, now)
        )

    def _works(self, member: StaffMember, department: Department | None, now: dt.datetime) -> bool:
        """Whether a person is there: on a shift in this department, if one is asked about, and not absent."""
        away = any(each.start <= now and (each.end is None or now < each.end) for each in member.absences)
        here = [each for each in member.shifts if department is None or each.department in (None, department)]
        # Whoever has shifts, but none here, is not reachable here.
        covers = any(
            each.start <= now < each.end and (department is None or each.department in (None, department))
            for each in member.covers
        )
        return not away and (covers or ((bool(here) or not member.shifts) and on_shift(here, now, self.tz)))

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Ids of everyone in a role, on shift or not."""
        return tuple(member.id for member in self.staff if role in member.roles)


def roster_of(staff: Sequence[StaffMember], property_id: str, zone_name: str) -> Roster:
    """The roster of one property out of a chain's staff, in a stable order."""
    here = [one for one in staff if one.active and (one.properties is None or property_id in one.properties)]
    return Roster(zone=zone_name, staff=tuple(sorted(here, key=lambda member: member.id)))


def on_shift(shifts: Sequence[Shift], now: dt.datetime, tz: ZoneInfo) -> bool:
    """Whether any shift covers a moment; a person without shifts is not rostered and counts as reachable.

    A shift is read on the wall clock, so on the night a clock is put back it covers the doubled hour twice.
    """
    if not shifts:
        return True
    local = now.astimezone(tz)
    today, time = local.weekday(), local.time()
    return any(_covers(shift, today, time) for shift in shifts)


def _covers(shift: Shift, today: int, time: dt.time) -> bool:
    if shift.start < shift.end:
        return today in shift.days and shift.start <= time < shift.end
    evening = today in shift.days and time >= shift.start
    morning = (today - 1) % 7 in shift.days and time < shift.end
    return evening or morning


def _belongs(member: StaffMember, role: Role, department: Department | None) -> bool:
    if role not in DEPARTMENT_ROLES or department is None or not member.departments:
        return True
    return department in member.departments
