"""Every event type is either sent to partners, redacted, or withheld with a reason; none carries a guest's words."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from services.integrations.domain.deliveries import DeliveryState, body_of
from services.integrations.usecases.distributing import delivery_of, heard_as
from shared.contracts.catalogue import EVENTS
from shared.contracts.messages import Consent, ConsentEvent, Direction, Message, MessageEvent, MessageState
from shared.contracts.partner_hearing import REASONS, SENT_TYPES, misclassified, unclassified
from shared.contracts.partners import MODELS
from tests.factories.records import ACTOR, NOON, envelope
from tests.unit.integrations.test_partner_redaction import CANARY, PAID, subscription

TEXTS = sorted(name for name in SENT_TYPES if name.startswith(("message.", "consent.")))
PLAIN_TEXT = {
    "property_id",  # our own name of a hotel
    "room",  # what the PMS calls a room
    "room_type_reserved",
    "room_type_assigned",
    "fields",  # by our own field names; values are codes
    "field",
    "missing_fields",
    "free",  # by room type
}
"""Fields that are plain text by their type; none is a person's words."""


def test_every_event_type_is_sent_or_withheld_with_a_reason() -> None:
    assert unclassified(EVENTS) == []
    assert misclassified(EVENTS) == []
    assert [name for name, why in REASONS.items() if len(why) < 5] == []


def test_type_that_nobody_decided_on_is_found() -> None:
    assert unclassified([*EVENTS, "message.recalled.v1"]) == ["message.recalled.v1"]
    assert misclassified(set(EVENTS) - {"message.read.v1"}) == ["message.read.v1"]


def _poisoned(model: type[BaseModel], **kept: Any) -> Any:
    """As a faulty producer would build it: a guest's name and words in every field that is not kept."""
    return model.model_construct(**{name: kept.get(name, CANARY) for name in model.model_fields})


def _body(event_type: str) -> Any:
    own = {"property_id": "city", "version": 1, "at": NOON, "id": "one-1", "guest_id": "guest-1"}
    message = {"direction": Direction.INBOUND, "state": MessageState.RECEIVED}
    if event_type.startswith("message."):
        return MessageEvent.model_construct(actor=ACTOR, message=_poisoned(Message, **own, **message), changes=())
    return ConsentEvent.model_construct(actor=ACTOR, consent=_poisoned(Consent, **own, given=True), changes=())


@pytest.mark.parametrize("event_type", TEXTS)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_nothing_a_guest_said_or_is_called_leaves_even_if_it_stood_in_the_event(event_type: str) -> None:
    good = envelope(event_type, "one-1", 1, NOON, MessageEvent(actor=ACTOR, message=MESSAGE))
    one = subscription(types=(event_type,), classes=PAID)
    assert heard_as(one, good) == [event_type]

    row = delivery_of(one, good, _body(event_type), event_type)

    assert row.state is DeliveryState.HELD
    assert row.data == {}
    assert [word for word in CANARY.split() if word in body_of(row.data).decode() + str(row.fault)] == []


MESSAGE = Message(
    id="one-1",
    property_id="city",
    direction=Direction.INBOUND,
    channel="web",
    topic_code="other",
    state=MessageState.RECEIVED,
    at=NOON,
    version=1,
)


def _texts(model: type[BaseModel], seen: set[str]) -> set[str]:
    """The names of fields that are text without a pattern."""
    for name, field in model.model_fields.items():
        parts = [field.annotation, *get_args(field.annotation)]
        parts += [each for part in parts for each in get_args(part)]
        held = [*field.metadata, *(each for part in parts for each in getattr(part, "__metadata__", ()))]
        bound = any(getattr(each, "pattern", None) for each in held)
        if any(part is str for part in parts) and not bound:
            seen.add(name)
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel):
                _texts(part, seen)
    return seen


@pytest.mark.parametrize("noun", sorted(MODELS))
def test_text_that_partners_hear_is_a_code_an_id_or_named_here(noun: str) -> None:
    assert _texts(MODELS[noun], set()) <= PLAIN_TEXT
