"""A card of the board, and which cards a viewer asked to see, in which order."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from shared.contracts.identity import Department
from shared.contracts.records import NextAction, Outcome, Review, Status
from shared.contracts.values import Instant, Wire

COLUMNS: tuple[Status, ...] = (Status.NEW, Status.PENDING, Status.APPROVED, Status.BLOCKED, Status.COMPLETE)
DECISIONS = frozenset({"review_exception", "decide_proposal"})
WHOSE = ("mine", "team")
FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


class Card(Wire):
    """One record in four lines. `risk` is on_track, at_risk, late or closed, as records judged it."""

    id: str
    version: int
    property_id: str
    kind: str
    kind_title: str = ""
    workflow: str = ""
    what: str = ""
    room: str | None = None
    place: str | None = None
    owner: str
    department: Department
    status: Status
    outcome: Outcome | None = None
    accepted: bool = False
    opened_at: Instant | None = None
    due_at: Instant
    paused_at: Instant | None = None
    closed_at: Instant | None = None
    warn_s: int = 0
    risk: str = "on_track"
    next_action: NextAction
    reviews: tuple[Review, ...] = ()
    blocked_reason: str | None = None
    stay_id: str | None = None
    guest_id: str | None = None
    repeats: int = 0
    items_open: int = 0
    attachments: int = 0
    parent: str | None = None
    merged_into: str | None = None

    @property
    def open(self) -> bool:
        """Whether work is left."""
        return self.status is not Status.COMPLETE

    @property
    def awaits_decision(self) -> bool:
        """Whether a second person's yes or no is what it waits for."""
        return self.next_action.code in DECISIONS


@dataclass(frozen=True)
class Filters:
    """What the address of the board asks for; the empty string and False ask for nothing.

    `who` is mine, team (the viewer's departments) or empty for all that the viewer may see.
    """

    property_id: str = ""
    department: str = ""
    status: str = ""
    who: str = ""
    late: bool = False
    waiting: bool = False
    q: str = ""
    dense: bool = False
    most: int = 0
    """How many cards of a column are shown where that is more than usual."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Read from an address; values that are none are ignored, an address is typed by people."""
        department, status = query.get("department", ""), query.get("status", "")
        return cls(
            property_id=query.get("property", "")[:63],
            department=department if department in set(Department) else "",
            status=status if status in set(Status) else "",
            who=query.get("who", "") if query.get("who") in WHOSE else "",
            late=query.get("late") == "1",
            waiting=query.get("waiting") == "1",
            q=query.get("q", "").strip()[:80],
            dense=query.get("view") == "table",
            most=_number(query.get("most", "")),
        )

    def address(self, path: str = "/", **changed: Any) -> str:
        """The address that asks for this with some parts changed, e.g. `address(late=True)`."""
        wanted = {name: changed.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        named = {"property": "property_id", "who": "who", "department": "department", "status": "status", "q": "q"}
        pairs = {shown: str(wanted[name]) for shown, name in named.items() if wanted[name]}
        pairs |= {name: "1" for name in ("late", "waiting") if wanted[name]}
        pairs |= {"view": "table"} if wanted["dense"] else {}
        pairs |= {"most": str(wanted["most"])} if wanted["most"] else {}
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def admits(self, card: Card, me: str, now: dt.datetime, team: Collection[Department] = ()) -> bool:
        """Whether a card belongs on this board; `team` are the viewer's own departments."""
        return (
            (not self.property_id or card.property_id == self.property_id)
            and (not self.department or card.department == self.department)
            and (not self.status or card.status == self.status)
            and (self.who != "mine" or me in (card.owner, card.next_action.staff_id))
            and (self.who != "team" or card.department in team or me == card.owner)
            and (not self.late or (card.open and (card.paused_at or now) >= card.due_at))
            and (not self.waiting or card.awaits_decision)
            and (not self.q or _mentions(card, self.q.casefold()))
        )


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 5 else 0


def _mentions(card: Card, words: str) -> bool:
    room = (card.room or "").casefold()
    if words.isdigit():
        return room.startswith(words)
    return words in " ".join((room, card.place or "", card.kind_title, card.kind, card.what)).casefold()


class BoardPage(Wire):
    """The cards that records answered."""

    cards: tuple[Card, ...] = Field(default=())
    next: str | None = None


def by_due(cards: Iterable[Card]) -> list[Card]:
    """Open work first, the most pressing on top; closed work below, the newest on top."""
    found = list(cards)
    open_cards = sorted((c for c in found if c.open), key=lambda c: (c.due_at, c.id))
    closed = sorted((c for c in found if not c.open), key=lambda c: (c.closed_at or c.due_at, c.id), reverse=True)
    return [*open_cards, *closed]
