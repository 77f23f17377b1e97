"""Alerts, a stay's journey, the day's figures and search: the pages beside the board."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.cards import Card, Filters, by_due
from services.console.domain.day import Day
from services.console.domain.due import length
from services.console.domain.journey import Lane, lanes
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.selling import Points, Preference, StayOffer
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.domain.words import DEPARTMENT, said
from services.console.ports import Alerts, Guests, Records, Reports, Selling
from services.console.usecases.board import Boards, BoardView, CardView
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import nothing, quietly
from shared.contracts.alerts import Alert, AlertState, Severity
from shared.contracts.staff import Property
from shared.contracts.stays import Stay

_LOUDEST = list(reversed(Severity))


@dataclass(frozen=True)
class AlertsView:
    """The viewer's alerts, the loudest first."""

    page: Page
    alerts: Sequence[Alert]
    problem: Problem | None = None


SCORED = "feedback_score"


@dataclass(frozen=True)
class JourneyView:
    """One stay and its records over time. `stay` is None where integrations does not answer."""

    page: Page
    stay_id: str
    stay: Stay | None
    guest: str
    cards: Sequence[CardView]
    offers: Sequence[StayOffer] = ()
    preferences: Sequence[Preference] = ()
    points: Points | None = None
    problem: Problem | None = None
    unknown: bool = False
    """Whether the records did not answer: then nothing is said of what was asked."""

    @property
    def began(self) -> dt.datetime | None:
        """When the first record opened."""
        return min((view.card.opened_at or view.card.due_at for view in self.cards), default=None)

    @property
    def scores(self) -> list[CardView]:
        """What the guest gave, the first first."""
        given = [view for view in self.cards if view.card.kind == SCORED and view.card.what]
        return sorted(given, key=lambda view: view.card.opened_at or view.card.due_at)

    @property
    def lanes(self) -> list[Lane]:
        """The records as bars in a lane for each department."""
        return lanes([view.card for view in self.cards], self.page.now)


@dataclass(frozen=True)
class DepartmentBar:
    """One department's median from trigger to close, as a bar of 1000."""

    title: str
    width: float
    words: str
    closed: int
    late: int


@dataclass(frozen=True)
class HotelDay:
    """One hotel's day; `day` is None where reporting does not answer."""

    hotel: Property
    day: Day | None

    @property
    def bars(self) -> list[DepartmentBar]:
        """The departments that closed anything, the slowest first."""
        found = [one for one in self.day.departments if one.closed and one.median_s is not None] if self.day else []
        most = max((one.median_s or 0 for one in found), default=0) or 1
        found.sort(key=lambda one: -(one.median_s or 0))
        return [
            DepartmentBar(
                said(DEPARTMENT, one.department),
                round((one.median_s or 0) / most * 1000, 1),
                length(dt.timedelta(seconds=one.median_s or 0)),
                one.closed,
                one.late,
            )
            for one in found
        ]


@dataclass(frozen=True)
class DayView:
    """The day of each hotel the viewer may see."""

    page: Page
    date: dt.date
    hotels: Sequence[HotelDay]

    @property
    def before(self) -> dt.date:
        """The day before."""
        return self.date - dt.timedelta(days=1)

    @property
    def after(self) -> dt.date | None:
        """The day after, unless that has not come yet."""
        return self.date + dt.timedelta(days=1) if self.date < self.page.local(self.page.now).date() else None


class FrontDesk:
    """Makes the pages beside the board."""

    def __init__(
        self,
        records: Records,
        alerts: Alerts,
        guests: Guests,
        reports: Reports,
        boards: Boards,
        people: People,
        selling: Selling,
    ) -> None:
        self._records, self._alerts, self._guests, self._selling = records, alerts, guests, selling
        self._reports, self._boards, self._people = reports, boards, people

    async def alerts(self, viewer: Viewer, problem: Problem | None = None) -> AlertsView:
        """The viewer's alerts that are not closed."""
        page = self._people.page(viewer)
        try:
            found = await self._alerts.mine(viewer.access)
        except (Down, Refused) as failure:
            page.missing(failure, "Alerts")
            found = []
        live = [one for one in found if one.state in (AlertState.OPEN, AlertState.ACKNOWLEDGED)]
        live.sort(key=lambda one: (one.state is not AlertState.OPEN, _LOUDEST.index(one.severity), one.opened_at))
        return AlertsView(page, live, problem)

    async def acknowledge(self, viewer: Viewer, alert_id: str, key: str, version: int) -> Problem | None:
        """Say that an alert is being looked after; the refusal, or None."""
        try:
            await self._alerts.acknowledge(viewer.access, alert_id, key, version)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None

    async def journey(self, viewer: Viewer, stay_id: str, problem: Problem | None = None) -> JourneyView:
        """A stay's records in the order they opened; Refused when there is no such stay here."""
        page = self._people.page(viewer)
        stay, found = await asyncio.gather(self._stay(page, stay_id), self._of_stay(page, stay_id))
        cards = found or []
        if stay is None and not cards and not page.down:
            raise Refused(
                Problem(404, "stay_not_found", _("There is no such stay here, or it belongs to another hotel."))
            )
        cards.sort(key=lambda card: (card.opened_at or card.due_at, card.id))
        views = await self._boards.views(page, cards)
        names = await self._people.guests(page, [stay.guest_id]) if stay else {}
        guest_id = stay.guest_id if stay else ""
        offers, preferences, points = await asyncio.gather(
            quietly(self._selling.of_stay(viewer.access, stay_id), []),
            quietly(self._selling.preferences(viewer.access, guest_id) if guest_id else nothing([]), []),
            quietly(self._selling.points(viewer.access, guest_id) if guest_id else nothing(None), None),
        )
        guest, unknown = names.get(guest_id, ""), found is None
        return JourneyView(page, stay_id, stay, guest, views, offers, preferences, points, problem, unknown)

    async def day(self, viewer: Viewer, property_id: str, date: dt.date | None) -> DayView:
        """The day's figures; without a date, today in the first hotel's own time."""
        page = self._people.page(viewer)
        hotels = [one for one in page.properties if property_id in ("", one.id)]
        wanted = date or page.local(page.now, hotels[0].id if hotels else "").date()
        days = await asyncio.gather(*(self._day(page, one.id, wanted) for one in hotels))
        return DayView(page, wanted, [HotelDay(hotel, day) for hotel, day in zip(hotels, days, strict=True)])

    async def search(self, viewer: Viewer, words: str) -> BoardView:
        """The cards that mention some words, in every hotel the viewer may see."""
        return await self._boards.show(viewer, Filters(q=words.strip()[:80]))

    async def _stay(self, page: Page, stay_id: str) -> Stay | None:
        try:
            return await self._guests.stay(page.viewer.access, stay_id)
        except Down as silent:
            page.down.append(silent.who)
        except Refused:
            pass
        return None

    async def _of_stay(self, page: Page, stay_id: str) -> list[Card] | None:
        """The stay's records; None where nobody can say."""
        try:
            return by_due(await self._records.of_stay(page.viewer.access, stay_id))
        except Down as silent:
            page.down.append(silent.who)
            return None
        except Refused:
            return []

    async def _day(self, page: Page, property_id: str, date: dt.date) -> Day | None:
        try:
            return await self._reports.day(page.viewer.access, property_id, date)
        except (Down, Refused) as failure:
            page.missing(failure, "Reports")
        return None
