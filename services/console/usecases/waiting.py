"""What waits for the viewer: changes to decide, exceptions to review, questions to answer."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.queues import AskedOf, Decided, WaitingException, WaitingProposal
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.ports import Queues
from services.console.usecases.board import Boards, CardView
from services.console.usecases.people import Page, People

Row = TypeVar("Row")


@dataclass(frozen=True)
class WaitingView:
    """The viewer's queues, the longest waiting first."""

    page: Page
    proposals: Sequence[WaitingProposal]
    exceptions: Sequence[WaitingException]
    questions: Sequence[AskedOf]
    cards: Mapping[str, CardView] = field(default_factory=dict)
    problem: Problem | None = None
    decided: Sequence[Decided] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing waits."""
        return not (self.proposals or self.exceptions or self.questions)

    def own(self, row: WaitingProposal | WaitingException) -> bool:
        """Whether the viewer asked for it: then another person decides."""
        asked = row.requested_by if isinstance(row, WaitingProposal) else row.raised_by
        return asked == self.page.viewer.id


class Waiting:
    """Makes the queues and carries decisions on many at once."""

    def __init__(self, queues: Queues, boards: Boards, people: People) -> None:
        self._queues, self._boards, self._people = queues, boards, people

    async def show(
        self, viewer: Viewer, problem: Problem | None = None, decided: Sequence[Decided] = ()
    ) -> WaitingView:
        """All three queues."""
        page = self._people.page(viewer)
        proposals, exceptions, questions = await asyncio.gather(
            self._rows(page, self._queues.proposals(viewer.access)),
            self._rows(page, self._queues.exceptions(viewer.access)),
            self._rows(page, self._queues.questions(viewer.access)),
        )
        found = [*(row.record for row in proposals), *(row.record for row in exceptions)]
        cards = {card.id: card for card in found}
        views = await self._boards.views(page, list(cards.values()))
        by_id = {view.card.id: view for view in views}
        return WaitingView(page, proposals, exceptions, questions, by_id, problem, decided)

    async def decide(
        self, viewer: Viewer, key: str, chosen: Sequence[str], approve: bool, reason: str
    ) -> tuple[Problem | None, list[Decided]]:
        """Decide the chosen proposals; `chosen` are `record|proposal|digest` as the page showed them."""
        decisions = [
            {"record": record, "proposal": proposal, "digest": digest, "approve": approve, "reason": reason}
            for record, proposal, digest in (one.split("|", 2) for one in chosen if one.count("|") == 2)
        ]
        if not decisions or not reason:
            return Problem(422, "form_invalid", _("Choose what to decide, and say why.")), []
        try:
            return None, await self._queues.decide(viewer.access, key, decisions)
        except Refused as refusal:
            return refusal.problem, []
        except Down as silent:
            return not_answered(silent), []

    async def _rows(self, page: Page, asked: Awaitable[list[Row]]) -> list[Row]:
        try:
            return await asked
        except (Down, Refused) as failure:
            if isinstance(failure, Down) or failure.problem.status == 401:
                page.missing(failure, "Records")
            return []
