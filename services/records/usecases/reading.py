"""Answers about records: one, many, the board, its history, a stay's journey."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from services.records.domain.owners import Need, on_duty
from services.records.domain.state import RecordState
from services.records.domain.views import answers
from services.records.ports import By, Page, Query
from services.records.usecases import showing
from services.records.usecases.house import House
from services.records.usecases.masks import WORDS, Mask, refs_in, refs_of
from services.records.usecases.permissions import lent, may, note_access
from services.records.usecases.shown import Card, Cards, History, Journey, Kinds, ShownRecord
from services.records.usecases.shown_finding import Sparse
from services.records.usecases.sparse import sparse
from shared.chassis.paging import cursor, cursor_of
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import Envelope, read
from shared.contracts.errors import not_found
from shared.contracts.identity import Principal, Role
from shared.contracts.records import RecordEvent, Status
from shared.contracts.values import Scope, zone

JOURNEY = 1000
ENDED = "closed."
"""How a cursor of the board begins that leads on through what was closed today."""
DECIDE = "decide_proposal"
ACTIONS = (
    "accept",
    "decline",
    "reassign",
    "check_value",
    "approve",
    "block",
    "unblock",
    "resume",
    "edit",
    "propose",
    "note",
    "hand_off",
    "raise_exception",
    "review_exception",
    "decide_proposal",
    "add_line",
    "request_message",
    "ask",
    "answer",
    "complete",
    "reopen",
    "watch",
    "checklist",
    "subtask",
    "link_stay",
    "merge",
    "attach",
)
OPEN = tuple(status for status in Status if status is not Status.COMPLETE)


def scope_of(principal: Principal) -> Scope:
    """What a caller may touch."""
    return Scope(chain=principal.chain, properties=principal.properties)


class Reading:
    """The use cases behind every GET."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def one(
        self, principal: Principal, record_id: str, names: Sequence[str] | None = None
    ) -> ShownRecord | Sparse:
        """One record as the caller may see it; a sensitive read is written down before it is answered."""
        state = await self._found(principal, record_id)
        if names is None:
            return await self.shown(principal, state)
        if Card.model_fields.keys() >= set(names):  # nothing on a card is private
            may(self._house, principal, "read", state)
            return sparse(showing.card(state, self._house.catalogue.kind(state.kind), self._house.clock.now()), names)
        return sparse(await self.shown(principal, state), names)

    async def shown(self, principal: Principal, state: RecordState) -> ShownRecord:
        """A record that is at hand, as the caller may see it."""
        scope = scope_of(principal)
        noted = await self._noted(principal, state)
        mask = await self._mask(principal, state, noted)
        await self._write_down(principal, state, mask)
        verdict = self._decide(principal, "edit", state)
        writable = verdict.write if verdict.allow else frozenset()
        rules = await self._house.hotel_rules(scope, state.property_id)
        hotel = self._house.hotel_of_event(state.chain, state.property_id)
        roster = self._house.roster(hotel, rules, {})
        need, now = Need(state.property_id, state.department, state.language), self._house.clock.now()
        people = {each.id: each for each in roster.staff}

        def deciders(roles: Iterable[Role]) -> tuple[str, ...]:
            found = on_duty(need, roster, roles, now)
            return tuple(one for one in found if self._decide(lent(principal, people[one]), DECIDE, state).allow)

        tiers = rules.of(state.kind).tiers
        said = answers(state, mask.kind, writable, deciders, now, tiers)
        allowed = tuple(action for action in ACTIONS if self._decide(principal, action, state).allow)
        children = await self._readable(principal, [child.id for child in state.children])
        notes = showing.notes(noted, mask)
        causes = self._house.terms(state.kind, rules, hotel).causes
        return showing.record(state, mask, said, notes, allowed, children, self._house.catalogue, now, causes)

    async def _noted(self, principal: Principal, state: RecordState) -> list[Envelope]:
        """The notes on a record and on the duplicates that were merged into it, oldest first."""
        scope = scope_of(principal)
        # Their words are shown here only to those who may read them there.
        words = self._decide(principal, "read", state).read & {WORDS}
        merged = await self._readable(principal, state.merged)
        sources = [state, *(each for each in merged if self._decide(principal, "read", each).read >= words)]
        noted = [
            each
            for source in sources
            if source.notes
            for each in await self._house.journal.history(scope, source.id, showing.NOTED)
        ]
        return sorted(noted, key=lambda each: each.time) if len(sources) > 1 else noted

    async def _readable(self, principal: Principal, ids: Collection[str]) -> list[RecordState]:
        """Those of other records that the caller may read."""
        found = await self._house.records.find_all(scope_of(principal), ids) if ids else []
        by_id = {each.id: each for each in found}
        ordered = [by_id[each] for each in ids if each in by_id]
        return [each for each in ordered if self._decide(principal, "read", each).allow]

    def _decide(self, principal: Principal, action: str, state: RecordState) -> Verdict:
        return self._house.people.decide(principal, action, state.kind, state.property_id, state.department)

    async def history(self, principal: Principal, record_id: str) -> History:
        """What happened to a record, with old and new values and reasons where the caller may see them."""
        state = await self._found(principal, record_id)
        history = await self._house.journal.history(scope_of(principal), record_id)
        mask = await self._mask(principal, state, history)
        await self._write_down(principal, state, mask)
        return History(events=tuple(showing.happening(each, mask) for each in history))

    async def board(
        self, principal: Principal, property_id: str, ids: Collection[str], limit: int, after: str | None = None
    ) -> Cards:
        """The board of a property: what is open, then what was closed on its calendar day, `limit` of each at once.

        `next` leads through what is open, and from its end through what was closed and did not fit the first page.
        """
        scope = scope_of(principal)
        hotel = self._house.hotel(scope, property_id)
        now = self._house.clock.now()
        day = now.astimezone(zone(hotel.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        if ids:  # an open page that heard of a change asks for some alone, once a second: one look-up
            some = await self._house.records.find_all(scope, ids)
            found = [one for one in some if one.property_id == property_id and _on_board(one, day)]
            return Cards(cards=self._cards(principal, sorted(found, key=_closed_last)))
        query = Query(now, property_id, limit=limit)
        ended = replace(query, closed_since=day.astimezone(dt.UTC))
        if after is not None and after.startswith(ENDED):
            closed = await self._house.records.page(scope, replace(ended, after=cursor(after.removeprefix(ENDED))))
            return Cards(cards=self._cards(principal, closed.states), next=_ended(closed))
        live = await self._house.records.page(scope, replace(query, statuses=OPEN, after=cursor(after)))
        more = cursor_of(live.after)
        if after is not None and more is not None:
            return Cards(cards=self._cards(principal, live.states), next=more)
        closed = await self._house.records.page(scope, ended)
        first = closed.states if after is None else ()
        return Cards(cards=self._cards(principal, [*live.states, *first]), next=more or _ended(closed))

    async def journey(self, principal: Principal, stay_id: str, after: str | None = None) -> Journey:
        """The records of a stay, in the order they were opened; of more than a page holds, the next is named."""
        query = Query(self._house.clock.now(), stay_id=stay_id, by=By.OPENED, limit=JOURNEY, after=cursor(after))
        found = await self._house.records.page(scope_of(principal), query)
        ordered = sorted(found.states, key=lambda state: (state.opened_at, state.id))
        return Journey(stay_id=stay_id, cards=self._cards(principal, ordered), next=cursor_of(found.after))

    def kinds(self) -> Kinds:
        """All kinds, for forms."""
        return Kinds(kinds=tuple(showing.kind(spec) for spec in self._house.catalogue.kinds.values()))

    def _cards(self, principal: Principal, states: Collection[RecordState]) -> tuple[Card, ...]:
        now, people = self._house.clock.now(), self._house.people
        return tuple(
            showing.card(state, self._house.catalogue.kind(state.kind), now)
            for state in states
            if people.decide(principal, "read", state.kind, state.property_id, state.department).allow
        )

    async def _found(self, principal: Principal, record_id: str) -> RecordState:
        state = await self._house.records.find(scope_of(principal), record_id)
        if state is None:
            raise not_found("record")
        return state

    async def _mask(self, principal: Principal, state: RecordState, history: list[Envelope]) -> Mask:
        verdict = may(self._house, principal, "read", state)
        mask = Mask(self._house.catalogue.kind(state.kind), verdict.read, {})
        refs = refs_of(state) | _told(history)
        texts = await self._house.texts.read(scope_of(principal), refs) if verdict.read - {"ordinary"} else {}
        mine = _written_by(principal, history) if WORDS not in verdict.read else set()
        own = await self._house.texts.read(scope_of(principal), mine) if mine else {}
        return replace(mask, texts=texts, own=own)

    async def _write_down(self, principal: Principal, state: RecordState, mask: Mask) -> None:
        classes = mask.classes_shown(state)
        if classes:
            provenance = Provenance.fresh(self._house.clock.new_id())
            await note_access(self._house, principal, "read", state, provenance, classes=classes)


def _on_board(state: RecordState, day: dt.datetime) -> bool:
    return state.status is not Status.COMPLETE or (state.closed_at is not None and state.closed_at >= day)


def _closed_last(state: RecordState) -> tuple[bool, dt.datetime, str]:
    return state.status is Status.COMPLETE, state.due_at, state.id


def _told(history: list[Envelope]) -> set[str]:
    bodies = [read(each, RecordEvent) for each in history]
    words = {ref.ref for body in bodies for ref in (body.note, body.reason) if ref is not None}
    return words | refs_in(
        value for body in bodies for change in body.changes for value in (change.before, change.after)
    )


def _written_by(principal: Principal, history: list[Envelope]) -> set[str]:
    """The references to the notes and reasons that somebody wrote themselves."""
    bodies = [read(each, RecordEvent) for each in history]
    mine = [body for body in bodies if body.actor.id == principal.staff_id]
    return {ref.ref for body in mine for ref in (body.note, body.reason) if ref is not None}


def _ended(closed: Page) -> str | None:
    more = cursor_of(closed.after)
    return None if more is None else ENDED + more
