"""The staff and a hotel's rota: shown by department and day, changed person by person, swaps decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.console.domain.problem import Down, Problem, Refused, read
from services.console.domain.rota import Week, rota_edit, week, week_of, works_at
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.ports import Staffing
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import quietly
from services.console.usecases.steps import carried_out, problem_of
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Property, ShiftSwap, StaffMember


@dataclass(frozen=True)
class StaffView:
    """Everybody who works where the viewer works."""

    page: Page
    people: Sequence[StaffMember] = ()
    problem: Problem | None = None
    changed: str = ""


@dataclass(frozen=True)
class RotaView:
    """One hotel's week; without one the page says why."""

    page: Page
    property_id: str
    week: Week | None = None
    people: Sequence[StaffMember] = ()
    swaps: Sequence[ShiftSwap] = ()
    problem: Problem | None = None
    changed: str = ""

    @property
    def hotel(self) -> Property | None:
        """The hotel."""
        return self.page.hotel_of(self.property_id)


@dataclass(frozen=True)
class Crew:
    """Makes the pages of staff and rota, and carries their steps."""

    staffing: Staffing
    people: People
    roles: tuple[str, ...] = field(default=tuple(one.value for one in Role if one is not Role.BREAK_GLASS))

    async def staff(self, viewer: Viewer, problem: Problem | None = None, changed: str = "") -> StaffView:
        """The list of staff with their roles."""
        page = self.people.page(viewer)
        found = await self._all(page)
        return StaffView(page, [one for one in found if not one.service], problem, changed)

    async def give_roles(
        self, viewer: Viewer, staff_id: str, key: str, version: int, given: Mapping[str, str]
    ) -> Problem | None:
        """Say which roles and departments somebody has, and whether they work here."""
        body: dict[str, Any] = {
            "roles": [one for one in self.roles if given.get(f"role_{one}")],
            "departments": [one.value for one in Department if given.get(f"department_{one.value}")],
            "active": given.get("active", "true") == "true",
        }
        if not body["roles"]:
            return Problem(422, "form_invalid", _("Everybody has at least one role."))
        return await carried_out(self.staffing.change(viewer.access, staff_id, key, version, body))

    async def rota(
        self, viewer: Viewer, property_id: str, day: str, problem: Problem | None = None, changed: str = ""
    ) -> RotaView:
        """A hotel's week, by department and person."""
        page = self.people.page(viewer)
        hotel = page.hotel_of(property_id) or (page.properties[0] if page.properties else None)
        if hotel is None:
            return RotaView(page, property_id, problem=problem)
        # Who may not read shifts is told of none; a page made of that would say that nobody is there.
        if not any(page.can(step, "staff") for step in ("manage", "approve_swap")):
            page.closed.append("Rota")
            return RotaView(page, hotel.id, problem=problem)
        staff = await self._all(page)
        if page.down or page.closed:
            return RotaView(page, hotel.id, problem=problem)
        monday = week_of(day, page.local(page.now, hotel.id).date())
        swaps = await quietly(self.staffing.swaps(viewer.access), [])
        here = sorted((one for one in staff if works_at(one, hotel.id)), key=lambda one: one.display_name)
        shown = week(hotel, staff, monday, page.now)
        waiting = [one for one in swaps if one.property_id == hotel.id]
        return RotaView(page, hotel.id, shown, here, waiting, problem, changed)

    async def change_rota(
        self, viewer: Viewer, property_id: str, staff_id: str, key: str, version: int, given: Mapping[str, str]
    ) -> Problem | None:
        """Add or take out a shift or an absence of somebody."""
        page = self.people.page(viewer)
        hotel = page.hotel_of(property_id)
        try:
            found = next((one for one in await self.staffing.staff(viewer.access) if one.id == staff_id), None)
            if hotel is None or found is None:
                return Problem(404, "staff_not_found", _("There is no such person at this hotel."))
            if found.version != version:
                return read(412, {"code": "version_moved_on"})
            body = rota_edit(found, hotel, given)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return await carried_out(self.staffing.change(viewer.access, staff_id, key, version, body))

    async def decide_swap(
        self, viewer: Viewer, swap_id: str, key: str, version: int, *, approve: bool
    ) -> Problem | None:
        """Agree to a swap, or do not."""
        return await carried_out(self.staffing.decide_swap(viewer.access, swap_id, key, version, approve=approve))

    async def _all(self, page: Page) -> list[StaffMember]:
        try:
            return await self.staffing.staff(page.viewer.access)
        except (Down, Refused) as failure:
            page.missing(failure, "Staff")
            return []
