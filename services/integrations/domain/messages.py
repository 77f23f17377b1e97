"""Guest messages: what is asked for, what was said, and how far it got; at most once to a guest."""

import datetime as dt
import enum
import hashlib
from dataclasses import dataclass

from pydantic import Field

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
    UNKNOWN = "unknown"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Handed:
    """What a provider says of one try: how far it is, its own id of it, and why it failed."""

    state: MessageState
    reference: str | None = None
    failure: str | None = None


class Try(Frozen):
    """One way out that was tried. `reference` is the provider's own id; `failure` says why it is out of question."""

    channel: Code
    state: MessageState
    reference: str | None = None
    failure: Code | None = None
    at: Instant


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
    urgent: Code | None = Field(default=None, description="Why it may disturb in quiet hours")
    way: Code | None = Field(default=None, description="The channel it leaves by; written down before it does")
    next_ways: tuple[Code, ...] = Field(default=(), description="What is left when that fails")
    watch_s: int = Field(default=0, ge=0, description="How long it may take to arrive before the next way is tried")
    tries: tuple[Try, ...] = ()
    round: int = Field(default=0, description="Tries before this one count no more: a person had it tried again")
    said: int = Field(default=0, description="How many states were told")
    language: str | None = Field(default=None, description="That of the words that were sent")
    sender: str | None = Field(default=None, description="The address of somebody we do not know; erased with text")
    auto: Code | None = Field(default=None, description="Written by a machine: it asks nothing and is not answered")
    media: int = Field(default=0, ge=0, description="Files that came along and were not kept")
    settled_by: EntityId | None = Field(default=None, description="Who said that it needs no record, or which")
    settled_reason: Code | None = None
    written_by: EntityId | None = Field(default=None, description="Who of the staff wrote it by hand")
    waits_until: Instant | None = Field(default=None, exclude=True, description="When it is tried next")
    waits_for: Code | None = Field(default=None, exclude=True, description="Why it was put off")
    dead: bool = Field(default=False, exclude=True, description="Whether a person has to look")
    steps: tuple[Message, ...] = Field(default=(), exclude=True, description="States since it was read, to be told")

    @property
    def counted(self) -> tuple[Try, ...]:
        """The tries of this round."""
        return self.tries[self.round :]


def digest(salt: str, text: str) -> str:
    """The salted digest of a text (SHA-256, hex)."""
    return hashlib.sha256(f"{salt}\x1f{text}".encode()).hexdigest()


def moved(
    row: GuestMessage, state: MessageState, now: dt.datetime, text: str | None = None, failure: str | None = None
) -> GuestMessage:
    """The row in its next published state; the first one it ever publishes is version 1."""
    before = row.said or (row.message.version if row.progress is Progress.SETTLED else 0)
    message = row.message.model_copy(update={"state": state, "at": now, "version": before + 1, "failure": failure})
    done = {"message": message, "progress": Progress.SETTLED, "text": text if text is not None else row.text}
    return row.model_copy(update=done | {"said": before + 1, "steps": (*row.steps, message)})


RANK = {
    state: place
    for place, states in enumerate(
        (
            (MessageState.QUEUED,),
            (MessageState.SENT,),
            (MessageState.FAILED,),
            (MessageState.DELIVERED,),
            (MessageState.READ,),
        )
    )
    for state in states
}
"""What a try can only get further in; news from a provider come doubled and in any order."""
ARRIVED = frozenset({MessageState.DELIVERED, MessageState.READ})


def tried(row: GuestMessage, channel: str, handed: Handed, now: dt.datetime) -> GuestMessage:
    """The row with what is known of one way out now: the latest try of that channel, or of that reference, moves on."""
    index = _index(row, channel, handed.reference)
    if index is None:
        new = Try(channel=channel, at=now, state=handed.state, reference=handed.reference, failure=handed.failure)
        return row.model_copy(update={"tries": (*row.tries, new)})
    held = row.tries[index]
    further = RANK[handed.state] > RANK[held.state]
    state, failure = (handed.state, handed.failure) if further else (held.state, held.failure)
    later = held.model_copy(
        update={"state": state, "failure": failure, "reference": held.reference or handed.reference}
    )
    return row.model_copy(update={"tries": (*row.tries[:index], later, *row.tries[index + 1 :])})


def _index(row: GuestMessage, channel: str, reference: str | None) -> int | None:
    for index in range(len(row.tries) - 1, row.round - 1, -1):
        one = row.tries[index]
        same = one.reference is None or reference is None or one.reference == reference
        if one.channel == channel and same:
            return index
    return None


def concluded(row: GuestMessage, now: dt.datetime, text: str | None = None) -> GuestMessage:
    """The row in the state its tries amount to, told where that is news; it waits again where a way is left."""
    tries = row.counted
    best = max((one.state for one in tries if one.failure is None), key=RANK.__getitem__, default=None)
    if best in ARRIVED or best is MessageState.SENT:
        known = row.message.state is best and row.progress is Progress.SETTLED
        came_late = row.message.state in ARRIVED and best is MessageState.SENT
        if known or came_late:
            return row.model_copy(update={"progress": Progress.SETTLED})
        by = next(one.channel for one in tries if one.state is best and one.failure is None)
        row = row.model_copy(update={"message": row.message.model_copy(update={"channel": by})})
        return moved(row, best, now, text)
    if best is MessageState.QUEUED:
        return row
    if row.next_ways:
        kept = {"progress": Progress.PENDING, "way": None, "text": text if text is not None else row.text}
        return row.model_copy(update=kept)
    failure = tries[-1].failure if tries else "not_delivered"
    if row.message.state is MessageState.FAILED and row.progress is Progress.SETTLED:
        return row
    return moved(row, MessageState.FAILED, now, text, failure=failure)


def again(row: GuestMessage) -> GuestMessage:
    """The row as it waits anew because a person had it tried again: every way counts again."""
    return row.model_copy(update={"progress": Progress.PENDING, "way": None, "round": len(row.tries)})


def linked(row: GuestMessage, record_id: str) -> GuestMessage:
    """The row on the record that it belongs to; one that is on a record stays there."""
    return row if row.message.record_id is not None else _noted(row, record_id=record_id)


def settled(row: GuestMessage, by: str, reason_code: str) -> GuestMessage:
    """The row of which a person says why it needs no record."""
    noted = _noted(row, settled=reason_code)
    return noted.model_copy(update={"settled_by": by, "settled_reason": reason_code})


def _noted(row: GuestMessage, **what: str) -> GuestMessage:
    """One version more of what a guest wrote; when they wrote it stays."""
    message = row.message.model_copy(update={**what, "version": row.message.version + 1})
    return row.model_copy(update={"message": message, "said": message.version})


CHOSEN = ("way", "next_ways", "watch_s", "text", "language")


def merged(stored: GuestMessage, after: GuestMessage, now: dt.datetime) -> GuestMessage:
    """What we know of our own work, with what was written down before it left and what the provider said meanwhile."""
    if after.way is None and stored.way is not None and after.progress is not Progress.PENDING:
        by = {"channel": stored.message.channel, "language": stored.message.language}
        after = after.model_copy(
            update={
                **{name: getattr(stored, name) for name in CHOSEN},
                "message": after.message.model_copy(update=by),
                "steps": tuple(one.model_copy(update=by) for one in after.steps),
            }
        )
    if after.progress is Progress.UNKNOWN and after.way:
        after = tried(after, after.way, Handed(MessageState.QUEUED), now)
    for one in stored.tries[after.round :]:
        ours = next((each for each in after.counted if each.channel == one.channel), None)
        if ours is None or RANK[one.state] > RANK[ours.state]:
            after = tried(after, one.channel, Handed(one.state, one.reference, one.failure), now)
            after = concluded(after, now) if one.state in ARRIVED else after
    return after


def overtaken(stored: GuestMessage, after: GuestMessage) -> GuestMessage | None:
    """The stored row, where the provider said that our try had failed before we could say that it was handed over.

    It waits for its next way by then, or somebody sends it by that: all that is new is the provider's id. Else None.
    """
    ours = after.counted[-1] if after.counted else None
    if ours is None or stored.way == ours.channel:
        return None
    known = next((one for one in stored.tries[after.round :] if one.channel == ours.channel), None)
    if known is None or RANK[known.state] <= RANK[ours.state]:
        return None
    return tried(stored, ours.channel, Handed(ours.state, ours.reference), ours.at)


def told(row: GuestMessage) -> NewEvent:
    """The event of a message's state: ids, channel, codes; never its text."""
    return told_of(row, row.message)


def told_later(row: GuestMessage, verb: str, now: dt.datetime, by: Actor) -> NewEvent:
    """The event of what became of a message after it had come."""
    body = MessageEvent(actor=by, reason_code=row.message.settled, message=row.message)
    return told(row).model_copy(update={"type": f"message.{verb}.v1", "time": now, "body": body})


def told_of(row: GuestMessage, one: Message) -> NewEvent:
    """The same of one of the states it went through."""
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
