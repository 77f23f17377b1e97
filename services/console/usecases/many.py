"""One thing done to many records, looked at before it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain.many import ManyTold, order_of
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.ports import Records
from services.console.usecases.board import Boards, CardView
from services.console.usecases.people import Page, People


@dataclass(frozen=True)
class ManyView:
    """What would become, or became, of each card; `given` is what was asked."""

    page: Page
    given: Mapping[str, str]
    told: ManyTold = field(default_factory=ManyTold)
    cards: Sequence[CardView] = ()
    problem: Problem | None = None

    def card(self, record_id: str) -> CardView | None:
        """The card of a result."""
        return next((view for view in self.cards if view.card.id == record_id), None)


class Many:
    """Carries one order to many records."""

    def __init__(self, records: Records, boards: Boards, people: People) -> None:
        self._records, self._boards, self._people = records, boards, people

    async def carry_out(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> ManyView:
        """Look at it first (`preview` is "true"), then do it; each record is refused or done as if alone."""
        page = self._people.page(viewer)
        try:
            body = order_of(values, values.get("preview") == "true")
            told = await self._records.many(viewer.access, key, body)
            hotels = [one.id for one in page.properties]
            cards = await self._records.board(viewer.access, hotels, [one.id for one in told.items])
        except Refused as refusal:
            return ManyView(page, values, problem=refusal.problem)
        except Down as silent:
            return ManyView(page, values, problem=not_answered(silent))
        return ManyView(page, values, told, await self._boards.views(page, cards))
