"""The board on paper: all open work by department, for a printer, a file, and for when the system is down."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.cards import Filters, by_due
from services.console.domain.problem import Down, Refused
from services.console.domain.session import Viewer
from services.console.ports import Records
from services.console.usecases.board import Boards, CardView
from services.console.usecases.people import Page, People
from shared.contracts.identity import Department
from shared.contracts.staff import Property


@dataclass(frozen=True)
class Sheet:
    """One department of one hotel, soonest due first: a page of paper."""

    hotel: Property
    department: Department
    cards: Sequence[CardView]


@dataclass(frozen=True)
class PaperView:
    """All sheets, as of `page.now`. Guests' names are left out: paper lies about."""

    page: Page
    filters: Filters
    sheets: Sequence[Sheet]

    @property
    def file_name(self) -> str:
        """What the file is called, by the hotel's own clock."""
        local: dt.datetime = self.page.local(self.page.now, self.filters.property_id)
        where = "-".join(filter(None, (self.filters.property_id, self.filters.department))) or "all"
        return f"board-{where}-{local:%Y%m%d-%H%M}.html"


class Paper:
    """Makes the board for paper."""

    def __init__(self, records: Records, boards: Boards, people: People) -> None:
        self._records, self._boards, self._people = records, boards, people

    async def show(self, viewer: Viewer, filters: Filters) -> PaperView:
        """All open work that the filters admit."""
        page = self._people.page(viewer)
        hotels = [one for one in page.properties if filters.property_id in ("", one.id)]
        sheets: list[Sheet] = []
        for hotel in hotels:
            try:
                cards = await self._records.board(viewer.access, [hotel.id])
            except (Down, Refused) as failure:
                page.missing(failure, "Records")
                continue
            mine = viewer.principal.departments
            admitted = [c for c in by_due(cards) if c.open and filters.admits(c, viewer.id, page.now, mine)]
            views = self._boards.nameless(page, admitted)
            for department in dict.fromkeys(card.department for card in sorted(admitted, key=lambda c: c.department)):
                sheets.append(Sheet(hotel, department, [v for v in views if v.card.department is department]))
        return PaperView(page, filters, sheets)
