"""What guests agree to be sent: about their stay unless they said stop, offers only where they said yes."""

import datetime as dt
from collections.abc import Collection, Mapping

from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor
from shared.contracts.messages import Consent, ConsentEvent, Direction, Message
from shared.contracts.values import derived_id

SERVICE, MARKETING = "service", "marketing"
PURPOSES = (SERVICE, MARKETING)
CHANNELS = ("email", "sms", "whatsapp", "maildrop")
STOP = frozenset({"opt_out", "stop", "unsubscribe"})
"""Topics and answers by which a guest asks us to stop."""
START = frozenset({"start"})
"""Topics by which a guest takes a stop back."""
OFFERS = frozenset({"offer", "loyalty", "pre_arrival_offer", "campaign_reply", "loyalty_action"})
"""Templates and kinds that sell something."""
Given = Mapping[tuple[str, str], bool]
"""By channel and purpose, what a guest said."""


def purpose_of(codes: Collection[str | None]) -> str:
    """What a message is for, by its template and topic."""
    return MARKETING if OFFERS & set(codes) else SERVICE


def allowed(given: Given, channel: str, purpose: str) -> bool:
    """Whether a message may go out by a channel. Silence agrees to what is about the stay.

    Offers go by what the guest said of them; who said nothing is asked by the hotel's own way of selling, so silence
    refuses none here, but whoever stopped a channel is sent nothing by it.
    """
    return given.get((channel, purpose), True) and given.get((channel, SERVICE), True)


def stops(message: Message) -> bool:
    """Whether a guest's message asks us to stop."""
    return message.direction is Direction.INBOUND and bool(STOP & {message.topic_code, message.answer})


def word_of(message: Message) -> bool | None:
    """What a guest's message says about being written to: no more (False), again (True), or nothing."""
    if stops(message):
        return False
    return True if message.direction is Direction.INBOUND and message.topic_code in START else None


def consent_id(guest_id: str, channel: str, purpose: str) -> str:
    """The id of what one guest agrees to, for one channel and purpose."""
    return derived_id("consent", guest_id, channel, purpose)


def changed(
    before: Consent | None,
    guest_id: str,
    property_id: str,
    channel: str,
    purpose: str,
    given: bool,
    source: str,
    at: dt.datetime,
) -> Consent | None:
    """The consent after somebody's word; None when it says so already."""
    if before is not None and before.given is given:
        return None
    return Consent(
        id=consent_id(guest_id, channel, purpose),
        property_id=property_id,
        guest_id=guest_id,
        channel=channel,
        purpose=purpose,
        given=given,
        source=source,
        at=at,
        version=before.version + 1 if before else 1,
    )


def told(chain: str, one: Consent, actor: Actor) -> NewEvent:
    """The event of a consent's newest version."""
    return NewEvent(
        type="consent.changed.v1",
        chain=chain,
        property_id=one.property_id,
        subject=one.id,
        sequence=one.version,
        time=one.at,
        body=ConsentEvent(actor=actor, consent=one),
    )
