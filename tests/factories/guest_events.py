"""Events of stays, messages, postings and finance as integrations publish them."""

from typing import Any

from shared.contracts.envelope import Envelope
from shared.contracts.guests import GuestErased
from shared.contracts.identity import system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from shared.contracts.money import FinanceAction, FinanceEvent, Posting, PostingEvent, PostingState
from shared.contracts.records import LineKind
from shared.contracts.stays import Stay, StayEvent
from shared.contracts.tasks import PmsTask, TaskEvent
from shared.contracts.values import Money
from shared.contracts.writebacks import PmsChange, Writeback, WritebackEvent, WritebackState
from tests.factories.guest_records import NOW
from tests.factories.records import envelope

PMS = system("integrations")


def stay_told(stay: Stay, sequence: int = 1, verb: str = "booked", *, backfill: bool = False) -> Envelope:
    """A stay as it stands now."""
    body = StayEvent(actor=PMS, stay=stay, backfill=backfill)
    return envelope(f"stay.{verb}.v1", stay.id, sequence, NOW, body)


def message_told(verb: str, sequence: int = 1, **given: Any) -> Envelope:
    """A guest's message, or what became of ours."""
    base: dict[str, Any] = {
        "id": "message-1",
        "property_id": "resort",
        "stay_id": None,
        "guest_id": "guest-1",
        "direction": Direction.INBOUND,
        "channel": "whatsapp",
        "topic_code": "other",
        "state": MessageState.RECEIVED,
        "at": NOW,
        "version": sequence,
    }
    message = Message.model_validate(base | given)
    return envelope(f"message.{verb}.v1", message.id, sequence, NOW, MessageEvent(actor=PMS, message=message))


def posting_told(record_id: str, line_id: str, state: PostingState, sequence: int = 1) -> Envelope:
    """What became of a line's posting."""
    posting = Posting(
        id=f"posting-{line_id}",
        property_id="resort",
        record_id=record_id,
        line_id=line_id,
        stay_id=None,
        kind=LineKind.CHARGE,
        amount=Money(amount=100, currency="EUR"),
        state=state,
        at=NOW,
        version=sequence,
    )
    return envelope(f"posting.{state.value}.v1", posting.id, sequence, NOW, PostingEvent(actor=PMS, posting=posting))


def writeback_told(
    record_id: str, change: PmsChange, state: WritebackState, failure: str | None = None, sequence: int = 2
) -> Envelope:
    """What became of a change in the PMS."""
    after = change.model_copy(update={"state": state, "failure": failure})
    told = Writeback(
        change=after, property_id="resort", record_id=record_id, stay_id="stay-1", at=NOW, version=sequence
    )
    return envelope(f"writeback.{state.value}.v1", change.id, sequence, NOW, WritebackEvent(actor=PMS, writeback=told))


def finance_told(verb: str, stay_id: str | None = None, **given: Any) -> Envelope:
    """A finance action."""
    base: dict[str, Any] = {
        "id": f"finance-{verb}",
        "property_id": "resort",
        "stay_id": stay_id,
        "code": "spa",
        "amount": Money(amount=4_500, currency="EUR"),
        "at": NOW,
        "version": 1,
    }
    finance = FinanceAction(**(base | given))
    return envelope(f"finance.{verb}.v1", finance.id, 1, NOW, FinanceEvent(actor=PMS, finance=finance))


def task_told(code: str, verb: str = "seen", **given: Any) -> Envelope:
    """A task that staff wrote down in the PMS."""
    base: dict[str, Any] = {
        "id": f"task-{code}",
        "property_id": "resort",
        "pms": "hotel_bookings",
        "number": "T-1",
        "source_event": "evt-1",
        "code": code,
        "room": "214",
        "at": NOW,
        "version": 1,
    }
    task = PmsTask.model_validate(base | given)
    return envelope(f"task.{verb}.v1", task.id, 1, NOW, TaskEvent(actor=PMS, task=task))


def guest_erased(guest_id: str, *stay_ids: str, run: int = 1) -> Envelope:
    """A person is to be forgotten."""
    body = GuestErased(actor=PMS, guest_id=guest_id, stay_ids=stay_ids)
    return envelope("guest.erased.v1", guest_id, run, NOW, body)
