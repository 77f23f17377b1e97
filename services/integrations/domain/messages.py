"""Guest messages: what is asked for, what was said, and how far it got; at most once to a guest."""

import datetime as dt
import enum
import hashlib

from shared.contracts.envelope import NewEvent, TextRef
from shared.contracts.identity import Actor, ActorKind, system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from shared.contracts.values import Code, EntityId, Frozen, Instant

ME = system("integrations")
MAX_TEXT = 4000


class Progress(enum.StrEnum):
    """How far our own work on an outgoing message is."""

    PENDING = "pending"
    SENDING = "sending"
    SETTLED = "settled"


class Draft(Frozen):
    """A text for a guest, kept here until a record asks for it by id and digest."""

    id: EntityId
    chain: str
    property_id: str
    guest_id: EntityId | None
    stay_id: EntityId | None
    text: str
    salt: str
    at: Instant

    @property
    def reference(self) -> TextRef:
        """What may travel."""
        return TextRef(ref=self.id, digest=digest(self.salt, self.text))


class GuestMessage(Frozen):
    """A message as our store keeps it. `text` stays here; the event carries `message` only."""

    chain: str
    message: Message
    send: bool = False
    template: Code | None = None
    draft: TextRef | None = None
    text: str | None = None
    flagged: bool = False
    progress: Progress = Progress.SETTLED
    correlation: str
    causation: str | None = None


def digest(salt: str, text: str) -> str:
    """The salted digest of a text (SHA-256, hex)."""
    return hashlib.sha256(f"{salt}\x1f{text}".encode()).hexdigest()


def moved(
    row: GuestMessage, state: MessageState, now: dt.datetime, text: str | None = None, failure: str | None = None
) -> GuestMessage:
    """The row in its next published state; the first one it ever publishes is version 1."""
    version = row.message.version + 1 if row.progress is Progress.SETTLED else 1
    message = row.message.model_copy(update={"state": state, "at": now, "version": version, "failure": failure})
    done = {"message": message, "progress": Progress.SETTLED, "text": text if text is not None else row.text}
    return row.model_copy(update=done)


def told(row: GuestMessage) -> NewEvent:
    """The event of a message's state: ids, channel, codes; never its text."""
    one = row.message
    guest = Actor(kind=ActorKind.GUEST, id=one.guest_id) if one.guest_id else None
    return NewEvent(
        type=f"message.{one.state.value}.v1",
        chain=row.chain,
        property_id=one.property_id,
        subject=one.id,
        sequence=one.version,
        time=one.at,
        body=MessageEvent(actor=guest if guest and one.direction is Direction.INBOUND else ME, message=one),
    )
