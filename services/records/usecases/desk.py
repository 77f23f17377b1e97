"""One unit of work: what it reads, decides and writes about records goes into one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.records.domain.commands import Command, Doer, OpenRecord, Ownership
from services.records.domain.decide import Decision, decide, open_record
from services.records.domain.kin import asks_children, consequences
from services.records.domain.occurrences import Opening
from services.records.domain.owners import Need, choose, supervisor
from services.records.domain.repeats import FirstAsked, answers_it, repeat_key
from services.records.domain.rules import HotelRules
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import PrivateText
from services.records.ports import Writing
from services.records.usecases.answers import answer_timers
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import not_found
from shared.contracts.records import Status
from shared.contracts.staff import Property
from shared.contracts.values import Scope

EXPIRE = "expire"


@dataclass(frozen=True)
class Owners:
    """Who a record goes to, and who takes it when hand-offs lead nowhere."""

    owner: Ownership
    supervisor: Ownership


@dataclass
class _Held:
    """A record at hand, and as it is stored (None: not yet)."""

    stored: RecordState | None
    state: RecordState

    @property
    def expiry_moved(self) -> bool:
        """Whether its timer may have to change: a record keeps it until it closes, or expires at another time."""
        before, after = self.stored, self.state
        closed = after.status is Status.COMPLETE
        if before is None:
            return after.expires_at is not None
        return before.expires_at != after.expires_at or (before.status is Status.COMPLETE) is not closed


@dataclass
class Desk:
    """Decides commands one after another; nothing is written before `flush`."""

    house: House
    scope: Scope
    tx: Tx
    _held: dict[str, _Held] = field(default_factory=dict)
    _of_stay: dict[str, list[str]] = field(default_factory=dict)
    _events: list[tuple[Provenance, NewEvent]] = field(default_factory=list)
    _texts: list[tuple[str, PrivateText]] = field(default_factory=list)
    _keys: dict[str, bool] = field(default_factory=dict)
    _rules: dict[str, HotelRules] = field(default_factory=dict)
    _load: dict[str, dict[str, int]] = field(default_factory=dict)
    _firsts: dict[str, FirstAsked] = field(default_factory=dict)
    _looked: dict[str, FirstAsked | None] = field(default_factory=dict)

    async def expect(self, keys: Collection[str], states: Iterable[RecordState]) -> None:
        """Look up trigger keys and records of a whole batch at once."""
        unknown = [key for key in keys if key not in self._keys]
        if unknown:
            taken = await self.house.records.taken(self.scope, unknown, self.tx)
            self._keys |= {key: key in taken for key in unknown}
        for state in states:
            self._hold(state, state)

    async def find(self, record_id: str) -> RecordState | None:
        """A record as this unit of work has it."""
        if record_id not in self._held:
            found = await self.house.records.find(self.scope, record_id, self.tx)
            if found is None:
                return None
            self._hold(found, found)
        return self._held[record_id].state

    def open_of_stay(self, stay_id: str) -> list[RecordState]:
        """The open records of a stay, of those looked up or opened here."""
        states = [self._held[record_id].state for record_id in self._of_stay.get(stay_id, ())]
        return [state for state in states if state.status is not Status.COMPLETE]

    def _hold(self, state: RecordState, stored: RecordState | None) -> _Held:
        if state.id not in self._held:
            self._held[state.id] = _Held(stored, state)
            if state.stay_id is not None:
                self._of_stay.setdefault(state.stay_id, []).append(state.id)
        return self._held[state.id]

    async def open(
        self,
        opening: Opening,
        doer: Doer,
        provenance: Provenance,
        texts: Sequence[PrivateText] = (),
    ) -> RecordState | None:
        """Open a record with an owner; None when its trigger key has opened one before."""
        await self.expect([opening.key], ())
        if self._keys[opening.key]:
            return None
        hotel = self.house.hotel_of_event(self.scope.chain, opening.property_id)
        terms = await self.terms(opening.kind, hotel, opening.stay_id)
        department = opening.department or terms.kind.department
        owners = await self.owners(
            hotel, Need(hotel.id, department, opening.language, terms.rules.skill, lot=opening.key)
        )
        record_id = self.house.clock.new_id()
        command = OpenRecord(record_id, opening, hotel.chain, hotel.zone, owners.owner)
        decision = open_record(command, doer, terms, self.house.clock.now())
        self._keys[opening.key] = True
        self.give(hotel, owners.owner.owner)
        asked = repeat_key(terms.kind, opening) if terms.rules.repeat_window_s else None
        if asked is not None:
            self._firsts[asked] = FirstAsked(record_id, self.house.clock.now())
        return await self._take(None, decision, hotel, provenance, texts)

    async def is_taken(self, key: str) -> bool:
        """Whether a trigger key has opened a record."""
        await self.expect([key], ())
        return self._keys[key]

    async def first_of(self, opening: Opening) -> RecordState | None:
        """The record that the same question has opened within the hotel's window and that stands for it."""
        key = repeat_key(self.house.catalogue.kind(opening.kind), opening)
        hotel = self.house.hotel_of_event(self.scope.chain, opening.property_id)
        window_s = (await self.rules(hotel)).of(opening.kind).repeat_window_s
        if key is None or not window_s:
            return None
        opened = self._firsts.get(key)
        if opened is None and key not in self._looked:
            self._looked[key] = await self.house.repeats.find(self.scope, key, self.tx)
        asked = opened or self._looked[key]
        first = await self.find(asked.record_id) if asked else None
        while first is not None and first.merged_into is not None:
            first = await self.find(first.merged_into)
        if asked is None or first is None or not answers_it(first, asked, self.house.clock.now(), window_s):
            return None
        return first

    async def tell(
        self,
        state: RecordState,
        command: Command,
        doer: Doer,
        provenance: Provenance,
        texts: Sequence[PrivateText] = (),
    ) -> RecordState:
        """Decide a command on a record; a refusal raises and takes nothing."""
        hotel = self.house.hotel_of_event(self.scope.chain, state.property_id)
        terms = await self.terms(state.kind, hotel, state.stay_id)
        if asks_children(state, command):
            terms = replace(terms, children=await self.children(state))
        decision = decide(state, command, doer, terms, self.house.clock.now())
        after = await self._take(state, decision, hotel, provenance, texts)
        for record_id, following in consequences(state, command, terms.children):
            other = await self.find(record_id)
            if other is None:
                raise not_found("record")
            await self.tell(other, following, doer, provenance)
        return after

    async def children(self, state: RecordState) -> tuple[RecordState, ...]:
        """The sub-tasks of a record as this unit of work has them, in the order they were opened."""
        found = [await self.find(child.id) for child in state.children]
        return tuple(child for child in found if child is not None)

    async def _take(
        self,
        before: RecordState | None,
        decision: Decision,
        hotel: Property,
        provenance: Provenance,
        texts: Sequence[PrivateText],
    ) -> RecordState:
        after = decision.state
        self._hold(after, before).state = after
        self._events += [(provenance, event) for event in decision.events]
        self._texts += [(after.id, text) for text in texts]
        doer = Doer(decision.events[-1].body.actor)
        for opening in self.house.catalogue.follow_ons(before, after, await self.rules(hotel)):
            await self.open(replace(opening, source_event=None), doer, provenance)
        return after

    async def rules(self, hotel: Property) -> HotelRules:
        """The rules in force, read once."""
        if hotel.id not in self._rules:
            self._rules[hotel.id] = await self.house.hotel_rules(self.scope, hotel.id)
        return self._rules[hotel.id]

    async def terms(self, kind: str, hotel: Property, stay_id: str | None) -> Terms:
        """What binds a record of a kind at a hotel; with its stay, where the hotel's conditions may ask about it."""
        terms = self.house.terms(kind, await self.rules(hotel), hotel)
        if not (terms.rules.conditions or terms.rules.notices) or stay_id is None:
            return terms
        stays = await self.house.stays.find_all(self.scope, [stay_id], self.tx)
        return replace(terms, stay=stays[0] if stays else None)

    async def owners(self, hotel: Property, need: Need) -> Owners:
        """Who a record with this need goes to now."""
        if hotel.id not in self._load:
            self._load[hotel.id] = await self.house.loads.of(self.scope, hotel.id)
        roster = self.house.roster(hotel, await self.rules(hotel), self._load[hotel.id])
        now = self.house.clock.now()
        return Owners(choose(need, roster, now), supervisor(need, roster, now))

    def give(self, hotel: Property, owner: str) -> None:
        """Count what was given to a person, so that the next goes to another."""
        load = self._load[hotel.id]
        load[owner] = load.get(owner, 0) + 1

    async def flush(self) -> None:
        """Write records, texts, events and timers."""
        touched = [held for held in self._held.values() if held.stored is not held.state]
        writing = Writing(
            fresh=[held.state for held in touched if held.stored is None],
            changed=[(held.stored.version, held.state) for held in touched if held.stored is not None],
            texts=self._texts,
        )
        await self.house.records.write(self.scope, writing, self.tx)
        for provenance, events in _by_provenance(self._events):
            await self.house.journal.append(self.tx, events, provenance)
        await self._note_firsts()
        await self._set_timers([held.state for held in touched if held.expiry_moved])
        await self._set_answer_timers(touched)

    async def _note_firsts(self) -> None:
        for key, first in self._firsts.items():
            if key in self._looked:
                await self.house.repeats.note(self.scope, key, first, self._looked[key], self.tx)
            else:
                await self.house.repeats.overwrite(self.scope, key, first.record_id, first.at, self.tx)

    async def _set_answer_timers(self, touched: Sequence[_Held]) -> None:
        arm, disarm = answer_timers([(held.stored, held.state) for held in touched])
        if arm:
            await self.house.alarm.arm(self.tx, arm)
        if disarm:
            await self.house.alarm.disarm(self.tx, disarm)

    async def _set_timers(self, states: Sequence[RecordState]) -> None:
        ending = [state for state in states if state.expires_at is not None]
        is_open = [state for state in ending if state.status is not Status.COMPLETE]
        if is_open:
            await self.house.alarm.arm(self.tx, [_expiry(state) for state in is_open])
        closed = [f"{EXPIRE}:{state.id}" for state in ending if state.status is Status.COMPLETE]
        if closed:
            await self.house.alarm.disarm(self.tx, closed)


def _expiry(state: RecordState) -> Timer:
    assert state.expires_at is not None
    # The generation follows the moment alone, so that ordinary versions never touch the timer.
    moment = int(state.expires_at.timestamp())
    return Timer(f"{EXPIRE}:{state.id}", EXPIRE, state.id, state.expires_at, moment, {"chain": state.chain})


def _by_provenance(events: Sequence[tuple[Provenance, NewEvent]]) -> list[tuple[Provenance, list[NewEvent]]]:
    groups: list[tuple[Provenance, list[NewEvent]]] = []
    for provenance, event in events:
        if not groups or groups[-1][0] != provenance:
            groups.append((provenance, []))
        groups[-1][1].append(event)
    return groups
