"""Who is who, where, and in which local time, for one viewer's page."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain.cards import Card
from services.console.domain.places import PLACES, Place
from services.console.domain.problem import Down, Refused
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.domain.tongue import moment as said_moment
from services.console.domain.words import ROLE, said
from services.console.ports import Guests, House, Time
from shared.contracts.staff import Property
from shared.contracts.values import zone

NAMES_KEPT = dt.timedelta(minutes=2)
MOST_NAMES = 100_000
SILENT = dt.timedelta(seconds=3)
"""How long nobody asks again who did not answer, in real time."""
_A_MONDAY = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)

CHAIN = "_chain"
"""The place that stands for the whole chain, in addresses and forms."""


@dataclass
class Page:
    """What every page knows: the viewer, their hotels, the hour, and which services are silent or closed to them."""

    viewer: Viewer
    house: House
    time: Time
    now: dt.datetime
    properties: list[Property]
    lock_after_s: int = 0
    down: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def missing(self, failure: Down | Refused, what: str) -> None:
        """Note that a part of the page is absent, and why: the page says so and shows the rest."""
        if isinstance(failure, Down):
            self.down.append(failure.who)
        elif failure.problem.status == 401:
            raise failure
        else:
            self.closed.append(what)

    @property
    def ruled(self) -> list[tuple[str, str]]:
        """The places whose rules a viewer may look at: their hotels, and the chain for who works for all of it."""
        hotels = [(one.id, one.name) for one in self.properties]
        return [*hotels, (CHAIN, "Chain")] if self.viewer.principal.properties is None else hotels

    @property
    def rate(self) -> float:
        """Business seconds in a real one."""
        return self.time.rate

    @property
    def me(self) -> str:
        """The viewer's name."""
        return self.name_of(self.viewer.id)

    @property
    def role(self) -> str:
        """The viewer's highest role."""
        return said(ROLE, self.viewer.principal.rank)

    def name_of(self, staff_id: str | None) -> str:
        """A person's name as they wrote it; somebody unknown here is said to be so."""
        person = self.house.person(staff_id) if staff_id else None
        return person.display_name if person else _("Somebody")

    def name_or_id(self, one: str | None) -> str:
        """A person's name, or what else did it: a service, a rule, a system."""
        person = self.house.person(one) if one else None
        return person.display_name if person else one or "–"

    def weekday(self, number: int) -> str:
        """A day of the week by its number, Monday 0."""
        return said_moment(_A_MONDAY + dt.timedelta(days=number), "EEE")

    def can(self, action: str, kind: str) -> bool:
        """Whether the viewer may do something anywhere at all, so that its place is worth showing."""
        anywhere: list[str | None] = [*(one.id for one in self.properties)] or [None]
        return any(self.house.may(self.viewer.principal, action, kind, at, None) for at in anywhere)

    @property
    def places(self) -> list[Place]:
        """The places this viewer may open, at most seven."""
        return [one for one in PLACES if not one.needs or any(self.can(*need) for need in one.needs)]

    def may(self, action: str, card: Card) -> bool:
        """Whether the viewer may do something to a record; the service that owns it decides again."""
        return self.house.may(self.viewer.principal, action, card.kind, card.property_id, card.department)

    def hotel_of(self, property_id: str) -> Property | None:
        """One of the hotels the viewer may see."""
        return next((one for one in self.properties if one.id == property_id), None)

    def hotel(self, property_id: str) -> str:
        """A hotel's name."""
        found = self.hotel_of(property_id)
        return found.name if found else property_id

    def local(self, moment: dt.datetime, property_id: str = "") -> dt.datetime:
        """A moment on the hotel's own clock."""
        found = self.hotel_of(property_id) or (self.properties[0] if self.properties else None)
        return moment.astimezone(zone(found.zone)) if found else moment

    def clock(self, moment: dt.datetime | None, property_id: str = "") -> str:
        """A time as staff say it: "14:05" today, "Tue 14:05" this week, "12 Mar 14:05" otherwise."""
        if moment is None:
            return ""
        there, today = self.local(moment, property_id), self.local(self.now, property_id).date()
        days = abs((there.date() - today).days)
        return said_moment(there, "HH:mm" if days == 0 else "EEE HH:mm" if days < 6 else "d MMM HH:mm")

    @property
    def shift_end(self) -> str:
        """When the viewer's shift of now ends, in the hotel's time; empty off duty."""
        person = self.house.person(self.viewer.id)
        there = self.local(self.now)
        for shift in person.shifts if person else ():
            ends = _ends(there, shift.start, shift.end, shift.days)
            if ends:
                return ends.strftime("%H:%M")
        return ""


def _ends(there: dt.datetime, start: dt.time, end: dt.time, days: Iterable[int]) -> dt.datetime | None:
    for back in (0, 1):
        day = there.date() - dt.timedelta(days=back)
        began = dt.datetime.combine(day, start, there.tzinfo)
        ended = dt.datetime.combine(day + dt.timedelta(days=1 if end <= start else 0), end, there.tzinfo)
        if day.weekday() in set(days) and began <= there < ended:
            return ended
    return None


class People:
    """Makes pages and composes guests' names into them."""

    def __init__(self, house: House, guests: Guests, time: Time, lock_after_s: int = 0) -> None:
        self._house, self._guests, self._time, self._lock_after_s = house, guests, time, lock_after_s
        self._known: dict[tuple[str, str], tuple[dt.datetime, str]] = {}
        self._silence: tuple[dt.datetime, str] | None = None

    def page(self, viewer: Viewer) -> Page:
        """A page of now for a viewer."""
        hotels = self._house.properties(viewer.principal)
        return Page(viewer, self._house, self._time, self._time.now(), hotels, self._lock_after_s)

    async def guests(self, page: Page, guest_ids: Iterable[str | None]) -> dict[str, str]:
        """The names of guests that the viewer may read; without integrations there are none."""
        asked = sorted({one for one in guest_ids if one})
        unknown = [one for one in asked if not self._remembers(page.viewer, one)]
        if unknown and self._silence is not None and self._time.real_now() < self._silence[0]:
            page.down.append(self._silence[1])
        elif unknown:
            await self._ask(page, unknown)
        known = ((one, self._known[page.viewer.cookie, one][1]) for one in asked if self._remembers(page.viewer, one))
        return {one: name for one, name in known if name}

    async def _ask(self, page: Page, unknown: Sequence[str]) -> None:
        """Ask for names. Who has none is remembered too, and silence for a moment: no page waits for it again."""
        try:
            found = await self._guests.names(page.viewer.access, unknown)
        except Down as silent:
            page.down.append(silent.who)
            self._silence = (self._time.real_now() + SILENT, silent.who)
            return
        except Refused:
            found = []
        names = {guest.id: guest.name or "" for guest in found}
        self._remember(page.viewer, {one: names.get(one, "") for one in unknown})

    def _remembers(self, viewer: Viewer, guest_id: str) -> bool:
        known = self._known.get((viewer.cookie, guest_id))
        return known is not None and self._time.real_now() - known[0] < NAMES_KEPT

    def _remember(self, viewer: Viewer, names: Mapping[str, str]) -> None:
        """Each name asked for is a read that integrations writes down, so a live board does not ask every second.

        Kept for one session only: nobody is shown what somebody else was allowed to see.
        """
        now = self._time.real_now()
        if len(self._known) > MOST_NAMES:
            self._known.clear()
        self._known |= {(viewer.cookie, guest_id): (now, name) for guest_id, name in names.items()}
