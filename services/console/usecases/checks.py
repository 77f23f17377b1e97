"""Spot checks on a phone: what is there is told first, how it compares is shown after."""

import datetime as dt
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from services.console.domain.checks import SpotBook, SpotCheck, found_of
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.ports import Timetable
from services.console.usecases.people import Page, People


@dataclass(frozen=True)
class ChecksView:
    """What is to be checked at a hotel; `seen` is the check that was just made."""

    page: Page
    place: str
    book: SpotBook
    seen: SpotCheck | None = None
    problem: Problem | None = None
    tried: str = ""

    @property
    def yesterday(self) -> dt.date:
        """The day that is drawn where none is named."""
        return self.page.local(self.page.now, self.place).date() - dt.timedelta(days=1)


class SpotDesk:
    """Makes the page and carries its steps."""

    def __init__(self, timetable: Timetable, people: People) -> None:
        self._timetable, self._people = timetable, people

    async def shown(
        self, viewer: Viewer, place: str, seen: str = "", problem: Problem | None = None, tried: str = ""
    ) -> ChecksView:
        """The checks of a hotel, with the one just made."""
        page = self._people.page(viewer)
        at = place or (page.properties[0].id if page.properties else "")
        try:
            book = await self._timetable.checks(viewer.access, at)
        except (Down, Refused) as failure:
            page.missing(failure, "Spot checks")
            book = SpotBook()
        made = next((one for one in book.made if one.id == seen), None)
        return ChecksView(page, at, book, made, problem, tried)

    async def enter(
        self, viewer: Viewer, check_id: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Say what is really there."""
        try:
            found = found_of(values)
        except Refused as refusal:
            return refusal.problem
        return await _done(self._timetable.enter(viewer.access, check_id, key, version, found))

    async def draw(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """Draw the checks of a day."""
        body = {"property_id": values.get("property_id", ""), "day": values.get("day", "")}
        return await _done(self._timetable.draw(viewer.access, key, body))


async def _done(step: Awaitable[None]) -> Problem | None:
    try:
        await step
    except Refused as refusal:
        return refusal.problem
    except Down as silent:
        return not_answered(silent)
    return None
