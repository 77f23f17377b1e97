"""What other services tell records of, as envelopes: stays, guests' messages, finance actions."""

from typing import Any

from shared.contracts.envelope import Envelope
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from shared.contracts.money import FinanceAction, FinanceEvent
from shared.contracts.stays import Stay, StayEvent
from shared.contracts.values import Money
from tests.factories.guest_records import NOW
from tests.factories.records import envelope

PMS = Actor(kind=ActorKind.PMS, id="pms")
GUEST = Actor(kind=ActorKind.GUEST, id="guest")


def stay_seen(stay: Stay, verb: str = "booked") -> Envelope:
    """A live event of a stay."""
    return envelope(
        f"stay.{verb}.v1", stay.id, stay.version, NOW, StayEvent(actor=PMS, stay=stay), property_id="resort"
    )


def message_heard(**given: Any) -> Envelope:
    """A guest wrote."""
    base: dict[str, Any] = {
        "id": "message-1",
        "property_id": "resort",
        "guest_id": "guest-1",
        "direction": Direction.INBOUND,
        "channel": "whatsapp",
        "topic_code": "other",
        "state": MessageState.RECEIVED,
        "at": NOW,
        "version": 1,
    }
    message = Message.model_validate(base | given)
    body = MessageEvent(actor=GUEST, message=message)
    return envelope("message.received.v1", message.id, 1, NOW, body, property_id="resort")


def finance_seen(verb: str, code: str = "spa", amount: int = 4_500) -> Envelope:
    """Finance did something."""
    money = Money(amount=amount, currency="EUR")
    finance = FinanceAction(id=f"finance-{verb}", property_id="resort", code=code, amount=money, at=NOW, version=1)
    return envelope(
        f"finance.{verb}.v1", finance.id, 1, NOW, FinanceEvent(actor=PMS, finance=finance), property_id="resort"
    )
