"""Sends what waits: again when that fails, by another channel when one is dead, and never for what is over."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.notice import Delivery
from services.alerts.domain.outgoing import Outcome, Result, To, letter, next_try
from services.alerts.domain.preferences import PLACE
from services.alerts.pipeline.dedupe import next_way
from services.alerts.pipeline.group import heir
from services.alerts.ports import AlertStore, People, Staffing
from services.alerts.ports.channels import DestinationStore, OutgoingStore, Sender, Settled, Waiting, WishStore
from services.alerts.usecases.throttling import Throttle
from shared.contracts.alerts import AlertState
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope, derived_id

log = logging.getLogger(__name__)
EVERYWHERE = Scope(chain=SYSTEM_CHAIN)
LOOK_S = 1.0
"""How long a free place of a channel waits while its other letters are on their way."""
MOST_CLAIMS = 6
"""A letter is claimed no oftener: more than any plan of tries has, so whoever took it before never came back."""
Group = tuple[Waiting, ...]


class Sending:
    """Each channel takes what it can bear at once, the gravest first; a slow one holds up no other."""

    def __init__(
        self,
        outgoing: OutgoingStore,
        alerts: AlertStore,
        people: People,
        wishes: WishStore,
        destinations: DestinationStore,
        staffing: Staffing,
        senders: Mapping[str, Sender],
        now: Callable[[], Instant],
        real_now: Callable[[], Instant],
    ) -> None:
        self._outgoing, self._alerts, self._people, self._staffing = outgoing, alerts, people, staffing
        self._wishes, self._destinations, self._senders = wishes, destinations, senders
        self._now, self._real = now, real_now
        self._throttles = {name: Throttle(one.limits.per_minute) for name, one in senders.items()}

    async def turn(self) -> int:
        """Everything that can go now, by all channels and the ways after them; how many letters."""
        done = 0
        while found := await self.sort() + sum(await asyncio.gather(*(self.channel(name) for name in self._senders))):
            done += found
        return done

    async def sort(self) -> int:
        """Find each place's channel, and the next way for what waits for a channel that is not there; how many."""
        count = 0
        for one in await self._outgoing.unsorted(EVERYWHERE, self._now(), self._real(), tuple(self._senders)):
            scope, delivery = Scope(chain=one.chain), one.delivery
            place = await self._destinations.get(scope, delivery.destination or "") if delivery.destination else None
            if place is not None and place.url and place.kind.value in self._senders:
                await self._outgoing.sort(scope, delivery.id, place.kind.value)
            else:
                code = "no_address" if delivery.destination else "no_channel"
                await self._outgoing.settle(scope, [self._settled(one, Result(Outcome.DEAD, code))])
            count += 1
        return count

    async def channel(self, name: str) -> int:
        """Send by one channel until nothing more can go by it now; how many letters.

        No more is claimed than there are places and tokens for: what is not claimed waits where it is, for whoever
        comes first, and is overtaken by what is graver.
        """
        done, running = 0, set[asyncio.Task[None]]()
        try:
            while True:
                free = min(self._senders[name].limits.at_once - len(running), self._throttles[name].free())
                groups = await self._outgoing.claim(EVERYWHERE, name, self._now(), self._real(), free) if free else []
                running |= {asyncio.create_task(self._deliver(name, group)) for group in groups}
                done += len(groups)
                if not running:
                    return done
                ended, running = await asyncio.wait(running, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                _look_at(ended, name)
        finally:
            for task in running:
                task.cancel()

    async def _deliver(self, name: str, group: Group) -> None:
        scope = Scope(chain=group[0].chain)
        lives = {one.delivery.alert: await self._alerts.get(scope, one.delivery.alert) for one in group}
        open_ones = {one: live for one, live in lives.items() if live is not None and _rings(live)}
        said = {one.delivery.id: self._why_not(one, open_ones) for one in group}
        # Answered or over meanwhile, or not to be known to them any more: nobody is called for it.
        over = [one for one in group if said[one.delivery.id]]
        await self._outgoing.settle(
            scope, [await self._skipped(scope, one, said[one.delivery.id] or "") for one in over]
        )
        ringing = tuple(one for one in group if not said[one.delivery.id])
        result = await self._tried(scope, name, ringing, open_ones) if ringing else None
        if result is not None:
            await self._outgoing.settle(scope, [self._settled(one, result) for one in ringing])

    def _why_not(self, one: Waiting, open_ones: Mapping[str, LiveAlert]) -> str | None:
        live = open_ones.get(one.delivery.alert)
        if live is None:
            return "answered"
        staff_id, alert = one.delivery.staff_id, live.alert
        if staff_id is None or alert.kind is None:
            return None
        hearers = self._staffing.hearers(live.chain, alert.property_id, alert.kind, alert.department)
        return None if hearers.knows(staff_id) else "not_granted"

    async def _skipped(self, scope: Scope, one: Waiting, why: str) -> Settled:
        """Who was to be rung by this for a whole group is rung for another of it that is still open."""
        follower = None
        if one.delivery.lead and not one.delivery.digest:
            for each in await self._outgoing.grouped(scope, one.delivery):
                live = await self._alerts.get(scope, each.alert)
                if live is not None and _rings(live):
                    follower = heir(one.delivery, each, self._now())
                    break
        return Settled(one, "skipped", why, self._real(), followed_by=follower, unring=one.delivery.lead)

    async def _tried(self, scope: Scope, name: str, group: Group, lives: Mapping[str, LiveAlert]) -> Result | None:
        """What became of one try, or None when the claim was lost meanwhile."""
        if group[0].tries > MOST_CLAIMS:
            log.error("channel %s: a letter was never heard of again", name, extra={"ids": [group[0].delivery.id]})
            return Result(Outcome.DEAD, "given_up")
        to = await self._way(scope, group[0].delivery)
        if to is None:
            return Result(Outcome.DEAD, "no_address")
        if not await self._outgoing.begin(scope, group, key := _key(group), self._real()):
            return None
        self._throttles[name].take()
        # Whatever is wrong with one letter or one channel ends this try, not the turn of the others.
        [found] = await asyncio.gather(self._posted(name, to, group, lives, key), return_exceptions=True)
        if isinstance(found, BaseException):
            kind = type(found).__name__
            log.error("channel %s: a letter broke it (%s)", name, kind, extra={"ids": [group[0].delivery.id]})
            return Result(Outcome.DEAD, "broken", maybe=True)
        gone = [each.endpoint for each in to.devices] if found.outcome is Outcome.GONE else found.gone
        for endpoint in gone:
            await self._wishes.drop_device(scope, endpoint)
        return found

    async def _posted(self, name: str, to: To, group: Group, lives: Mapping[str, LiveAlert], key: str) -> Result:
        written = letter(tuple(one.delivery for one in group), dict(lives), key, self._real())
        sender = self._senders[name]
        try:
            async with asyncio.timeout(sender.limits.timeout_s):
                return await sender.send(to, written)
        except TimeoutError:
            return Result(Outcome.AGAIN, "timeout", maybe=True)

    async def _way(self, scope: Scope, delivery: Delivery) -> To | None:
        if delivery.channel == PLACE:
            place = await self._destinations.get(scope, delivery.destination or "")
            return To(destination=place) if place and place.url else None
        person = (await self._people.people(scope, [delivery.staff_id or ""])).get(delivery.staff_id or "")
        if person is None or not person.has(delivery.channel):
            return None
        wishes = person.wishes
        address = wishes.email if delivery.channel == "email" else wishes.phone
        return To(address=address or "", devices=person.devices if delivery.channel == "push" else ())

    def _settled(self, one: Waiting, result: Result) -> Settled:
        now, way = self._real(), next_way(one.delivery)
        if result.outcome is Outcome.SENT:
            return Settled(one, "sent", "ok", now)
        again = next_try(one.delivery.severity, one.tries, result, others=way is not None)
        if again is not None:
            return Settled(one, "pending", result.code, now, now + timedelta(seconds=again), result.maybe)
        return Settled(one, "failed", result.code, now, None, result.maybe, way)


def _rings(live: LiveAlert) -> bool:
    return live.alert.state is AlertState.OPEN and live.alert.snoozed_until is None


def _key(group: Group) -> str:
    """The key of a letter: that of its first try, else what it tells."""
    held = next((one.letter for one in group if one.letter), None)
    ids = sorted(one.delivery.id for one in group)
    return held or (ids[0] if len(ids) == 1 else derived_id("digest", *ids))


def _look_at(ended: set["asyncio.Task[None]"], name: str) -> None:
    """What failed here is the store's: the claim ends by itself, and somebody takes it up again."""
    for task in ended:
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            log.warning("channel %s: a letter waits for its next claim (%s)", name, type(failure).__name__)
