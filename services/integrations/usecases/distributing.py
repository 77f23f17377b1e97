"""Writes down for each subscription what it is to hear: redacted, held against the contract, once an event."""

import logging
from collections.abc import Callable, Sequence

from services.integrations.domain.deliveries import Delivery, DeliveryState
from services.integrations.domain.partners import CHAIN_WIDE, Standing, Subscription
from services.integrations.domain.redaction import NotContract, check, listed, redacted
from services.integrations.ports.partners import DeliveryStore, LatestStore, PartnerStore
from shared.chassis.clock import Clock
from shared.chassis.mongo import Tx
from shared.contracts import topics
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope, EventBody
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.partner_types import FROM_TOPICS
from shared.contracts.partners import COMPULSORY, MODELS, WITH_STATE
from shared.contracts.staff import Mode
from shared.contracts.values import SYSTEM_CHAIN, Scope, derived_id

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
LIVE = 1
PAGE = 500
HEARD = (topics.RECORDS, topics.STAYS, topics.GUESTS, topics.INVENTORY, topics.MONEY, topics.MESSAGES)
ERASED = "guest.erased.v1"
NO_HOTEL = ("*", CHAIN_WIDE)
"""Where an event says that it is about no hotel in particular."""


class Distribute:
    """The handler of the partners' group. It is keyed by event and subscription, so a replay writes nothing twice."""

    def __init__(
        self,
        store: PartnerStore,
        latest: LatestStore,
        deliveries: DeliveryStore,
        clock: Clock,
        mode: Callable[[str], Mode | None] = lambda _: Mode.LIVE,
    ) -> None:
        self._store, self._latest, self._deliveries, self._clock = store, latest, deliveries, clock
        self._mode = mode

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Keep what stands, and a row for each subscription that an event is for."""
        published = [event for event in events if event.type in FROM_TOPICS]
        if not published:
            return
        now = self._clock.real_now()
        await self._latest.keep(ALL, tx, [event for event in published if event.noun in WITH_STATE], now)
        subscriptions = await self._store.receiving(ALL, tx, sorted({event.chain for event in published}))
        heard = [
            (event, told)
            for event in published
            if (told := [one for one in subscriptions if concerns(one, event)]) and is_real(event, self._mode)
        ]
        # Only what somebody is to hear is read: an import of years passes through here, too.
        rows = [delivery_of(one, event, body) for event, told in heard if (body := body_of(event)) for one in told]
        for held in [row for row in rows if row.state is DeliveryState.HELD]:
            log.error("an event for a partner does not keep the contract and is held", extra={"where": held.fault})
        await self._deliveries.write(ALL, tx, rows, LIVE)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing: what a partner was told, it was told."""


def is_real(event: Envelope, mode: Callable[[str], Mode | None]) -> bool:
    """Whether partners hear of an event's hotel. UNAVAILABLE while nobody has told us: the event waits."""
    if event.type == ERASED or event.property_id in NO_HOTEL:
        return True
    found = mode(event.property_id)
    if found is None:
        raise AppError(ErrorKind.UNAVAILABLE, "property_unknown", "Auth has not told of this hotel yet.")
    return found is Mode.LIVE


def concerns(one: Subscription, event: Envelope) -> bool:
    """Whether a subscription is to hear of an event. Nobody is spared what has to be forgotten."""
    if one.sandbox or one.chain != event.chain:
        return False
    if event.type == ERASED:
        return True
    return one.covers(event.property_id) and (event.type in one.types or event.type in COMPULSORY)


def delivery_of(one: Subscription, event: Envelope, body: EventBody, as_type: str | None = None) -> Delivery:
    """The row of an event for a subscription; what does not keep the contract is held without its data."""
    said = as_type or event.type
    if as_type:
        data = listed(body, one.classes, one.fields)
    else:
        data = redacted(body, one.classes, one.fields, whole_chain=one.properties is None)
    state, fault = DeliveryState.WAITING, None
    try:
        check(said, data or {}, one.classes)
    except NotContract as broken:
        data, state, fault = {}, DeliveryState.HELD, broken.where
    return Delivery(
        row=f"{one.id}|{event.subject}|{event.sequence}",
        id=derived_id("partner", one.id, event.id),
        chain=event.chain,
        subscription=one.id,
        type=said,
        subject=event.subject,
        property_id=event.property_id,
        version=event.sequence,
        time=event.time,
        data=data or {},
        guest_id=_guest(event, body),
        state=state,
        due_at=event.time,
        fault=fault,
    )


def _guest(event: Envelope, body: EventBody) -> str | None:
    """Whose identity may be looked up for it when it is sent; nobody's where the event is about forgetting."""
    if event.noun not in MODELS or event.type == ERASED:
        return None
    about = getattr(body, event.noun, None)
    return getattr(about, "guest_id", None)


class ListStanding:
    """Tells new subscriptions what stands: page by page, each with how far it got, so a crash repeats nothing."""

    def __init__(
        self,
        store: PartnerStore,
        latest: LatestStore,
        deliveries: DeliveryStore,
        clock: Clock,
        settle_s: float,
        mode: Callable[[str], Mode | None] = lambda _: Mode.LIVE,
    ) -> None:
        self._store, self._latest, self._deliveries = store, latest, deliveries
        self._clock, self._settle_s, self._mode = clock, settle_s, mode

    async def __call__(self) -> int:
        """Go on with every subscription that is starting; how many rows were written."""
        starting = [one for one in await self._store.standing(ALL) if one.standing is Standing.STARTING]
        # A batch that was being applied when the subscription was made did not see it: wait until it is committed.
        old = [one for one in starting if (self._clock.real_now() - one.made_at).total_seconds() >= self._settle_s]
        return sum([await self._list(one) for one in old])

    async def _list(self, one: Subscription) -> int:
        scope, count = Scope(chain=one.chain), 0
        nouns = sorted({name.partition(".")[0] for name in one.types} & set(WITH_STATE))
        last = await self._deliveries.listed_to(scope, one.id)
        while True:
            found = await self._latest.page(scope, nouns, last, PAGE)
            rows = [row for event in found if self._tells(one, event) and (row := self._row(one, event))]
            done = len(found) < PAGE
            last = found[-1].subject if found else last
            count += len(rows)
            await self._deliveries.list_from(scope, one, [*rows, *([self._started(one)] if done else [])], last, done)
            if done:
                return count

    def _tells(self, one: Subscription, event: Envelope) -> bool:
        return one.covers(event.property_id) and is_real(event, self._mode)

    def _row(self, one: Subscription, event: Envelope) -> Delivery | None:
        body = body_of(event)
        if body is None:
            return None
        return delivery_of(one, event, body, f"{event.noun}.listed.v1")

    def _started(self, one: Subscription) -> Delivery:
        now = self._clock.now()
        return Delivery(
            row=f"{one.id}|started",
            id=derived_id("partner-started", one.id),
            chain=one.chain,
            subscription=one.id,
            type="subscription.started.v1",
            subject=one.id,
            property_id="chain",
            version=1,
            time=now,
            data={"subscription": {"subscription_id": one.id}},
            due_at=now,
        )
