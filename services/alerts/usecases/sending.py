"""Sends what waits: again when that fails, by another channel when one is dead, and never for what is over."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.notice import Delivery
from services.alerts.domain.outgoing import Outcome, Result, To, letter, next_try
from services.alerts.domain.preferences import PLACE
from services.alerts.pipeline.dedupe import next_way
from services.alerts.ports import AlertStore, People
from services.alerts.ports.channels import DestinationStore, OutgoingStore, Sender, Settled, Waiting, WishStore
from shared.contracts.alerts import AlertState
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope, derived_id

BATCH = 200
EVERYWHERE = Scope(chain=SYSTEM_CHAIN)
Group = tuple[Waiting, ...]


class Throttle:
    """How many letters a channel still bears this minute."""

    def __init__(self, per_minute: int) -> None:
        self._rate, self._left, self._at = per_minute / 60, float(per_minute), time.monotonic()
        self._most = float(per_minute)

    def take(self) -> float:
        """0 when one may go, else the seconds until one may."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0


class Sending:
    """One turn after another; each channel goes at its own pace, and a slow one holds up no other."""

    def __init__(
        self,
        outgoing: OutgoingStore,
        alerts: AlertStore,
        people: People,
        wishes: WishStore,
        destinations: DestinationStore,
        senders: Mapping[str, Sender],
        now: Callable[[], Instant],
        real_now: Callable[[], Instant],
    ) -> None:
        self._outgoing, self._alerts, self._people = outgoing, alerts, people
        self._wishes, self._destinations, self._senders = wishes, destinations, senders
        self._now, self._real = now, real_now
        self._throttles = {name: Throttle(one.limits.per_minute) for name, one in senders.items()}
        self._room = {name: asyncio.Semaphore(one.limits.at_once) for name, one in senders.items()}

    async def turn(self) -> int:
        """Send what is due; how many deliveries were looked at."""
        done = 0
        while claimed := await self._outgoing.claim(EVERYWHERE, self._now(), self._real(), BATCH):
            done += len(claimed)
            await asyncio.gather(*(self._group(group) for group in _grouped(claimed)))
        return done

    async def _group(self, group: Group) -> None:
        scope = Scope(chain=group[0].chain)
        lives = {one.delivery.alert: await self._alerts.get(scope, one.delivery.alert) for one in group}
        open_ones = {one: live for one, live in lives.items() if live is not None and _rings(live)}
        ringing = tuple(one for one in group if one.delivery.alert in open_ones)
        # Answered or over meanwhile: nobody is called for it.
        over = [Settled(one, "skipped", "answered", self._real()) for one in group if one not in ringing]
        await self._outgoing.settle(scope, over)
        if ringing:
            result = await self._send(scope, ringing, open_ones)
            await self._outgoing.settle(scope, [self._settled(one, result) for one in ringing])

    async def _send(self, scope: Scope, group: Group, lives: Mapping[str, LiveAlert]) -> Result:
        first = group[0].delivery
        name, to = await self._way(scope, first)
        sender = self._senders.get(name)
        if sender is None or to is None:
            return Result(Outcome.DEAD, "no_address" if sender else "no_channel")
        wait = self._throttles[name].take()
        if wait > 0:
            return Result(Outcome.AGAIN, "throttled", after_s=wait)
        key = first.id if len(group) == 1 else derived_id("digest", *sorted(one.delivery.id for one in group))
        if len(group) > 1:
            # Whoever tells us later what became of it knows this key alone.
            await self._outgoing.name(scope, [one.delivery.id for one in group], key)
        written = letter(tuple(one.delivery for one in group), dict(lives), key, self._real())
        async with self._room[name]:
            try:
                async with asyncio.timeout(sender.limits.timeout_s):
                    result = await sender.send(to, written)
            except TimeoutError:
                result = Result(Outcome.AGAIN, "timeout", maybe=True)
        if result.outcome is Outcome.GONE and to.devices:
            for device in to.devices:
                await self._wishes.drop_device(scope, device.endpoint)
        return result

    async def _way(self, scope: Scope, delivery: Delivery) -> tuple[str, To | None]:
        if delivery.channel == PLACE:
            place = await self._destinations.get(scope, delivery.destination or "")
            return (place.kind.value, To(destination=place)) if place and place.url else ("none", None)
        person = (await self._people.people(scope, [delivery.staff_id or ""])).get(delivery.staff_id or "")
        if person is None or not person.has(delivery.channel):
            return delivery.channel, None
        wishes = person.wishes
        address = wishes.email if delivery.channel == "email" else wishes.phone
        return delivery.channel, To(address=address or "", devices=person.devices if delivery.channel == "push" else ())

    def _settled(self, one: Waiting, result: Result) -> Settled:
        now = self._real()
        if result.outcome is Outcome.SENT:
            return Settled(one, "sent", "ok", now, otherwise=next_way(one.delivery))
        # Waiting for a turn is no failure: the tries stay as they are for what a provider says.
        again = result.after_s if result.code == "throttled" else next_try(one.delivery.severity, one.tries, result)
        if again is not None:
            return Settled(one, "pending", result.code, now, now + timedelta(seconds=again), result.maybe)
        return Settled(one, "failed", result.code, now, None, result.maybe, next_way(one.delivery))


def _rings(live: LiveAlert) -> bool:
    return live.alert.state is AlertState.OPEN and live.alert.snoozed_until is None


def _grouped(claimed: Sequence[Waiting]) -> list[Group]:
    """What is told together: a person's digest; everything else by itself."""
    found: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for one in claimed:
        together = f"digest:{one.delivery.staff_id}" if one.delivery.digest else one.delivery.id
        found[one.chain, together].append(one)
    return [tuple(group) for group in found.values()]
