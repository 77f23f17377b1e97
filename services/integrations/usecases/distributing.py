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
from shared.contracts.partner_hearing import SENT_TYPES
from shared.contracts.partner_versions import CURRENT, PartnerContract, major_of, noun_of
from shared.contracts.partners import COMPULSORY, MODELS, WITH_STATE
from shared.contracts.staff import Mode
from shared.contracts.values import SYSTEM_CHAIN, Scope, derived_id

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
LIVE = 1
PAGE = 500
HEARD = (topics.RECORDS, topics.STAYS, topics.GUESTS, topics.INVENTORY, topics.MONEY, topics.MESSAGES)
ERASED = "guest.erased.v1"
LISTED = "listed"
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
        contract: PartnerContract = CURRENT,
        mode: Callable[[str], Mode | None] = lambda _: Mode.LIVE,
    ) -> None:
        self._store, self._latest, self._deliveries, self._clock = store, latest, deliveries, clock
        self._contract, self._mode = contract, mode

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Keep what stands, and a row for each subscription that an event is for."""
        published = [event for event in events if event.type in SENT_TYPES]
        if not published:
            return
        now = self._clock.real_now()
        await self._latest.keep(ALL, tx, [event for event in published if event.noun in WITH_STATE], now)
        subscriptions = await self._store.receiving(ALL, tx, sorted({event.chain for event in published}))
        heard = [
            (event, one, types)
            for event in published
            for one in subscriptions
            if (types := heard_as(one, event, self._contract)) and is_real(event, self._mode)
        ]
        # Only what somebody is to hear is read: an import of years passes through here, too.
        bodies = {event.id: body_of(event) for event, _, _ in heard}
        rows = [
            delivery_of(one, event, body, each, self._contract)
            for event, one, types in heard
            if (body := bodies[event.id])
            for each in types
        ]
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


def heard_as(one: Subscription, event: Envelope, contract: PartnerContract = CURRENT) -> list[str]:
    """The types that a subscription is to hear an event as: each major it asked for.

    Nobody is spared what has to be forgotten: who did not ask hears of it in the oldest major that runs.
    """
    if one.sandbox or one.chain != event.chain:
        return []
    if event.type != ERASED and not one.covers(event.property_id):
        return []
    types = contract.types_of(event.type)
    asked = [each for each in types if each in one.types]
    return asked or (types[:1] if event.type in COMPULSORY else [])


def delivery_of(
    one: Subscription, event: Envelope, body: EventBody, event_type: str, contract: PartnerContract = CURRENT
) -> Delivery:
    """The row of an event for a subscription; what does not keep the contract is held without its data."""
    if event_type.split(".")[1] == LISTED:
        data = listed(body, event_type, one.classes, one.fields, contract)
    else:
        whole = one.properties is None
        data = redacted(body, event_type, one.classes, one.fields, whole_chain=whole, contract=contract)
    state, fault = DeliveryState.WAITING, None
    try:
        check(event_type, data or {}, one.classes, contract)
    except NotContract as broken:
        data, state, fault = {}, DeliveryState.HELD, broken.where
    # Who hears two majors beside each other hears two events.
    more = [] if major_of(event_type) == 1 else [f"v{major_of(event_type)}"]
    return Delivery(
        row="|".join([one.id, event.subject, str(event.sequence), *more]),
        id=derived_id("partner", one.id, event.id, *more),
        chain=event.chain,
        subscription=one.id,
        type=event_type,
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
        contract: PartnerContract = CURRENT,
        mode: Callable[[str], Mode | None] = lambda _: Mode.LIVE,
    ) -> None:
        self._store, self._latest, self._deliveries = store, latest, deliveries
        self._clock, self._settle_s, self._contract, self._mode = clock, settle_s, contract, mode

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
            rows = [row for event in found if self._tells(one, event) for row in self._rows(one, event)]
            done = len(found) < PAGE
            last = found[-1].subject if found else last
            count += len(rows)
            await self._deliveries.list_from(scope, one, [*rows, *([self._started(one)] if done else [])], last, done)
            if done:
                return count

    def _tells(self, one: Subscription, event: Envelope) -> bool:
        return one.covers(event.property_id) and is_real(event, self._mode)

    def _rows(self, one: Subscription, event: Envelope) -> list[Delivery]:
        """What stands, in each major of which the subscription hears anything."""
        body, asked = body_of(event), {major_of(name) for name in one.types if noun_of(name) == event.noun}
        types = self._contract.types_of(f"{event.noun}.{LISTED}.v1")
        wanted = [each for each in types if major_of(each) in asked]
        return [delivery_of(one, event, body, each, self._contract) for each in wanted] if body else []

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
