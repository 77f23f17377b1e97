"""Who is on duty at a hotel at a moment, by role and department, and which departments work."""

import datetime as dt
from collections.abc import Callable

from services.alerts.domain.calendars import is_open
from services.alerts.domain.roster import DEPARTMENT_ROLES
from services.alerts.ports import Books, Permissions, Staffing
from services.alerts.usecases.browsing import scope_of
from shared.contracts.errors import forbidden, invalid, not_found
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.values import EntityId, Frozen, Instant, zone

FARTHEST = dt.timedelta(days=62)
WOKEN = (Role.ASSOCIATE, Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER, Role.REVENUE_MANAGER, Role.FINANCE)


class RoleOnDuty(Frozen):
    """Who holds a role there at that moment; empty: an alert to it goes to the next step at once."""

    role: Role
    department: Department | None = None
    people: tuple[EntityId, ...]


class DepartmentHours(Frozen):
    """Whether a department works at that moment, by its calendar."""

    department: Department
    open: bool


class OnDuty(Frozen):
    """A hotel at a moment: `local` is what its own clocks show."""

    property_id: str
    at: Instant
    local: str
    zone: str
    roles: tuple[RoleOnDuty, ...]
    departments: tuple[DepartmentHours, ...]


class Duty:
    """The look at the roster."""

    def __init__(self, staffing: Staffing, books: Books, permissions: Permissions, now: Callable[[], Instant]) -> None:
        self._staffing, self._books, self._permissions, self._now = staffing, books, permissions, now

    async def on_duty(self, caller: Principal, property_id: str, at: Instant | None) -> OnDuty:
        """Who would hear of an alert at a hotel, now or at a moment within two months; 404 for another's hotel."""
        scope, now = scope_of(caller), self._now()
        hotel = self._permissions.property(scope.chain, property_id) if scope.covers(property_id) else None
        if hotel is None:
            raise not_found("property")
        if not self._permissions.decide(caller, "read", "alert", property_id).allow:
            raise forbidden("not_granted", "You may not read alerts here.")
        at = at or now
        if not now - FARTHEST <= at <= now + FARTHEST:
            raise invalid("at", "duty_range", "at must lie within two months from now.")
        roster, book = self._staffing.roster(scope.chain, property_id), await self._books.book(scope, property_id, now)
        asked = [
            (role, department)
            for role in WOKEN
            for department in (hotel.departments if role in DEPARTMENT_ROLES else (None,))
        ]
        tz = zone(hotel.zone)
        return OnDuty(
            property_id=property_id,
            at=at,
            local=at.astimezone(tz).strftime("%Y-%m-%d %H:%M"),
            zone=hotel.zone,
            roles=tuple(
                RoleOnDuty(role=role, department=where, people=roster.on_duty(role, where, at)) for role, where in asked
            ),
            departments=tuple(
                DepartmentHours(department=each, open=is_open(book.hours(each), at, tz)) for each in hotel.departments
            ),
        )
