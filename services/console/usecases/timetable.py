"""Schedules of reports: shown with how each stands, made, changed, paused, ended; a delivery is read by name."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain.library import ReportInfo
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.domain.timetable import Mail, Schedule, Terms, body_of
from services.console.ports import Library, Timetable
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import quietly


@dataclass(frozen=True)
class TimetableView:
    """The schedules of a hotel; `edited` is the one whose form is open, `mails` those of deliveries that went wrong."""

    page: Page
    place: str
    schedules: Sequence[Schedule] = ()
    reports: Sequence[ReportInfo] = ()
    mails: Mapping[str, Sequence[Mail]] = field(default_factory=dict)
    edited: Schedule | None = None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        """What the form begins with."""
        return self.edited.terms if self.edited else Terms()

    def title(self, name: str) -> str:
        """What a report is called."""
        return next((one.title for one in self.reports if one.name == name), "")


class Timekeeping:
    """Makes the page and carries its steps."""

    def __init__(self, timetable: Timetable, library: Library, people: People) -> None:
        self._timetable, self._library, self._people = timetable, library, people

    async def shown(
        self,
        viewer: Viewer,
        place: str,
        edit: str = "",
        problem: Problem | None = None,
        given: Mapping[str, str] | None = None,
    ) -> TimetableView:
        """The schedules of a hotel, one of them open to be edited."""
        page = self._people.page(viewer)
        at = place or (page.properties[0].id if page.properties else "")
        try:
            found = await self._timetable.schedules(viewer.access, at)
        except (Down, Refused) as failure:
            page.missing(failure, "Schedules")
            return TimetableView(page, at, problem=problem)
        reports = await quietly(self._library.reports(viewer.access), [])
        troubled = [one for one in found if one.last and (one.mails_failed or one.mails_waiting)]
        told = await asyncio.gather(*(self._mails(viewer, one) for one in troubled))
        mails = {one.id: said for one, said in zip(troubled, told, strict=True)}
        edited = next((one for one in found if one.id == edit), None)
        return TimetableView(page, at, found, reports, mails, edited, problem, given or {})

    async def _mails(self, viewer: Viewer, one: Schedule) -> list[Mail]:
        assert one.last
        told = await quietly(self._timetable.mails(viewer.access, one.last.id), [])
        return [mail for mail in told if mail.state != "sent"]

    async def make(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """A new schedule."""
        try:
            return await _done(self._timetable.make(viewer.access, key, body_of(values)))
        except Refused as refusal:
            return refusal.problem

    async def change(
        self, viewer: Viewer, schedule_id: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Say one anew."""
        try:
            return await _done(self._timetable.change(viewer.access, schedule_id, key, version, body_of(values)))
        except Refused as refusal:
            return refusal.problem

    async def pause(
        self, viewer: Viewer, schedule_id: str, key: str, version: int, hotel: str, on: str
    ) -> Problem | None:
        """Let one rest, or go on; the rest of it stays as it was."""
        try:
            found = await self._timetable.schedules(viewer.access, hotel)
        except (Down, Refused) as failure:
            return _problem(failure)
        one = next((each for each in found if each.id == schedule_id), None)
        if one is None:
            return Problem(404, "schedule_not_found", "")
        body = one.body | {"paused": on == "true"}
        return await _done(self._timetable.change(viewer.access, schedule_id, key, version, body))

    async def end(self, viewer: Viewer, schedule_id: str, key: str, version: int) -> Problem | None:
        """End one."""
        return await _done(self._timetable.end(viewer.access, schedule_id, key, version))

    async def review(self, viewer: Viewer, run_id: str, key: str, version: int) -> Problem | None:
        """The viewer has read a delivery."""
        return await _done(self._timetable.review(viewer.access, run_id, key, version))


async def _done(step: Awaitable[None]) -> Problem | None:
    try:
        await step
    except (Refused, Down) as failure:
        return _problem(failure)
    return None


def _problem(failure: Refused | Down) -> Problem:
    return failure.problem if isinstance(failure, Refused) else not_answered(failure)
