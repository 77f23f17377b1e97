"""Reports: listed, answered with pictures, followed to the records behind a figure, taken along as a table."""

import asyncio
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.library import Answer, Behind, Figure, Group, ReportInfo, groups, totals
from services.console.domain.problem import Down, Refused
from services.console.domain.session import Viewer
from services.console.ports import Library
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import quietly

TREND_DAYS = 14


@dataclass(frozen=True)
class Asked:
    """Which days of which hotel; the empty hotel is all of them."""

    property_id: str = ""
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True)
class Trend:
    """One figure of each of the last days, as the scripts of the page draw it."""

    days: Sequence[dt.date]
    opened: Sequence[float | None]
    closed: Sequence[float | None]

    @property
    def data(self) -> str:
        """The lines as JSON: seconds since 1970, then each figure."""
        midnights = [dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() for day in self.days]
        return json.dumps([midnights, list(self.opened), list(self.closed)])


@dataclass(frozen=True)
class ReportsView:
    """The reports there are, and how the last days went."""

    page: Page
    property_id: str
    reports: Sequence[ReportInfo]
    trend: Trend | None = None


@dataclass(frozen=True)
class ReportView:
    """One report's answer, side by side for each hotel when all are asked for."""

    page: Page
    name: str
    asked: Asked
    answers: Sequence[Answer]

    @property
    def first(self) -> ReportInfo:
        """What the report is."""
        return self.answers[0].report if self.answers else ReportInfo(name=self.name)

    def totals(self, answer: Answer) -> list[Figure]:
        """The figures of the whole."""
        return totals(answer.figures)

    def groups(self, answer: Answer) -> list[Group]:
        """The broken-down figures."""
        return groups(answer.figures, answer.report)


@dataclass(frozen=True)
class BehindView:
    """The records behind one figure."""

    page: Page
    name: str
    asked: Asked
    behind: Behind


class Reading:
    """Makes report pages."""

    def __init__(self, library: Library, people: People) -> None:
        self._library, self._people = library, people

    async def all(self, viewer: Viewer, property_id: str) -> ReportsView:
        """The reports there are, with the last two weeks of one hotel as a picture."""
        page = self._people.page(viewer)
        hotel = page.hotel_of(property_id) or (page.properties[0] if page.properties else None)
        try:
            reports = await self._library.reports(viewer.access)
        except (Down, Refused) as failure:
            page.missing(failure, "Reports")
            return ReportsView(page, property_id, [])
        trend = await self._trend(page, hotel.id) if hotel else None
        return ReportsView(page, hotel.id if hotel else "", reports, trend)

    async def one(self, viewer: Viewer, name: str, asked: Asked) -> ReportView:
        """One report, for each hotel asked about."""
        page = self._people.page(viewer)
        settled = self._settled(page, asked)
        hotels = [one.id for one in page.properties if asked.property_id in ("", one.id)]
        answers: list[Answer] = []
        try:
            answers = list(await asyncio.gather(*(self._answer(viewer, name, settled, one) for one in hotels)))
        except (Down, Refused) as failure:
            page.missing(failure, "Reports")
        return ReportView(page, name, settled, answers)

    async def behind(self, viewer: Viewer, name: str, figure: str, asked: Asked) -> BehindView:
        """The records behind one figure; Refused where it is none."""
        page = self._people.page(viewer)
        settled = self._settled(page, asked)
        start, end = settled.start or page.now.date(), settled.end or page.now.date()
        found = await self._library.behind(viewer.access, name, figure, settled.property_id, start, end)
        return BehindView(page, name, settled, found)

    async def _answer(self, viewer: Viewer, name: str, asked: Asked, hotel: str) -> Answer:
        start, end = asked.start, asked.end
        assert start
        assert end
        return await self._library.answer(viewer.access, name, hotel, start, end)

    async def _trend(self, page: Page, hotel: str) -> Trend:
        today = page.local(page.now, hotel).date()
        days = [today - dt.timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]
        asked = (quietly(self._library.answer(page.viewer.access, "day", hotel, day, day), None) for day in days)
        answers = await asyncio.gather(*asked)

        def line(name: str) -> list[float | None]:
            return [
                next((f.value for f in one.figures if f.name == name and not f.labels), None) if one else None
                for one in answers
            ]

        return Trend(days, line("opened"), line("closed"))

    def _settled(self, page: Page, asked: Asked) -> Asked:
        """The days asked for, today where none are; never backwards."""
        today = page.local(page.now, asked.property_id).date()
        start = asked.start or asked.end or today
        return Asked(asked.property_id, start, max(asked.end or start, start))
