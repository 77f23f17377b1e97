"""The board: cards of one or all hotels, composed with names and clocks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.console.domain.cards import COLUMNS, Card, Filters, by_due
from services.console.domain.due import Due, due
from services.console.domain.problem import Down, Refused
from services.console.domain.records import shown
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.domain.words import ACTION, plain, said
from services.console.ports import Records
from services.console.usecases.glances import Glances
from services.console.usecases.people import Page, People
from shared.contracts.records import Status

PERMISSION = {"fill_fields": "edit", "tell_guest": "request_message", "answer_question": "answer"}
"""The policy's name of a next action, where it is another."""
MOST_OF_EACH = 40
MOST_OF_ONE = 400
ONE_CLICK = frozenset({"accept", "unblock", "check_value", "approve"})


@dataclass(frozen=True)
class CardView:
    """A card with everything its four lines say."""

    card: Card
    owner: str
    initials: str
    guest: str
    hotel: str
    due: Due
    mine: bool
    allowed: bool

    @property
    def title(self) -> str:
        """What kind of work it is."""
        return _(self.card.kind_title) if self.card.kind_title else plain(self.card.kind)

    @property
    def what(self) -> str:
        """What is asked, as words."""
        words = shown(self.card.what)
        return words[:1].upper() + words[1:]

    @property
    def heading(self) -> str:
        """What is asked where it stands in one line; the kind of work where that says nothing."""
        return self.what if self.card.what not in ("", "other") else self.title

    @property
    def place(self) -> str:
        """Where: the room or public area; empty while no room is given."""
        return self.card.room or self.card.place or ""

    @property
    def action(self) -> str:
        """The next action's button."""
        return said(ACTION, self.card.next_action.code)

    @property
    def one_click(self) -> bool:
        """Whether the next action can be done from the card, without a question."""
        return self.card.open and self.allowed and self.card.next_action.code in ONE_CLICK

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do, for this viewer."""
        return self.card.next_action.code == "none" or not self.allowed


@dataclass(frozen=True)
class BoardView:
    """The board as a page shows it: the most pressing cards of each column, and how many there are in all."""

    page: Page
    filters: Filters
    cards: Sequence[CardView]
    counts: Mapping[Status, int]
    late: int = 0

    @property
    def columns(self) -> list[tuple[Status, int]]:
        """The five columns and how many cards belong into each."""
        return [(status, self.counts.get(status, 0)) for status in COLUMNS]

    @property
    def more(self) -> list[tuple[Status, int, str]]:
        """The columns that hold more than is shown: how many more, and where all of them are."""
        shown_cards = Counter(view.card.status for view in self.cards)
        hidden = [(status, number - shown_cards[status]) for status, number in self.columns]
        most = shown_in_one(self.filters) + MOST_OF_ONE if self.filters.status else 0
        return [
            (status, rest, self.filters.address(status=status.value, most=most)) for status, rest in hidden if rest > 0
        ]

    @property
    def ringing(self) -> list[CardView]:
        """What is late, longest first."""
        return [view for view in self.cards if view.due.state == "late"]

    @property
    def next_due(self) -> CardView | None:
        """The open card that falls due next."""
        return next((view for view in self.cards if view.card.open), None)

    @property
    def live_properties(self) -> str:
        """The hotels this page listens to."""
        return self.filters.property_id or ",".join(one.id for one in self.page.properties)


class Boards:
    """Makes boards."""

    def __init__(self, records: Records, people: People, glances: Glances) -> None:
        self._records, self._people, self._glances = records, people, glances

    async def show(self, viewer: Viewer, filters: Filters) -> BoardView:
        """The whole board; where records do not answer it is empty and says so."""
        page = self._people.page(viewer)
        try:
            cards = await self._records.board(viewer.access, self._hotels(page, filters))
        except (Down, Refused) as failure:
            page.missing(failure, "Records")
            cards = []
        here = by_due(card for card in cards if self._shown(page, filters, card))
        late = sum(1 for card in here if card.open and (card.paused_at or page.now) >= card.due_at)
        most = shown_in_one(filters) if filters.status else MOST_OF_EACH
        views = await self.views(page, first_of_each(here, most))
        return BoardView(page, filters, views, Counter(card.status for card in here), late)

    async def some(self, viewer: Viewer, filters: Filters, ids: Sequence[str]) -> tuple[BoardView, list[str]]:
        """The cards of some ids that belong on this board, and the ids of those that do not."""
        page = self._people.page(viewer)
        found = await self._glances.cards(viewer, self._hotels(page, filters), ids)
        here = [card for card in found if card.id in set(ids) and self._shown(page, filters, card)]
        gone = sorted(set(ids) - {card.id for card in here})
        return BoardView(page, filters, await self.views(page, by_due(here)), {}), gone

    async def views(self, page: Page, cards: Sequence[Card]) -> list[CardView]:
        """Cards with their names and clocks."""
        guests = await self._people.guests(page, (card.guest_id for card in cards))
        return [self._card(page, card, guests) for card in cards]

    def nameless(self, page: Page, cards: Sequence[Card]) -> list[CardView]:
        """Cards with their clocks, without guests' names."""
        return [self._card(page, card, {}) for card in cards]

    def _hotels(self, page: Page, filters: Filters) -> list[str]:
        return [one.id for one in page.properties if filters.property_id in ("", one.id)]

    def _shown(self, page: Page, filters: Filters, card: Card) -> bool:
        return filters.admits(card, page.viewer.id, page.now, page.viewer.principal.departments) and (
            card.open or _closed_today(page, card)
        )

    def _card(self, page: Page, card: Card, guests: dict[str, str]) -> CardView:
        owner = page.name_of(card.owner)
        return CardView(
            card=card,
            owner=owner,
            initials=initials(owner),
            guest=guests.get(card.guest_id or "", ""),
            hotel=page.hotel(card.property_id),
            due=due(
                card.due_at,
                page.now,
                opened_at=card.opened_at,
                warn_s=card.warn_s,
                paused_at=card.paused_at,
                closed_at=(card.closed_at or page.now) if not card.open else None,
            ),
            mine=card.owner == page.viewer.id,
            allowed=page.may(PERMISSION.get(card.next_action.code, card.next_action.code), card),
        )


def shown_in_one(filters: Filters) -> int:
    """How many cards a page shows that asks for one column: more each time somebody wants more."""
    return max(MOST_OF_ONE, filters.most)


def first_of_each(cards: Sequence[Card], most: int) -> list[Card]:
    """The first so many cards of each status, in the order given."""
    seen: Counter[Status] = Counter()
    found = []
    for card in cards:
        seen[card.status] += 1
        if seen[card.status] <= most:
            found.append(card)
    return found


def _closed_today(page: Page, card: Card) -> bool:
    closed = card.closed_at or page.now
    return page.local(closed, card.property_id).date() == page.local(page.now, card.property_id).date()


def initials(name: str) -> str:
    """Two letters for a person."""
    words = [word for word in name.replace(".", " ").split() if word[:1].isalpha()]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"
