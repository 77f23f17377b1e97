"""Partners and their subscriptions: what a chain granted, what a partner asked for within it, how it stands."""

import datetime as dt
import enum
from collections.abc import Sequence

from pydantic import Field

from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, Breach, ErrorKind, breached
from shared.contracts.identity import Actor, DataClass
from shared.contracts.partner_types import known_fields
from shared.contracts.partner_versions import CURRENT, PartnerContract
from shared.contracts.partners import (
    GRANTABLE,
    PartnerEvent,
    PartnerSlug,
    PartnerState,
    SubscriptionEvent,
    SubscriptionState,
)
from shared.contracts.values import Code, EntityId, Frozen, Instant

MOST_SUBSCRIPTIONS = 20
KEPT_DAYS = 30
"""How long deliveries, and records on a partner's topic, are kept for replay."""
OLD_SECRET_LASTS = dt.timedelta(hours=24)
CHAIN_WIDE = "chain"


class Delivered(enum.StrEnum):
    """How events reach a partner."""

    TOPIC = "topic"
    WEBHOOK = "webhook"


class Standing(enum.StrEnum):
    """Where a subscription stands."""

    STARTING = "starting"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    ENDED = "ended"


RECEIVING = frozenset({Standing.STARTING, Standing.ACTIVE, Standing.PAUSED, Standing.DISABLED})
"""While it stands so, events are written down for it; only an active one is sent any."""


class Partner(Frozen):
    """A third party of one chain, and the most it may be told. `account_id`: the program that may speak for it."""

    id: PartnerSlug
    chain: str
    name: str
    account_id: EntityId | None = None
    classes: frozenset[DataClass] = frozenset({DataClass.ORDINARY})
    properties: frozenset[str] | None = None
    closed: bool = False
    version: int = 1

    @property
    def state(self) -> PartnerState:
        """What travels."""
        return PartnerState(
            id=self.id,
            chain=self.chain,
            account_id=self.account_id,
            state="closed" if self.closed else "open",
            classes=tuple(sorted(self.classes)),
            properties=None if self.properties is None else tuple(sorted(self.properties)),
            version=self.version,
        )


class Secret(Frozen):
    """One signing secret; until `expires_at` (real time) it signs beside the newer one."""

    value: str = Field(repr=False)
    made_at: Instant
    expires_at: Instant | None = None


class Subscription(Frozen):
    """What one partner hears, and how."""

    id: EntityId
    chain: str
    partner: PartnerSlug
    delivery: Delivered
    url: str | None = Field(default=None, repr=False)
    secrets: tuple[Secret, ...] = ()
    types: tuple[str, ...]
    properties: frozenset[str] | None = None
    fields: tuple[str, ...] | None = None
    classes: frozenset[DataClass] = frozenset({DataClass.ORDINARY})
    sandbox: bool = False
    standing: Standing = Standing.STARTING
    why: Code | None = None
    failing_since: Instant | None = None
    failures: int = 0
    made_at: Instant
    version: int = 1

    @property
    def state(self) -> SubscriptionState:
        """What travels."""
        return SubscriptionState(
            id=self.id,
            partner=self.partner,
            delivery=self.delivery.value,
            state=self.standing.value,
            types=self.types,
            properties=None if self.properties is None else tuple(sorted(self.properties)),
            classes=tuple(sorted(self.classes)),
            why=self.why,
            version=self.version,
        )

    def covers(self, property_id: str) -> bool:
        """Whether a hotel's events are for it."""
        return self.properties is None or property_id in self.properties

    def signing(self, now: dt.datetime) -> tuple[str, ...]:
        """The secrets that sign at a moment of real time, newest first."""
        good = [one for one in self.secrets if one.expires_at is None or one.expires_at > now]
        return tuple(one.value for one in sorted(good, key=lambda one: one.made_at, reverse=True))

    def moved(self, standing: Standing, why: str | None = None) -> "Subscription":
        """In its next version; standing again forgets earlier failures."""
        fresh = {"failing_since": None, "failures": 0} if standing is Standing.ACTIVE else {}
        return self.model_copy(update={"standing": standing, "why": why, "version": self.version + 1, **fresh})

    def rotated(self, value: str, now: dt.datetime) -> "Subscription":
        """With a new secret beside the newest one, which ends a day later; older ones end now."""
        newest = sorted(self.secrets, key=lambda one: one.made_at)[-1:]
        kept = tuple(one.model_copy(update={"expires_at": now + OLD_SECRET_LASTS}) for one in newest)
        secrets = (Secret(value=value, made_at=now), *kept)
        return self.model_copy(update={"secrets": secrets, "version": self.version + 1})


class Asked(Frozen):
    """What a subscription is to hear. `fields` null: all that is granted; `properties` null: all of the partner's."""

    types: tuple[str, ...]
    properties: frozenset[str] | None = None
    fields: tuple[str, ...] | None = None
    classes: frozenset[DataClass] = frozenset({DataClass.ORDINARY})


def _unpublished(types: Sequence[str], contract: PartnerContract) -> list[Breach]:
    published = set(contract.types)
    return [
        _breach(f"types.{n}", "published_type", f"{one} is not published.")
        for n, one in enumerate(types)
        if one not in published
    ]


def check_types(types: Sequence[str], contract: PartnerContract = CURRENT) -> None:
    """Refuse types that are not published; all breaches at once."""
    breaches = _unpublished(types, contract)
    if breaches:
        raise breached(breaches)


def check_asked(asked: Asked, partner: Partner, hotels: frozenset[str], contract: PartnerContract = CURRENT) -> None:
    """Refuse what is not published or lies beyond the partner's grant; all breaches at once."""
    breaches = _unpublished(asked.types, contract)
    known = set(known_fields(contract))
    breaches += [
        _breach(f"fields.{n}", "known_field", f"{one} is no field that is published.")
        for n, one in enumerate(asked.fields or ())
        if one not in known
    ]
    beyond = sorted(asked.classes - partner.classes)
    breaches += [_breach("classes", "granted_class", f"{one} is not granted to {partner.id}.") for one in beyond]
    allowed = hotels if partner.properties is None else partner.properties
    strange = sorted((asked.properties or frozenset()) - allowed)
    breaches += [_breach("properties", "known_property", f"{one} is no property of this partner.") for one in strange]
    if breaches:
        raise breached(breaches)


def check_partner(classes: frozenset[DataClass], readable: frozenset[DataClass]) -> None:
    """Refuse a grant of classes that never leave, or that the giver may not read."""
    breaches = [_breach("classes", "grantable_class", f"{one} never leaves.") for one in sorted(classes - GRANTABLE)]
    mine = sorted((classes & GRANTABLE) - readable)
    breaches += [_breach("classes", "own_class", f"You may not read {one} yourself.") for one in mine]
    if breaches:
        raise breached(breaches)


def check_delivery(delivery: Delivered, url: str | None, classes: frozenset[DataClass]) -> None:
    """Refuse a webhook without address, a topic with one, and identity on a topic."""
    breaches = []
    if (delivery is Delivered.WEBHOOK) is (url is None):
        breaches.append(_breach("url", "delivery", "A webhook has an address, a topic has none."))
    if delivery is Delivered.TOPIC and DataClass.GUEST_IDENTITY in classes:
        breaches.append(_breach("classes", "never_on_topic", "Who the guest is stands on no topic; use a webhook."))
    if breaches:
        raise breached(breaches)


def _breach(field: str, rule: str, message: str) -> Breach:
    return Breach(field=field, rule=rule, message=message)


def enough() -> AppError:
    """The refusal of one subscription too many."""
    return AppError(
        ErrorKind.CONFLICT, "subscriptions_enough", f"A partner has at most {MOST_SUBSCRIPTIONS} subscriptions."
    )


def told_partner(verb: str, partner: Partner, actor: Actor, now: dt.datetime) -> NewEvent:
    """The event of a partner's newest version."""
    return NewEvent(
        type=f"partner.{verb}.v1",
        chain=partner.chain,
        property_id=CHAIN_WIDE,
        subject=f"partner:{partner.chain}:{partner.id}",
        sequence=partner.version,
        time=now,
        body=PartnerEvent(actor=actor, partner=partner.state),
    )


def told(verb: str, subscription: Subscription, actor: Actor, now: dt.datetime) -> NewEvent:
    """The event of a subscription's newest version."""
    return NewEvent(
        type=f"subscription.{verb}.v1",
        chain=subscription.chain,
        property_id=CHAIN_WIDE,
        subject=f"subscription:{subscription.id}",
        sequence=subscription.version,
        time=now,
        body=SubscriptionEvent(actor=actor, subscription=subscription.state),
    )
