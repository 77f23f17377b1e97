"""Handovers: what one shift leaves to the next, taken over by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.handovers import Handover
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.ports import Handovers
from services.console.usecases.people import Page, People
from shared.contracts.identity import Department


@dataclass(frozen=True)
class HandoversView:
    """The handovers of the viewer's hotels: those that wait to be taken over first, then the newest."""

    page: Page
    property_id: str
    waiting: Sequence[Handover]
    taken: Sequence[Handover]
    next: str = ""
    problem: Problem | None = None

    @property
    def departments(self) -> list[Department]:
        """The departments a viewer may hand over: their own, or all where they have none."""
        own = self.page.viewer.principal.departments
        return [one for one in Department if not own or one in own]


@dataclass(frozen=True)
class HandoverView:
    """One handover."""

    page: Page
    handover: Handover
    problem: Problem | None = None


class ShiftChange:
    """Makes handover pages."""

    def __init__(self, handovers: Handovers, people: People) -> None:
        self._handovers, self._people = handovers, people

    async def all(
        self, viewer: Viewer, property_id: str, after: str = "", problem: Problem | None = None
    ) -> HandoversView:
        """The handovers of one hotel, or of all the viewer may see."""
        page = self._people.page(viewer)
        try:
            found, onward = await self._handovers.latest(viewer.access, property_id, after)
        except (Down, Refused) as failure:
            page.missing(failure, "Handovers")
            found, onward = [], ""
        mine = viewer.principal.departments
        waiting = sorted((one for one in found if one.waits), key=lambda one: one.department not in mine)
        return HandoversView(page, property_id, waiting, [one for one in found if not one.waits], onward, problem)

    async def one(
        self, viewer: Viewer, handover_id: str, after: int = 0, problem: Problem | None = None
    ) -> HandoverView:
        """One handover; Refused where it is not the viewer's to read."""
        return HandoverView(
            self._people.page(viewer), await self._handovers.one(viewer.access, handover_id, after), problem
        )

    async def acknowledge(self, viewer: Viewer, handover_id: str, key: str, version: int) -> Problem | None:
        """Take it over, by name."""
        try:
            await self._handovers.acknowledge(viewer.access, handover_id, key, version)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None

    async def prepare(self, viewer: Viewer, key: str, property_id: str, department: str, reason: str) -> str | Problem:
        """Make one now; its id, or why not."""
        try:
            return await self._handovers.prepare(viewer.access, key, property_id, department, reason)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
