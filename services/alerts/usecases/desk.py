"""The work of one transaction: plans come in, alerts, notices, timers and events go out together."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from services.alerts import pipeline
from services.alerts.domain.alert import LiveAlert, Told, advance, close, opened, ring_again
from services.alerts.domain.notice import Notice, QuietHours, World
from services.alerts.domain.roster import Roster
from services.alerts.domain.watch import Clock, Closing, Opening, Plan, Watch
from services.alerts.pipeline.group import group_of
from services.alerts.ports import AlertStore, Announcer, Channel, NoticeStore, Staffing, TimerSetter, WatchStore
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.alerts import AlertEvent, AlertState
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor, system
from shared.contracts.values import Instant, Scope

BREACH, CHAIN = "breach", "chain"
MYSELF = system("alerts")


@dataclass(frozen=True)
class Parts:
    """The ports a desk works with."""

    watches: WatchStore
    alerts: AlertStore
    notices: NoticeStore
    channels: tuple[Channel, ...]
    timers: TimerSetter
    outbox: Announcer
    staffing: Staffing
    quiet: QuietHours


class Desk:
    """Carries out plans of one chain in one transaction; nothing is written before `finish`."""

    def __init__(self, parts: Parts, scope: Scope, tx: Tx, now: Instant) -> None:
        self._parts, self._scope, self._tx, self._now = parts, scope, tx, now
        self._lives: dict[str, LiveAlert] = {}
        self._changed: set[str] = set()
        self._unannounced: dict[str, Provenance] = {}
        self._watches: dict[str, Watch] = {}
        self._timers: dict[str, Timer | None] = {}
        self._notices: list[Notice] = []
        self._rosters: dict[str, Roster] = {}
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

    def climb(self, live: LiveAlert, provenance: Provenance) -> None:
        """The chain's timer fired: tell the next step, or ring again what was acknowledged and never ended."""
        if live.alert.state is AlertState.ACKNOWLEDGED:
            self._put(ring_again(live, self._now))
            self._unannounced[live.alert.id] = provenance
            return
        after, told = advance(live, self._roster(live), self._now)
        self._put(after)
        self._tell(after, told)
        self._announce("escalated", after, provenance)
        self._chain_timer(after)

    def settle(self, live: LiveAlert, verb: str, actor: Actor, provenance: Provenance) -> None:
        """Take in an alert that a person moved, and say so."""
        self._put(live)
        self._announce(verb, live, provenance, actor)
        self._chain_timer(live)

    async def finish(self) -> None:
        """Tell the first step of what was opened and is still live, then write everything."""
        for alert_id, provenance in self._unannounced.items():
            live, told = advance(self._lives[alert_id], self._roster(self._lives[alert_id]), self._now)
            self._put(live)
            self._tell(live, told)
            self._announce("opened", live, provenance)
            self._chain_timer(live)
        await self._write()

    def _open(self, opening: Opening, provenance: Provenance) -> None:
        if opening.alert_id in self._lives:
            return  # seen before: the timer and the event name the same alert
        zone = self._roster_at(opening.subject.property_id).zone
        self._put(opened(opening, self._scope.chain, zone, self._now))
        self._unannounced[opening.alert_id] = provenance

    def _close(self, closing: Closing, provenance: Provenance) -> None:
        live = self._lives.get(closing.alert_id)
        if live is None or not live.live:
            return
        if self._unannounced.pop(closing.alert_id, None) is not None:
            # Opened and ended within one transaction: both are said, nobody is called for what is over.
            self._announce("opened", live, provenance)
        ended = close(live, closing.at, retracted=closing.retracted)
        self._put(ended)
        self._announce(ended.alert.state.value, ended, provenance)
        self._timers[ended.timer_id] = None

    def _roster(self, live: LiveAlert) -> Roster:
        return self._roster_at(live.alert.property_id)

    def _roster_at(self, property_id: str) -> Roster:
        if property_id not in self._rosters:
            self._rosters[property_id] = self._parts.staffing.roster(self._scope.chain, property_id)
        return self._rosters[property_id]

    def _put(self, live: LiveAlert) -> None:
        self._lives[live.alert.id] = live
        self._changed.add(live.alert.id)

    def _tell(self, live: LiveAlert, told: Sequence[Told]) -> None:
        self._notices.extend(Notice(live=live, told=one) for one in told)

    def _announce(self, verb: str, live: LiveAlert, provenance: Provenance, actor: Actor = MYSELF) -> None:
        alert = live.alert
        event = NewEvent(
            type=f"alert.{verb}.v1",
            chain=live.chain,
            property_id=alert.property_id,
            subject=alert.id,
            sequence=alert.version,
            time=self._now,
            body=AlertEvent(actor=actor, alert=alert),
        )
        self._events.append((event, provenance))

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

    async def _write(self) -> None:
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
        done: list[Notice] = []
        for notice in self._notices:
            sent = pipeline.run(notice, world)
            done.append(sent)
            world = world.model_copy(
                update={
                    "sent": world.sent | {one.id for one in sent.deliveries},
                    "rung": world.rung | {(one.group, one.staff_id) for one in sent.deliveries if one.lead},
                }
            )
        for channel in self._parts.channels:
            mine = [one for notice in done for one in notice.deliveries if one.channel == channel.name]
            await channel.deliver(self._scope, mine, self._tx)
        await self._parts.notices.write_log(self._scope, done, self._now, self._tx)

    async def _world(self) -> World:
        parts, alerts = self._parts, [notice.live.alert for notice in self._notices]
        names = tuple(channel.name for channel in parts.channels)
        bare = World(now=self._now, quiet=parts.quiet, channels=names)
        groups = [group_of(notice, bare) for notice in self._notices]
        found = {
            "silences": await parts.notices.silences(self._scope, self._now),
            "live_rules": await parts.alerts.live_rules(self._scope, [one.subject for one in alerts], self._tx),
            "sent": await parts.notices.sent(self._scope, [one.id for one in alerts], self._tx),
            "rung": await parts.notices.rung(self._scope, groups, self._tx),
        }
        return bare.model_copy(update=found)
