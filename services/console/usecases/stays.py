"""The stays of a hotel: who is in the house, who comes, who goes; and selling to one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.ports import Records, StayList
from services.console.usecases.people import Page, People
from shared.contracts.stays import Stay


@dataclass(frozen=True)
class StaysView:
    """A page of stays, with guests' names where the viewer may read them."""

    page: Page
    property_id: str
    status: str
    stays: Sequence[Stay]
    names: Mapping[str, str]
    next: str = ""


class Stays:
    """Makes the list, and opens what a guest wants to buy."""

    def __init__(self, stays: StayList, records: Records, people: People) -> None:
        self._stays, self._records, self._people = stays, records, people

    async def show(self, viewer: Viewer, property_id: str, status: str, cursor: str) -> StaysView:
        """The stays of one hotel, those in the house unless another status is asked for."""
        page = self._people.page(viewer)
        hotel = page.hotel_of(property_id) or (page.properties[0] if page.properties else None)
        place, date = hotel.id if hotel else "", None
        if hotel and status == "booked":
            date = page.local(page.now, hotel.id).date()
        try:
            found, onward = await self._page(viewer, place, status, date, cursor)
        except (Down, Refused) as failure:
            page.missing(failure, "Stays")
            found, onward = [], ""
        found = sorted(found, key=lambda one: (one.room or "~", one.arrival))
        names = await self._people.guests(page, [one.guest_id for one in found])
        return StaysView(page, place, status, found, names, onward)

    async def sell(self, viewer: Viewer, stay_id: str, key: str, values: Mapping[str, str]) -> str | Problem:
        """Open a paid request of a stay for an offer of the catalogue; its id, or why not."""
        try:
            found = await self._stays.one(viewer.access, stay_id)
            body = {
                "property_id": found.property_id,
                "kind": "upsell_guest_request",
                "stay_id": stay_id,
                "offer_id": values.get("offer_id", ""),
                "fields": {"service": values.get("service", "")},
            } | ({"room": found.room} if found.room else {})
            return await self._records.open(viewer.access, key, body)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)

    async def _page(
        self, viewer: Viewer, place: str, status: str, date: dt.date | None, cursor: str
    ) -> tuple[Sequence[Stay], str]:
        return await self._stays.page(viewer.access, place, status, date, cursor) if place else ([], "")
