"""A stay's records as bars over time, a lane for each department, in SVG units of 1000."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.cards import Card
from services.console.domain.tongue import _
from services.console.domain.words import DEPARTMENT, plain, said
from shared.contracts.identity import Department

WIDTH = 1000.0
ROW = 22
_LEAST = 8.0


@dataclass(frozen=True)
class JourneyBar:
    """One record: its row within the lane, where it begins, how long it is, how it stands (open, late or done)."""

    id: str
    y: int
    x: float
    width: float
    state: str
    title: str


@dataclass(frozen=True)
class Lane:
    """One department's records."""

    title: str
    bars: tuple[JourneyBar, ...]

    @property
    def height(self) -> int:
        """The height of the lane in pixels."""
        return max(bar.y for bar in self.bars) + ROW


def lanes(cards: Sequence[Card], now: dt.datetime) -> list[Lane]:
    """The lanes in the order the departments first come up."""
    if not cards:
        return []
    start = min(_began(card) for card in cards)
    end = max(*(_ended(card, now) for card in cards), start + dt.timedelta(minutes=1))
    order = dict.fromkeys(card.department for card in cards)
    return [_lane(department, cards, start, end - start, now) for department in order]


def _lane(
    department: Department, cards: Sequence[Card], start: dt.datetime, span: dt.timedelta, now: dt.datetime
) -> Lane:
    """Records that overlap stand under each other, in the first row that is free again."""
    free: list[dt.datetime] = []
    bars = []
    for card in sorted((one for one in cards if one.department is department), key=_began):
        row = next((at for at, until in enumerate(free) if until <= _began(card)), len(free))
        free[row : row + 1] = [_ended(card, now)]
        bars.append(_bar(card, row * ROW, start, span, now))
    return Lane(said(DEPARTMENT, department), tuple(bars))


def _began(card: Card) -> dt.datetime:
    return card.opened_at or card.due_at


def _ended(card: Card, now: dt.datetime) -> dt.datetime:
    return card.closed_at or max(now, _began(card))


def _bar(card: Card, y: int, start: dt.datetime, span: dt.timedelta, now: dt.datetime) -> JourneyBar:
    x = min((_began(card) - start) / span * WIDTH, WIDTH - _LEAST)
    width = max(_LEAST, (_ended(card, now) - _began(card)) / span * WIDTH)
    state = "done" if not card.open else "late" if now >= card.due_at else "open"
    return JourneyBar(
        card.id,
        y,
        round(x, 1),
        round(min(width, WIDTH - x), 1),
        state,
        f"{_(card.kind_title) if card.kind_title else plain(card.kind)}: {card.what}",
    )
