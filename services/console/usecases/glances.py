"""Cards that many open boards ask for at one moment: asked of records once for all who bear the same rights."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console.domain.cards import Card
from services.console.domain.problem import Down, Refused
from services.console.domain.session import Viewer
from services.console.ports import Records
from services.console.usecases.live import Feed
from shared.contracts.identity import Principal

KEPT_S = 2.0
MOST = 20_000
PERSONAL = frozenset({"staff_id", "session", "epoch", "language"})
"""What of a caller decides nothing about which cards they may see."""
Rights = tuple[Any, ...]


@dataclass(frozen=True)
class _Glance:
    """A question under way or answered: the newest version heard of before it was asked, when, and the cards by id."""

    heard: int
    at: float
    asked: "asyncio.Task[Mapping[str, Card]]"


class Glances:
    """Asks records for some cards. An answer serves those with the same rights until that card rings again.

    It is never older than what rang, nor than KEPT_S; whoever asks has been verified by their own session before.
    """

    def __init__(self, records: Records, feed: Feed) -> None:
        self._records, self._feed = records, feed
        self._kept: dict[tuple[Rights, tuple[str, ...], str], _Glance] = {}

    async def cards(self, viewer: Viewer, hotels: Sequence[str], ids: Sequence[str]) -> list[Card]:
        """The cards of these ids that the viewer may see. Raises Refused and Down."""
        rights, places = rights_of(viewer.principal), tuple(hotels)
        glances = {one: self._kept.get((rights, places, one)) for one in ids}
        missing = [one for one, glance in glances.items() if not self._good(viewer, one, glance)]
        if missing:
            mine = self._ask(viewer, places, missing)
            for one in missing:
                glances[one] = self._kept[rights, places, one] = mine[one]
            self._let_go()
        answers = await asyncio.gather(*(self._answer(viewer, places, one, glance) for one, glance in glances.items()))
        return [card for card in answers if card is not None]

    def _good(self, viewer: Viewer, one: str, glance: _Glance | None) -> bool:
        if glance is None or asyncio.get_running_loop().time() - glance.at > KEPT_S:
            return False
        return self._feed.newest(viewer.principal.chain, one) <= max(glance.heard, _version(glance.asked, one))

    def _ask(self, viewer: Viewer, places: tuple[str, ...], ids: Sequence[str]) -> dict[str, _Glance]:
        at = asyncio.get_running_loop().time()
        heard = {one: self._feed.newest(viewer.principal.chain, one) for one in ids}
        asked = asyncio.create_task(self._fetch(viewer, places, ids))
        asked.add_done_callback(_looked_at)
        return {one: _Glance(heard[one], at, asked) for one in ids}

    async def _fetch(self, viewer: Viewer, places: tuple[str, ...], ids: Sequence[str]) -> Mapping[str, Card]:
        return {card.id: card for card in await self._records.board(viewer.access, places, ids)}

    async def _answer(self, viewer: Viewer, places: tuple[str, ...], one: str, glance: _Glance | None) -> Card | None:
        if glance is None:
            return None
        try:
            # Whoever leaves while others wait for the same answer must not take it away from them.
            return (await asyncio.shield(glance.asked)).get(one)
        except (Refused, Down):
            self._kept.pop((rights_of(viewer.principal), places, one), None)
            # It may have been another's token that was refused.
            return (await self._fetch(viewer, places, [one])).get(one)

    def _let_go(self) -> None:
        for key in list(self._kept)[: max(0, len(self._kept) - MOST)]:
            del self._kept[key]


def rights_of(principal: Principal) -> Rights:
    """All of a caller that decides what they may see; equal for two people with the same work."""
    return tuple(getattr(principal, name) for name in Principal.model_fields if name not in PERSONAL)


def _version(asked: "asyncio.Task[Mapping[str, Card]]", one: str) -> int:
    if not asked.done() or asked.cancelled() or asked.exception() is not None:
        return 0
    card = asked.result().get(one)
    return card.version if card else 0


def _looked_at(asked: "asyncio.Task[Mapping[str, Card]]") -> None:
    """A failure that nobody waits for any more is no news."""
    if not asked.cancelled():
        asked.exception()
