"""Makes staff members and shifts for tests."""

import datetime as dt

from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift, StaffMember
from tests.factories.records import CHAIN, PROPERTY

EVERY_DAY = tuple(range(7))


def shift(start: str, end: str, days: tuple[int, ...] = EVERY_DAY) -> Shift:
    """A shift between two local times, on every day unless said otherwise."""
    return Shift(days=days, start=dt.time.fromisoformat(start), end=dt.time.fromisoformat(end))


def member(
    staff_id: str,
    *roles: Role,
    departments: tuple[Department, ...] = (),
    shifts: tuple[Shift, ...] = (),
    properties: tuple[str, ...] | None = (PROPERTY,),
    active: bool = True,
) -> StaffMember:
    """One person of the demo chain; without shifts they count as reachable at any time."""
    return StaffMember(
        id=staff_id,
        chain=CHAIN,
        display_name=f"Name of {staff_id}",
        properties=properties,
        departments=departments,
        roles=roles or (Role.ASSOCIATE,),
        shifts=shifts,
        active=active,
        version=1,
    )


ANA = member("staff-ana", Role.ASSOCIATE, departments=(Department.HOUSEKEEPING,))
SUPERVISOR = member("staff-sue", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,))
DUTY = member("staff-dan", Role.DUTY_MANAGER)
GENERAL = member("staff-gil", Role.GENERAL_MANAGER)
TEAM = (ANA, SUPERVISOR, DUTY, GENERAL)
