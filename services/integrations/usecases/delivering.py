"""Sends what is due: to each endpoint by a worker of its own, so that one that hangs slows nobody (F48)."""

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence
from typing import Protocol

from services.integrations.domain.deliveries import (
    Answer,
    Delivery,
    after,
    body_of,
    ending_headers,
    event_of,
    headers_of,
    must_disable,
    signature,
)
from services.integrations.domain.guests import Profile
from services.integrations.domain.partners import Delivered, Standing, Subscription, told
from services.integrations.ports.partners import DeliveryStore, Endpoints, PartnerStore, PartnerTopics, TopicSilent
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.identity import DataClass, system
from shared.contracts.partner_versions import CURRENT, PartnerContract
from shared.contracts.partners import PartnerGuest, topic_of_partner
from shared.contracts.values import SYSTEM_CHAIN, Scope

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
ME = system("integrations")
AT_ONCE = 8
"""Calls under way at one endpoint that answers; at one that does not, a single one."""
TOPIC_BATCH = 500
TOPIC_AGAIN = dt.timedelta(seconds=15)


class Profiles(Protocol):
    """Who the guests are."""

    async def profiles(self, scope: Scope, guest_ids: Sequence[str]) -> list[Profile]: ...


class NumberDeliveries:
    """Gives what waits its number in each subscription."""

    def __init__(self, store: PartnerStore, deliveries: DeliveryStore, clock: Clock) -> None:
        self._store, self._deliveries, self._clock = store, deliveries, clock

    async def __call__(self) -> int:
        """Number everything that waits; how many."""
        numbered = 0
        for one in await self._store.standing(ALL):
            if one.standing is Standing.ACTIVE:
                scope = Scope(chain=one.chain)
                while count := await self._deliveries.number(scope, one.id, self._clock.real_now()):
                    numbered += count
        return numbered


class CallEndpoints:
    """Starts a worker for each endpoint that something is due for and returns at once."""

    def __init__(
        self,
        store: PartnerStore,
        deliveries: DeliveryStore,
        endpoints: Endpoints,
        profiles: Profiles,
        clock: Clock,
        contract: PartnerContract = CURRENT,
    ) -> None:
        self._store, self._deliveries, self._endpoints = store, deliveries, endpoints
        self._profiles, self._clock, self._contract = profiles, clock, contract
        self._working: dict[str, asyncio.Task[None]] = {}

    async def __call__(self) -> int:
        """How many workers were started."""
        due = set(await self._deliveries.due(ALL, self._clock.real_now()))
        busy = {name for name, task in self._working.items() if not task.done()}
        self._working = {name: task for name, task in self._working.items() if name in busy}
        fresh = [
            one
            for one in await self._store.standing(ALL)
            if one.id in due - busy and one.delivery is Delivered.WEBHOOK and one.standing is Standing.ACTIVE
        ]
        for one in fresh:
            task = asyncio.create_task(self._serve(one), name=f"partner {one.id}")
            task.add_done_callback(_said)
            self._working[one.id] = task
        return len(fresh)

    async def idle(self) -> None:
        """Wait until every worker is done (tests, and a service that stops)."""
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _serve(self, one: Subscription) -> None:
        """Send what is due to one endpoint, then end; the next round looks again."""
        scope = Scope(chain=one.chain)
        limit = 1 if one.failures else AT_ONCE
        claimed = await self._deliveries.claim(scope, one.id, self._clock.real_now(), limit)
        while claimed:
            answers = await asyncio.gather(*(self._send(scope, one, each) for each in claimed))
            worst = next((answer for answer in answers if not answer.taken), None)
            if worst is not None:
                await self._judge(scope, one, worst)
                return
            claimed = await self._deliveries.claim(scope, one.id, self._clock.real_now(), limit)

    async def _send(self, scope: Scope, one: Subscription, each: Delivery) -> Answer:
        ends = self._contract.ending(each.type)
        body = body_of(event_of(each, await self._identity(scope, one, each), ends))
        now = self._clock.real_now()
        stamp = int(now.timestamp())
        headers = {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": each.id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(one.signing(now), each.id, stamp, body),
            **ending_headers(ends),
        }
        assert one.url is not None
        answer = await self._endpoints.post(one.url, headers, body)
        await self._deliveries.settle(scope, after(each, answer, self._clock.real_now()))
        await self._store.note_health(scope, one.id, answer, self._clock.real_now())
        return answer

    async def _identity(self, scope: Scope, one: Subscription, each: Delivery) -> dict[str, object]:
        """Who the guest is, for whom it was granted: looked up now, kept nowhere."""
        if DataClass.GUEST_IDENTITY not in one.classes or each.guest_id is None:
            return {}
        found = await self._profiles.profiles(scope, [each.guest_id])
        if not found or (one.properties is not None and not found[0].properties & one.properties):
            return {}
        shown = {name: getattr(found[0], name) for name in PartnerGuest.model_fields}
        return {"guest": PartnerGuest(**shown).model_dump(exclude_none=True)}

    async def _judge(self, scope: Scope, one: Subscription, answer: Answer) -> None:
        """Call an endpoint no more that is gone, or that has taken nothing for 120 hours."""
        now = self._clock.real_now()
        fresh = await self._store.subscription(scope, one.partner, one.id)
        why = must_disable(answer, fresh.failing_since if fresh else None, now)
        if fresh is None or why is None or fresh.standing is not Standing.ACTIVE:
            return
        disabled = fresh.moved(Standing.DISABLED, why)
        event = told("disabled", disabled, ME, self._clock.now())
        await self._store.disable(scope, disabled, event, Provenance.fresh(self._clock.new_id()))
        log.warning("a partner's endpoint is called no more (%s)", why, extra={"subscription": one.id})


class FillTopics:
    """Writes numbered deliveries to partners' own topics, each partner by itself."""

    def __init__(
        self,
        store: PartnerStore,
        deliveries: DeliveryStore,
        topics: PartnerTopics,
        clock: Clock,
        contract: PartnerContract = CURRENT,
    ) -> None:
        self._store, self._deliveries, self._topics, self._clock = store, deliveries, topics, clock
        self._contract = contract
        self._silent: dict[str, dt.datetime] = {}

    async def __call__(self) -> int:
        """How many records are safe on topics; one that does not exist yet is asked again a while later."""
        now = self._clock.real_now()
        active = [
            one
            for one in await self._store.standing(ALL)
            if one.delivery is Delivered.TOPIC
            and one.standing is Standing.ACTIVE
            and now - self._silent.get(one.id, now - TOPIC_AGAIN) >= TOPIC_AGAIN
        ]
        return sum(await asyncio.gather(*(self._fill(one) for one in active)))

    async def _fill(self, one: Subscription) -> int:
        scope, total = Scope(chain=one.chain), 0
        while rows := await self._deliveries.unsent(scope, one.id, TOPIC_BATCH):
            ends = self._contract.ending
            records = [(each.subject, body_of(each.data), headers_of(each, ends(each.type))) for each in rows]
            try:
                safe = await self._topics.publish(topic_of_partner(one.partner), records)
            except TopicSilent:
                self._silent[one.id] = self._clock.real_now()
                return total
            await self._deliveries.sent(scope, [each.row for each in rows[:safe]], self._clock.real_now())
            total += safe
            if safe < len(rows):
                return total
        return total


def _said(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (failure := task.exception()):
        log.warning("a partner's worker stopped (%s) and is started again", type(failure).__name__)
