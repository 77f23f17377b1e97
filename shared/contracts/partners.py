"""What partners may hear: the published event types, and for each noun the only fields that ever leave (S42).

A field that is not declared here is not published, whatever the internal event holds; one with a data class beyond
`ordinary` needs that class in the partner's grant. Identity and words are in no model.
"""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.contracts.envelope import EventBody
from shared.contracts.identity import DataClass
from shared.contracts.values import Code, EntityId, Frozen, Instant, Money, Slug, Version, Wire

CLASS = "x-data-class"
PAYMENT: Any = {CLASS: DataClass.PAYMENT.value}
GRANTABLE = frozenset({DataClass.ORDINARY, DataClass.PAYMENT, DataClass.GUEST_IDENTITY})
"""Classes that a partner may be granted. Identity is looked up when a webhook is sent; it is on no topic and no row."""

PartnerSlug = Annotated[Slug, StringConstraints(max_length=32)]
Plain = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:+-]{1,64}$")]
"""A code, a day, an hour: never words."""
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")]
"""A tag of BCP 47."""
Value = bool | int | Plain | Money | None


class PartnerChecked(Frozen):
    """The value that was confirmed against the hotel's rules."""

    field: str
    value: Value = None
    at: Instant | None = None


class PartnerLine(Frozen):
    """One money line of a record."""

    id: EntityId
    kind: Code
    amount: Money
    state: Code
    adjusts: EntityId | None = None


class PartnerRecord(Frozen):
    """A record as a partner sees it: what is asked, where it stands, by when."""

    id: EntityId
    property_id: str
    version: Version
    workflow: Code | None = None
    kind: Code | None = None
    department: Code | None = None
    status: Code | None = None
    outcome: Code | None = None
    stay_id: EntityId | None = None
    guest_id: EntityId | None = None
    room: str | None = None
    fields: dict[str, Value] | None = Field(default=None, description="Codes, numbers and times; never words")
    checked: PartnerChecked | None = None
    next_action: Code | None = None
    missing_fields: tuple[str, ...] | None = None
    opened_at: Instant | None = None
    accept_by: Instant | None = None
    due_at: Instant | None = None
    paused_at: Instant | None = None
    closed_at: Instant | None = None
    blocked_reason: Code | None = None
    exception_cause: Code | None = None
    guest_must_know: bool | None = None
    guest_informed: bool | None = None
    parent: EntityId | None = None
    money: tuple[PartnerLine, ...] | None = Field(default=None, json_schema_extra=PAYMENT)


class PartnerStay(Frozen):
    """A stay as a partner sees it."""

    id: EntityId
    property_id: str
    version: Version
    pms: Code | None = None
    reservation: EntityId | None = None
    status: Code | None = None
    guest_id: EntityId | None = None
    arrival: dt.date | None = None
    departure: dt.date | None = None
    booked_at: Instant | None = None
    checked_in_at: Instant | None = None
    checked_out_at: Instant | None = None
    cancelled_at: Instant | None = None
    room: str | None = None
    room_type_reserved: str | None = None
    room_type_assigned: str | None = None
    adults: int | None = None
    children: int | None = None
    babies: int | None = None
    meal: Code | None = None
    segment: Code | None = None
    channel: Code | None = None
    language: Language | None = None
    tier: Code | None = None
    requests: tuple[Code, ...] | None = Field(default=None, description="Topic codes of the special requests")
    rate: Money | None = Field(default=None, json_schema_extra=PAYMENT)
    balance: Money | None = Field(default=None, json_schema_extra=PAYMENT)


class PartnerPosting(Frozen):
    """A posting of a money line as a partner sees it."""

    id: EntityId
    property_id: str
    version: Version
    record_id: EntityId | None = None
    line_id: EntityId | None = None
    stay_id: EntityId | None = None
    kind: Code | None = None
    state: Code | None = None
    failure: Code | None = None
    at: Instant | None = None
    amount: Money | None = Field(default=None, json_schema_extra=PAYMENT)
    folio: EntityId | None = Field(default=None, json_schema_extra=PAYMENT)
    provider_ref: EntityId | None = Field(default=None, json_schema_extra=PAYMENT)


class PartnerFinance(Frozen):
    """A finance action as a partner sees it."""

    id: EntityId
    property_id: str
    version: Version
    stay_id: EntityId | None = None
    code: Code | None = None
    at: Instant | None = None
    amount: Money | None = Field(default=None, json_schema_extra=PAYMENT)


class PartnerMessage(Frozen):
    """A guest message as a partner sees it: that it was, and how far it got; never its words."""

    id: EntityId
    property_id: str
    version: Version
    stay_id: EntityId | None = None
    guest_id: EntityId | None = None
    record_id: EntityId | None = None
    direction: Code | None = None
    channel: Code | None = None
    language: Language | None = None
    topic_code: Code | None = None
    state: Code | None = None
    answer: Code | None = None
    offer_id: EntityId | None = None
    score: int | None = None
    failure: Code | None = None
    at: Instant | None = None


class PartnerInventory(Frozen):
    """What a hotel can sell on a day."""

    id: EntityId
    property_id: str
    version: Version
    day: dt.date | None = None
    rooms: int | None = None
    occupied: int | None = None
    arrivals: int | None = None
    departures: int | None = None
    free: dict[str, int] | None = None


class PartnerConsent(Frozen):
    """What a guest agrees to be sent on a channel, from now on."""

    id: EntityId
    property_id: str
    version: Version
    guest_id: EntityId
    channel: Code
    purpose: Code
    given: bool
    at: Instant


class PartnerErasure(Frozen):
    """A guest to be forgotten: delete what you hold of these ids."""

    guest_id: EntityId
    stay_ids: tuple[EntityId, ...] = ()


class PartnerGuest(Frozen):
    """Who the guest is: only in a webhook of a partner that was granted it, looked up at the moment it is sent."""

    id: EntityId
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = "en"


class PartnerSync(Frozen):
    """The subscription itself: that all that stood at its beginning has been sent, or that somebody tries the line."""

    subscription_id: EntityId
    count: int = 0


Published = (
    PartnerRecord
    | PartnerStay
    | PartnerPosting
    | PartnerFinance
    | PartnerMessage
    | PartnerInventory
    | PartnerConsent
    | PartnerErasure
    | PartnerSync
)

MODELS: dict[str, type[Published]] = {
    "record": PartnerRecord,
    "stay": PartnerStay,
    "posting": PartnerPosting,
    "finance": PartnerFinance,
    "message": PartnerMessage,
    "inventory": PartnerInventory,
    "consent": PartnerConsent,
    "guest": PartnerErasure,
    "subscription": PartnerSync,
}
"""By noun, the model under that noun's name in `data`."""

ALWAYS = ("id", "property_id", "version")
"""Fields of an aggregate that no selection leaves out."""
COMPULSORY = frozenset({"guest.erased.v1", "consent.changed.v1"})
"""What every subscription is told, whether it asked or not: it holds what has to be forgotten or no longer used."""
OWN = frozenset({"subscription.started.v1", "subscription.pinged.v1"})
"""About the subscription itself; every one is told."""
WITH_STATE = ("record", "stay", "inventory", "posting")
"""Nouns that a new subscription is first sent as they stand, as `<noun>.listed.v1`."""


class PartnerData(Frozen):
    """The `data` of every event: one of the nouns, what changed and by whom in kind."""

    record: PartnerRecord | None = None
    stay: PartnerStay | None = None
    posting: PartnerPosting | None = None
    finance: PartnerFinance | None = None
    message: PartnerMessage | None = None
    inventory: PartnerInventory | None = None
    consent: PartnerConsent | None = None
    guest: PartnerErasure | PartnerGuest | None = None
    subscription: PartnerSync | None = None
    changed: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,64}$")], ...] = ()
    reason_code: Code | None = None
    actor: Code | None = Field(default=None, description="staff, guest, policy, pms or system")


class SubscriptionState(Wire):
    """A partner's subscription after a change: ids, codes and counts; neither address nor secret."""

    id: EntityId
    partner: PartnerSlug
    delivery: Code
    state: Code
    types: tuple[str, ...] = ()
    properties: tuple[str, ...] | None = None
    classes: tuple[DataClass, ...] = ()
    why: Code | None = None
    version: Version


class PartnerState(Wire):
    """A partner after a change."""

    id: PartnerSlug
    chain: str
    account_id: EntityId | None = None
    state: Code
    classes: tuple[DataClass, ...] = ()
    properties: tuple[str, ...] | None = None
    version: Version


class PartnerEvent(EventBody):
    """A partner was added, changed or closed."""

    partner: PartnerState


class SubscriptionEvent(EventBody):
    """Any event of a subscription, as audit and alerts see it."""

    subscription: SubscriptionState


PARTNER_VERBS = ("added", "changed", "closed")
SUBSCRIPTION_VERBS = ("made", "changed", "rotated", "paused", "resumed", "disabled", "replayed", "tried", "ended")
TOPIC = re.compile(r"^ext\.[a-z0-9][a-z0-9-]{0,31}\.v1$")


def topic_of_partner(partner: str) -> str:
    """The partner's own topic; no other partner reads it, and it reads no other."""
    return f"ext.{partner}.v1"
