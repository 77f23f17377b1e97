"""An event came: observe what it means for the alerts of its aggregate, and of what hangs on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from services.alerts.domain.book import Book
from services.alerts.domain.feeds import Heard, feeds_id, feeds_watch
from services.alerts.domain.rules import Noun
from services.alerts.domain.stays import SeenStay, comments_watch, pinned, record_found, with_stay
from services.alerts.domain.subject import Subject, at_home
from services.alerts.domain.watch import Plan, Watch, observe
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.identity import Department
from shared.contracts.records import RecordSnapshot
from shared.contracts.stays import Stay
from shared.contracts.values import Instant, Scope


@dataclass(frozen=True)
class Sighting:
    """One event as alerts sees it: an aggregate's subjects at a moment, and the record it belongs to, if another."""

    aggregate: str
    chain: str
    property_id: str
    at: Instant
    subjects: tuple[Subject, ...]
    provenance: Provenance
    record_id: str | None = None
    record: RecordSnapshot | None = None
    stay: Stay | None = None
    backfill: bool = False
    heard: Heard | None = None


@dataclass
class _Known:
    """What one transaction has read, and how it goes on while sightings are gone through."""

    watches: dict[str, Watch]
    stays: dict[str, SeenStay]
    books: dict[str, Book]
    zones: dict[str, str]
    opened_by: frozenset[str]
    plans: list[tuple[Plan, Provenance]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    arrived: list[Subject] = field(default_factory=list)

    def observe(self, fresh: Watch, one: Sighting) -> None:
        """One watch after an event, all it is about at the hotel's own time."""
        zone = self.zones[one.property_id]
        placed = (each if each.zone else each.model_copy(update={"zone": zone}) for each in fresh.subjects)
        fresh = fresh.model_copy(update={"subjects": tuple(placed)})
        plan = observe(self.watches.get(fresh.id), fresh, one.at, self.books[one.property_id])
        self.watches[fresh.id] = plan.watch
        self.plans.append((plan, one.provenance))


class Watching:
    """Observes sightings, in order, inside the transaction that moves the cursors."""

    def __init__(self, parts: Parts, now: Callable[[], Instant]) -> None:
        self._parts, self._now = parts, now

    async def see(self, tx: Tx, sightings: Sequence[Sighting]) -> None:
        """Apply sightings of any chains."""
        by_chain = sorted(sightings, key=lambda one: one.chain)  # stable: order within a chain stays
        for chain, some in groupby(by_chain, key=lambda one: one.chain):
            await self._see(Scope(chain=chain), tx, list(some))

    async def _see(self, scope: Scope, tx: Tx, sightings: Sequence[Sighting]) -> None:
        known = await self._known(scope, tx, sightings)
        for one in sightings:
            if one.stay is not None:
                _stay(one, one.stay, known)
            elif one.record is not None:
                _record(one, one.record, known)
            elif one.subjects:
                fresh = Watch(id=one.aggregate, chain=one.chain, property_id=one.property_id)
                known.observe(fresh.model_copy(update={"subjects": _placed(one, known)}), one)
            if one.heard is not None:
                _feed(one, one.heard, known)
        await self._parts.stays.save(scope, [known.stays[each] for each in sorted(known.told)], tx)
        await self._parts.stays.hold(scope, sorted(known.held - known.told), tx)
        desk = Desk(self._parts, scope, tx, self._now())
        await desk.place(known.arrived)
        await desk.carry_out(known.plans)
        await desk.finish()

    async def _known(self, scope: Scope, tx: Tx, sightings: Sequence[Sighting]) -> _Known:
        parts = self._parts
        watches = await parts.watches.load(scope, sorted({each for one in sightings for each in _named(one)}), tx)
        changed = sorted({one.stay.id for one in sightings if one.stay})
        if changed:
            around = await parts.watches.of_stays(scope, changed, tx)
            watches |= {each.id: each for each in around if each.id not in watches}
        asked = {one.record.stay_id for one in sightings if one.record and one.record.stay_id}
        sources = [one.aggregate for one in sightings if any(each.noun is Noun.MESSAGE for each in one.subjects)]
        sources += [each.id for one in sightings if one.stay for each in one.stay.comments]
        hotels = sorted({one.property_id for one in sightings})
        return _Known(
            watches=watches,
            stays=await parts.stays.load(scope, sorted(asked | set(changed)), tx),
            books={hotel: await parts.books.book(scope, hotel, self._now()) for hotel in hotels},
            zones={hotel: parts.staffing.roster(scope.chain, hotel).zone for hotel in hotels},
            opened_by=await parts.watches.opened_by(scope, sources, tx) if sources else frozenset(),
        )


def _named(one: Sighting) -> Iterator[str]:
    """The watches that an event may concern, as far as it names them."""
    if one.heard is not None:
        yield feeds_id(one.property_id)
    if one.stay is not None:
        yield f"comments|{one.stay.id}"
        return
    yield one.aggregate
    if one.record_id:
        yield one.record_id
    if one.record is not None:
        yield _source(one.record)
        if one.record.stay_id:
            yield f"comments|{one.record.stay_id}"


def _source(record: RecordSnapshot) -> str:
    """The message or the comment that a record was opened for: its trigger's key ends with it."""
    return record.trigger.key.rpartition(":")[2]


def _record(one: Sighting, record: RecordSnapshot, known: _Known) -> None:
    before = known.watches.get(record.id)
    stay = known.stays.get(record.stay_id) if record.stay_id else None
    pin, source = pinned(record, before.pin if before else None, stay), _source(record)
    fresh = Watch(
        id=record.id,
        chain=one.chain,
        property_id=one.property_id,
        subjects=one.subjects,
        stay=record.stay_id,
        pin=pin,
        opened_by=source,
    )
    if record.stay_id and (before is None or before.pin != pin):
        known.held.add(record.stay_id)
    known.observe(with_stay(fresh, stay, one.at), one)
    if before is not None:
        return
    known.arrived += [each for each in one.subjects if each.id == record.id]
    for name in (source, f"comments|{record.stay_id}"):
        waiting = known.watches.get(name)
        if waiting is not None and (found := record_found(waiting, source)) != waiting:
            known.observe(found, one)


def _stay(one: Sighting, stay: Stay, known: _Known) -> None:
    before_it = known.stays.get(stay.id)
    if before_it is not None and before_it.version > stay.version:
        return  # its history is told again; what it was once drifts from nothing
    seen = known.stays[stay.id] = SeenStay.of(stay, one.at)
    known.told.add(stay.id)
    for watch in [each for each in known.watches.values() if each.stay == stay.id]:
        fresh = with_stay(watch, seen, one.at)
        if fresh != watch:
            known.observe(fresh, one)
    if one.backfill:
        return
    name = f"comments|{stay.id}"
    if stay.comments or name in known.watches:
        known.observe(comments_watch(stay, one.chain, known.watches.get(name), known.opened_by, one.at), one)


def _feed(one: Sighting, sign: Heard, known: _Known) -> None:
    """All stays of a hotel share its feeds' watch: it is written only when it says something new."""
    before = known.watches.get(feeds_id(one.property_id))
    fresh = feeds_watch(before, sign, one.chain, one.property_id, one.at)
    if fresh is not None:
        known.observe(fresh, one)


def _placed(one: Sighting, known: _Known) -> tuple[Subject, ...]:
    record_watch = known.watches.get(one.record_id) if one.record_id else None
    record = record_watch.subject(record_watch.id) if record_watch else None
    before = known.watches.get(one.aggregate)
    placed = (at_home(_recorded(subject, before, known), record) for subject in one.subjects)
    return tuple(_at_desk(subject) for subject in placed)


def _at_desk(subject: Subject) -> Subject:
    """A message whose record is not known here, or not yet, is the front office's: it rings no whole hotel."""
    lost = subject.noun is Noun.MESSAGE and subject.department is None
    return subject.model_copy(update={"department": Department.FRONT_OFFICE}) if lost else subject


def _recorded(subject: Subject, before: Watch | None, known: _Known) -> Subject:
    """A message with what is known of a record for it; once there was one, there is."""
    if subject.noun is not Noun.MESSAGE:
        return subject
    was = before.subject(subject.id) if before else None
    found = subject.facts["has_record"] or subject.id in known.opened_by or bool(was and was.facts.get("has_record"))
    return subject.model_copy(update={"facts": subject.facts | {"has_record": found}})
