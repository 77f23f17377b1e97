"""The work of one transaction: plans come in, alerts, notices, timers and events go out together."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.alerts import pipeline
from services.alerts.domain.alert import LiveAlert, advance, close, opened, ring_again, unhushed, woken
from services.alerts.domain.default_rules import may_hush
from services.alerts.domain.notice import Notice, Silence, World
from services.alerts.domain.roster import Roster
from services.alerts.domain.subject import Subject
from services.alerts.domain.watch import Clock, Closing, Opening, Plan, Watch
from services.alerts.pipeline.group import group_of
from services.alerts.pipeline.inhibit import hushers
from services.alerts.ports import (
    AlertStore,
    Announcer,
    Books,
    NoticeStore,
    People,
    SilenceStore,
    Staffing,
    StayStore,
    TimerSetter,
    WatchStore,
)
from services.alerts.usecases.telling import MYSELF, alert_told
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.alerts import AlertState
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor, Department
from shared.contracts.staff import Mode
from shared.contracts.values import Instant, Scope

BREACH, CHAIN, UNHUSH = "breach", "chain", "unhush"


@dataclass(frozen=True)
class Parts:
    """The ports a desk works with. `usable`: the channels that this installation has."""

    watches: WatchStore
    stays: StayStore
    alerts: AlertStore
    notices: NoticeStore
    silences: SilenceStore
    books: Books
    people: People
    timers: TimerSetter
    outbox: Announcer
    staffing: Staffing
    usable: frozenset[str] = frozenset()
    mode: Callable[[str], Mode | None] = lambda _: Mode.LIVE
    """How much of a hotel is real."""


class Desk:
    """Carries out plans of one chain in one transaction; nothing is written before `finish`."""

    def __init__(self, parts: Parts, scope: Scope, tx: Tx, now: Instant) -> None:
        self._parts, self._scope, self._tx, self._now = parts, scope, tx, now
        self._lives: dict[str, LiveAlert] = {}
        self._changed: set[str] = set()
        self._unannounced: dict[str, tuple[Provenance, str, Actor]] = {}
        self._watches: dict[str, Watch] = {}
        self._timers: dict[str, Timer | None] = {}
        self._notices: list[Notice] = []
        self._ended: list[LiveAlert] = []
        self._rosters: dict[str, Roster] = {}
        self._hearers: dict[tuple[str, str | None, Department | None], Roster] = {}
        self._events: list[tuple[NewEvent, Provenance]] = []

    async def carry_out(self, plans: Sequence[tuple[Plan, Provenance]]) -> None:
        """Take plans in, in the order of their events."""
        ids = {one.alert_id for plan, _ in plans for one in plan.opened}
        ids |= {one.alert_id for plan, _ in plans for one in plan.closed}
        self._lives |= await self._parts.alerts.load(self._scope, sorted(ids - set(self._lives)), self._tx)
        for plan, provenance in plans:
            self._watches[plan.watch.id] = plan.watch
            for clock_timer in plan.disarmed:
                self._timers[clock_timer] = None
            for clock in plan.armed:
                self._timers[clock.timer_id] = self._breach_timer(plan.watch, clock, provenance)
            for opening in plan.opened:
                self._open(opening, provenance)
            for closing in plan.closed:
                self._close(closing, provenance)

    async def place(self, records: Sequence[Subject]) -> None:
        """Alerts that came before the news of their record are of its kind and department, and its owner's, from now.

        Their next event says so; from this moment on only those hear of them who may read that kind.
        """
        known = {one.id: one for one in records}
        for live in await self._parts.alerts.unplaced(self._scope, sorted(known), self._tx) if known else ():
            record = known[live.alert.record_id or ""]
            named = {"kind": record.kind, "department": record.department, "room": record.room}
            alert = live.alert.model_copy(update=named)
            self._put(live.model_copy(update={"alert": alert, "owner": live.owner or record.owner}))

    def climb(self, live: LiveAlert, provenance: Provenance) -> None:
        """The chain's timer fired: tell the next step, or ring again what was put off or taken and not ended."""
        if live.alert.state is AlertState.ACKNOWLEDGED:
            self._put(ring_again(live, self._now))
            self._unannounced[live.alert.id] = (provenance, "opened", MYSELF)
            return
        if live.alert.snoozed_until is not None:
            live = woken(live, self._now)
        self._step(live, "escalated", provenance, MYSELF)

    def ring_from_start(self, live: LiveAlert, provenance: Provenance) -> None:
        """What kept an alert silent is over."""
        self._put(unhushed(live, self._now))
        self._unannounced[live.alert.id] = (provenance, "escalated", MYSELF)

    async def heard_again(self, lives: Sequence[LiveAlert]) -> list[LiveAlert]:
        """Of alerts that were kept silent, those that nothing keeps so any more.

        What somebody put off rings when that is over, and not before.
        """
        waking = [live for live in lives if live.alert.snoozed_until is None]
        world = await self._stillness(waking)
        return [one for one in waking if not hushers(one, world) and not _silencers(one, world)]

    def look_on(self, timer: Timer, after: str) -> None:
        """Look at what comes after an alert in a transaction of its own."""
        data = {**timer.data, "after": after}
        self._timers[timer.id] = Timer(timer.id, UNHUSH, timer.subject, timer.due_at, timer.generation + 1, data)

    def settle(self, live: LiveAlert, verb: str, actor: Actor, provenance: Provenance) -> None:
        """Take in an alert that a person moved, and say so; one about to begin its chain anew rings at once."""
        self._put(live)
        if live.alert.state is AlertState.OPEN and live.alert.step < 0:
            self._unannounced[live.alert.id] = (provenance, verb, actor)
            return
        self._announce(verb, live, provenance, actor)
        self._chain_timer(live)
        if not live.live:
            self._wake_neighbours(live)

    async def finish(self) -> None:
        """Tell the first step of what was opened and is still live, then write everything."""
        for alert_id, (provenance, verb, actor) in self._unannounced.items():
            self._step(self._lives[alert_id], verb, provenance, actor)
        await self._write()

    def _step(self, live: LiveAlert, verb: str, provenance: Provenance, actor: Actor) -> None:
        after, told = advance(live, self._hearers_of(live), self._now)
        after = after.model_copy(update={"hushed": False})
        self._put(after)
        self._notices.extend(Notice(live=after, told=one) for one in told)
        self._announce(verb, after, provenance, actor)
        self._chain_timer(after)

    def _open(self, opening: Opening, provenance: Provenance) -> None:
        if opening.alert_id in self._lives:
            return  # seen before: the timer and the event name the same alert
        zone = self._roster_at(opening.subject.property_id).zone
        self._put(opened(opening, self._scope.chain, zone, self._now))
        self._unannounced[opening.alert_id] = (provenance, "opened", MYSELF)

    def _close(self, closing: Closing, provenance: Provenance) -> None:
        live = self._lives.get(closing.alert_id)
        if live is None or not live.live:
            return
        if self._unannounced.pop(closing.alert_id, None) is not None:
            # Opened and ended within one transaction: both are said, nobody is called for what is over.
            self._announce("opened", live, provenance, MYSELF)
        ended = close(live, closing.at, retracted=closing.retracted)
        self._put(ended)
        self._announce(ended.alert.state.value, ended, provenance, MYSELF)
        self._timers[ended.timer_id] = None
        self._wake_neighbours(ended)

    def _wake_neighbours(self, ended: LiveAlert) -> None:
        """Alerts of the hotel that this one may have kept silent ring when it is over; who is asked, finds out."""
        self._ended.append(ended)
        if may_hush(ended.rule.code):
            self._look_again(ended)

    def _look_again(self, ended: LiveAlert) -> None:
        timer = unhush_timer(ended.chain, ended.alert.property_id, self._now)
        self._timers[timer.id] = timer

    def _roster_at(self, property_id: str) -> Roster:
        if property_id not in self._rosters:
            self._rosters[property_id] = self._parts.staffing.roster(self._scope.chain, property_id)
        return self._rosters[property_id]

    def _hearers_of(self, live: LiveAlert) -> Roster:
        """Whom it may ring: who may not read a kind of record hears nothing of it (P1)."""
        alert = live.alert
        asked = (alert.property_id, alert.kind, alert.department)
        if asked not in self._hearers:
            self._hearers[asked] = self._parts.staffing.hearers(self._scope.chain, *asked)
        return self._hearers[asked]

    def _put(self, live: LiveAlert) -> None:
        self._lives[live.alert.id] = live
        self._changed.add(live.alert.id)

    def _announce(self, verb: str, live: LiveAlert, provenance: Provenance, actor: Actor) -> None:
        self._events.append((alert_told(verb, live, actor, self._now), provenance))

    def _chain_timer(self, live: LiveAlert) -> None:
        if live.next_at is None:
            self._timers[live.timer_id] = None
            return
        data = {"chain": live.chain, "property_id": live.alert.property_id}
        self._timers[live.timer_id] = Timer(live.timer_id, CHAIN, live.alert.id, live.next_at, live.tick, data)

    @staticmethod
    def _breach_timer(watch: Watch, clock: Clock, provenance: Provenance) -> Timer:
        assert clock.due is not None
        data = {
            "chain": watch.chain,
            "property_id": watch.property_id,
            "clock": clock.key,
            "correlation": provenance.correlation,
        }
        return Timer(clock.timer_id, BREACH, watch.id, clock.due, clock.generation, data)

    async def _wake_on_same(self) -> None:
        """What was kept silent by another alert on the same subject, whichever rule says so, is looked at again."""
        if not self._ended:
            return
        subjects = [one.alert.subject for one in self._ended]
        hushed = await self._parts.alerts.hushed_on(self._scope, subjects, self._tx)
        if any(one not in self._lives or self._lives[one].live for one in hushed):
            for ended in {one.alert.property_id: one for one in self._ended}.values():
                self._look_again(ended)

    async def _write(self) -> None:
        await self._wake_on_same()
        await self._parts.watches.save(self._scope, list(self._watches.values()), self._tx)
        await self._parts.alerts.save(self._scope, [self._lives[one] for one in sorted(self._changed)], self._tx)
        await self._send()
        await self._parts.timers.disarm(self._tx, [one for one, timer in self._timers.items() if timer is None])
        await self._parts.timers.arm(self._tx, [timer for timer in self._timers.values() if timer is not None])
        for provenance, some in itertools.groupby(self._events, key=lambda pair: pair[1]):
            await self._parts.outbox.append(self._tx, [event for event, _ in some], provenance)

    async def _send(self) -> None:
        """Take all notices through the pipeline, one after the other, each seeing what the ones before have sent."""
        if not self._notices:
            return
        world = await self._world()
        world = await self._held(world)
        sent, rung = set(world.sent), set(world.rung)
        # The sets grow while notices pass: each sees what the ones before it have sent.
        world = world.model_copy(update={"sent": sent, "rung": rung})
        done: list[Notice] = []
        for notice in self._notices:
            passed = pipeline.run(notice, world)
            done.append(passed)
            sent |= {one.id for one in passed.deliveries}
            rung |= {(one.group, one.hearer) for one in passed.deliveries if one.lead}
        await self._parts.notices.deliver(self._scope, [one for each in done for one in each.deliveries], self._tx)
        await self._parts.notices.write_log(self._scope, done, self._now, self._tx)
        hushed = {one.live.alert.id for one in done if one.dropped in ("silenced", "inhibited")}
        if hushed:
            kept = [self._lives[one].model_copy(update={"hushed": True}) for one in sorted(hushed)]
            await self._parts.alerts.save(self._scope, kept, self._tx)

    async def _held(self, world: World) -> World:
        """The world with what keeps these notices silent held: nothing of it ends unseen beside this transaction."""
        lives = [notice.live for notice in self._notices]
        silencers = {each.id for live in lives for each in _silencers(live, world)}
        hushing = sorted({each for live in lives for each in hushers(live, world)})
        if hushing:
            await self._parts.alerts.hold(self._scope, hushing, self._tx)
        if not silencers:
            return world
        still = await self._parts.silences.hold(self._scope, sorted(silencers), self._tx)
        kept = tuple(each for each in world.silences if each.id not in silencers or each.id in still)
        return world.model_copy(update={"silences": kept})

    async def _stillness(self, lives: Sequence[LiveAlert]) -> World:
        """What may keep alerts silent."""
        parts, scope = self._parts, self._scope
        if not lives:
            return World(now=self._now)
        hotels = sorted({one.alert.property_id for one in lives})
        wide = sorted({one.rule for live in lives for one in live.rule.inhibited_by if one.wide})
        found = await parts.alerts.live_rules(scope, [one.alert.subject for one in lives], self._tx)
        found |= await parts.alerts.live_in(scope, wide, hotels, self._tx) if wide else frozenset()
        return World(now=self._now, silences=await parts.silences.running(scope, self._now), live_rules=found)

    async def _world(self) -> World:
        parts, scope, alerts = self._parts, self._scope, [notice.live.alert for notice in self._notices]
        still = await self._stillness([notice.live for notice in self._notices])
        hotels = sorted({one.property_id for one in alerts})
        people = sorted({person for notice in self._notices for person in notice.told.people})
        bare = World(now=self._now, usable=parts.usable)
        groups = sorted({group_of(notice, bare) for notice in self._notices})
        found = {
            "silences": still.silences,
            "live_rules": still.live_rules,
            "sent": await parts.notices.sent(scope, [one.id for one in alerts], self._tx),
            "rung": await parts.notices.rung(scope, groups, self._tx),
            "books": {hotel: await parts.books.book(scope, hotel, self._now) for hotel in hotels},
            "people": await parts.people.people(scope, people, self._tx),
            "indoors": frozenset(one for one in hotels if parts.mode(one) is not Mode.LIVE),
        }
        return bare.model_copy(update=found)


def _silencers(live: LiveAlert, world: World) -> list[Silence]:
    return [each for each in world.silences if each.covers(live, world.now)]


def unhush_timer(chain: str, property_id: str, now: Instant) -> Timer:
    """The timer that looks again at what was kept silent at a hotel; each moment is another generation."""
    data = {"chain": chain, "property_id": property_id}
    generation = int(now.timestamp() * 1000)
    return Timer(f"unhush|{chain}|{property_id}", UNHUSH, property_id, now, generation, data)
