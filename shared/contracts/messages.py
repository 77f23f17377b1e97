"""Guest messages in and out, on `messages.v1`: ids, direction and delivery, never the text."""

import enum

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.values import Code, EntityId, Instant, Money, Version, Wire


class Direction(enum.StrEnum):
    """Who wrote it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MessageState(enum.StrEnum):
    """Delivery of a guest message."""

    STORED = "stored"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    RECEIVED = "received"
    SUPPRESSED = "suppressed"


class Message(Wire):
    """One guest message. Guests answer offers and leave scores through `answer`, `bid` and `score`."""

    id: EntityId
    property_id: str
    stay_id: EntityId | None = None
    guest_id: EntityId | None = None
    record_id: EntityId | None = None
    direction: Direction
    channel: Code
    language: str = "en"
    topic_code: Code
    state: MessageState
    answer: Code | None = None
    offer_id: EntityId | None = None
    score: int | None = None
    bid: Money | None = Field(default=None, description="What the guest would pay for one of the offer")
    failure: Code | None = None
    settled: Code | None = Field(default=None, description="Why what a guest wrote needs no record, as a person said")
    at: Instant
    version: Version


class MessageEvent(EventBody):
    """Any event of a message."""

    message: Message


MESSAGE_VERBS = ("stored", "sent", "delivered", "read", "failed", "received", "suppressed", "linked", "settled")


class Consent(Wire):
    """What a guest agrees to be sent on one channel for one purpose, from now on."""

    id: EntityId
    property_id: str
    guest_id: EntityId
    channel: Code
    purpose: Code = Field(description="service: about the stay; marketing: offers")
    given: bool
    source: Code = Field(description="How we know: guest, staff, pms or provider")
    at: Instant
    version: Version


class ConsentEvent(EventBody):
    """A guest's consent changed."""

    consent: Consent


CONSENT_VERBS = ("changed",)


class SendingRulesChanged(Wire):
    """A place's order of channels, quiet hours and fallback: that they changed, and a digest of what they are."""

    id: EntityId
    place: str = Field(description="A property, or `_chain`")
    digest: str
    at: Instant
    version: Version


class SendingRulesEvent(EventBody):
    """How a place sends to guests has changed."""

    rules: SendingRulesChanged


class TemplateTold(Wire):
    """A version of what a place says by one template code. `version` counts the events of the code at the place."""

    id: EntityId
    place: str = Field(description="A property, or `_chain`")
    code: Code
    number: Version = Field(description="Of the template's version")
    base: int = Field(ge=0)
    digest: str
    languages: tuple[str, ...]
    at: Instant
    version: Version


class TemplateEvent(EventBody):
    """A version of a message template was proposed, approved, rejected or withdrawn."""

    template: TemplateTold


TEMPLATE_VERBS = ("proposed", "approved", "rejected", "withdrawn")
