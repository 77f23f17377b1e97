"""Finds records: filters, words, order, pages and sparse fields, never by what the caller may not read (S20)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from services.records.domain.finding import words_in
from services.records.domain.state import RecordState
from services.records.ports import By, Query
from services.records.usecases import showing
from services.records.usecases.house import House
from services.records.usecases.reading import scope_of
from services.records.usecases.shown import Card, Cards
from services.records.usecases.shown_finding import SparseCards
from services.records.usecases.sparse import columns, sparse
from shared.chassis.paging import cursor, cursor_of
from shared.contracts.errors import Breach, breached, forbidden, invalid
from shared.contracts.identity import Department, Principal

ORDERS = {"due": By.DUE, "opened": By.OPENED, "changed": By.CHANGED}
MOST_WORDS = 8


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside the plain filters, as it was written."""

    text: str | None = None
    workflow: str | None = None
    sort: str = "due"
    fields: str | None = None
    after: str | None = None
    others: Collection[str] = ()


class Finding:
    """The use case behind `GET /v1/records`, and the sparse form of one record."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def page(self, principal: Principal, query: Query, wanted: Wanted) -> Cards | SparseCards:
        """One page; records the caller may not read are absent, a filter or order by a private field is refused.

        A page may hold fewer than asked for, even none, and still have a next one.
        """
        self._refuse_strangers(principal, wanted.others, "filter")
        by, descending = self._order(principal, wanted.sort)
        names = columns(wanted.fields, Card.model_fields)
        asked = replace(
            query,
            words=_words(wanted.text),
            kinds=self._kinds(wanted.workflow),
            by=by,
            descending=descending,
            after=cursor(wanted.after),
        )
        found = await self._house.records.page(scope_of(principal), asked)
        cards, more = self.cards(principal, found.states), cursor_of(found.after)
        if names is None:
            return Cards(cards=cards, next=more)
        return SparseCards(cards=tuple(sparse(each, names) for each in cards), next=more)

    def cards(self, principal: Principal, states: Iterable[RecordState]) -> tuple[Card, ...]:
        """The records that the caller may read, as cards."""
        now, people = self._house.clock.now(), self._house.people
        return tuple(
            showing.card(state, self._house.catalogue.kind(state.kind), now)
            for state in states
            if people.decide(principal, "read", state.kind, state.property_id, state.department).allow
        )

    def check(self, principal: Principal, sort: str, names: Sequence[str], filters: Iterable[str]) -> None:
        """Refuse an order, columns or filters that a list would refuse."""
        self._order(principal, sort)
        columns(",".join(names) or None, Card.model_fields)
        self._refuse_strangers(principal, filters, "filter")

    def _kinds(self, workflow: str | None) -> tuple[str, ...]:
        if workflow is None:
            return ()
        kinds = tuple(spec.code for spec in self._house.catalogue.kinds.values() if spec.workflow == workflow)
        if not kinds:
            raise invalid("workflow", "unknown_workflow", "There is no such workflow; GET /v1/kinds lists them.")
        return kinds

    def _order(self, principal: Principal, sort: str) -> tuple[By, bool]:
        name = sort.removeprefix("-")
        if name not in ORDERS:
            self._refuse_strangers(principal, (name,), "sort")
        return ORDERS[name], sort.startswith("-")

    def _refuse_strangers(self, principal: Principal, names: Iterable[str], what: str) -> None:
        unknown = sorted(names)
        private = [name for name in unknown if not self._reads(principal, name)]
        if private:
            raise forbidden("field_not_granted", f"You may not {what} by {', '.join(private)}.")
        if unknown:
            known = f"one of {', '.join(ORDERS)}" if what == "sort" else "a filter of this list"
            raise breached(
                [Breach(field=name[:64], rule=what, message=f"{name[:64]!r} is not {known}.") for name in unknown]
            )

    def _reads(self, principal: Principal, name: str) -> bool:
        """Whether the caller may read this field wherever a list could show its order; no field of any kind: yes."""
        specs = [
            (kind, spec) for kind in self._house.catalogue.kinds.values() if (spec := kind.field(name)) is not None
        ]
        return all(
            spec.data_class in self._house.people.decide(principal, "read", kind.code, None, department).read
            for kind, spec in specs
            for department in Department
        )


def _words(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    words = words_in(text)
    if not 1 <= len(words) <= MOST_WORDS:
        raise invalid("text", "words", f"text holds between one and {MOST_WORDS} words.")
    return words
