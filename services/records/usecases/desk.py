"""One unit of work: what it reads, decides and writes about records goes into one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.records.domain.commands import Command, CompleteRecord, ConfirmSale, Doer, OpenRecord, Ownership
from services.records.domain.decide import Decision, decide, open_record
from services.records.domain.kin import asks_children, consequences
from services.records.domain.occurrences import Opening
from services.records.domain.owners import Need, choose, supervisor
from services.records.domain.repeats import answers_it, repeat_key
from services.records.domain.rules import HotelRules
from services.records.domain.state import RecordState
from services.records.domain.steps.sold import called_off, wanted
from services.records.domain.texts import PrivateText, Reason
from services.records.ports import Writing
from services.records.usecases.alarms import timer_changes
from services.records.usecases.answers import answer_timers
from services.records.usecases.bounds import Bounds
from services.records.usecases.firsts import Firsts
from services.records.usecases.house import House
from services.records.usecases.purse import Purse
from services.records.usecases.till import Till
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, not_found
from shared.contracts.identity import system
from shared.contracts.records import Outcome, Status
from shared.contracts.staff import Property
from shared.contracts.values import Scope

CATALOGUE_TERMS = Doer(system("records"))
SALE_CANCELLED = Reason(code="sale_cancelled")
LEFT_TO_A_PERSON = frozenset({ErrorKind.CONFLICT, ErrorKind.INVALID})


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
    _load: dict[str, dict[str, int]] = field(default_factory=dict)
    till: Till = field(init=False)
    purse: Purse = field(init=False)
    bounds: Bounds = field(init=False)
    _firsts: Firsts = field(init=False)

    def __post_init__(self) -> None:
        self.till = Till(self.house, self.scope, self.tx)
        self.purse = Purse(self.house, self.scope, self.tx)
        self.bounds = Bounds(self.house, self.scope, self.tx, self.till, self._at_hand)
        self._firsts = Firsts(self.house, self.scope, self.tx)

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

    def _at_hand(self, state: RecordState) -> RecordState:
        held = self._held.get(state.id)
        return held.state if held else state

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
        kind = self.house.catalogue.kind(opening.kind)
        priced = await self.till.priced(opening, kind, hotel)
        if priced is None:
            return None
        opening = priced
        terms = await self.bounds.terms(opening.kind, hotel, opening.stay_id, opening.sale)
        department = opening.department or terms.kind.department
        owners = await self.owners(
            hotel,
            Need(
                hotel.id,
                department,
                opening.language,
                terms.rules.skill,
                terms.rules.owner_role,
                away=frozenset({opening.not_owner} if opening.not_owner else ()),
                lot=opening.key,
            ),
        )
        record_id = self.house.clock.new_id()
        command = OpenRecord(record_id, opening, hotel.chain, hotel.zone, owners.owner)
        decision = open_record(command, doer, terms, self.house.clock.now())
        self._keys[opening.key] = True
        self.give(hotel, owners.owner.owner)
        asked = repeat_key(terms.kind, opening) if terms.rules.repeat_window_s else None
        if asked is not None:
            self._firsts.note(asked, record_id, self.house.clock.now())
        state = await self._take(None, decision, hotel, provenance, texts)
        return await self.confirm(state, provenance)

    async def confirm(self, state: RecordState, provenance: Provenance) -> RecordState:
        """Let the policy promise an instant sale that the guest wants; what stands in its way is left to a person."""
        sale, kind = state.sale, self.house.catalogue.kind(state.kind)
        if sale is None or not sale.instant or state.status is Status.COMPLETE or not wanted(state, kind):
            return state
        offer = await self.till.offer(sale.offer_id, sale.offer_version)
        if offer is None:
            return state
        try:
            return await self.tell(state, ConfirmSale(offer.published_by), CATALOGUE_TERMS, provenance)
        except AppError as refusal:
            if refusal.kind in LEFT_TO_A_PERSON:
                return state
            raise

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
        asked = await self._firsts.of(key)
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
        terms = await self.bounds.of_command(state, hotel, command, doer)
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
        kind = self.house.catalogue.kind(after.kind)
        actor = decision.events[-1].body.actor
        rules = await self.rules(hotel)
        # First what may refuse it: the guest's points.
        await self.purse.follow(before, after, kind, rules.of(kind.code), actor.id)
        self._hold(after, before).state = after
        self.till.follow(before, after)
        self._events += [(provenance, event) for event in decision.events]
        self._texts += [(after.id, text) for text in texts]
        doer = Doer(actor)
        if called_off(before, after):
            await self._call_off(after, doer, provenance)
        stops = kind.stops
        if stops and after.guest_id and stops.holds(after.fields) and not (before and stops.holds(before.fields)):
            await self.house.campaigns.opt_out(self.scope, [after.guest_id], self.tx)
        for opening in self.house.catalogue.follow_ons(before, after, rules):
            await self.open(replace(opening, source_event=None), doer, provenance)
        return after

    async def _call_off(self, sold: RecordState, doer: Doer, provenance: Provenance) -> None:
        """What departments were to deliver for a cancelled sale is not wanted any more."""
        stays = [sold.stay_id] if sold.stay_id else []
        waiting = await self.house.records.open_of_stays(self.scope, stays, self.tx)
        for each in waiting:
            state = await self.find(each.id)
            if state is not None and state.parent == sold.id and state.status is not Status.COMPLETE:
                await self.tell(state, CompleteRecord(Outcome.CANCELLED, SALE_CANCELLED), doer, provenance)

    async def rules(self, hotel: Property) -> HotelRules:
        """The rules in force, read once."""
        return await self.bounds.rules(hotel)

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
        await self.bounds.write()
        await self.house.records.write(self.scope, writing, self.tx)
        await self.purse.write()
        await self.till.write([(held.stored, held.state) for held in touched])
        for provenance, events in _by_provenance(self._events):
            await self.house.journal.append(self.tx, events, provenance)
        await self._firsts.write()
        await self._set_timers(touched)

    async def _set_timers(self, touched: Sequence[_Held]) -> None:
        moved = [(held.stored, held.state) for held in touched]
        for arm, disarm in (timer_changes(moved), answer_timers(moved)):
            if arm:
                await self.house.alarm.arm(self.tx, arm)
            if disarm:
                await self.house.alarm.disarm(self.tx, disarm)


def _by_provenance(events: Sequence[tuple[Provenance, NewEvent]]) -> list[tuple[Provenance, list[NewEvent]]]:
    groups: list[tuple[Provenance, list[NewEvent]]] = []
    for provenance, event in events:
        if not groups or groups[-1][0] != provenance:
            groups.append((provenance, []))
        groups[-1][1].append(event)
    return groups
