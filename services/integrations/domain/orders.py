"""What a PMS is asked to do, with all that an adapter needs to ask it; pure."""

import enum

from shared.contracts.identity import Department
from shared.contracts.values import Code, EntityId, Frozen, Instant
from shared.contracts.writebacks import Writeback


class Ability(enum.StrEnum):
    """What a PMS can do for us; an adapter declares it, and the contract suite holds it to that."""

    CHARGE = "charge"
    REVERSAL = "reversal"
    DEPOSIT = "deposit"
    RATE = "rate"
    ROOM = "room"
    GUEST = "guest"
    NOTE = "note"
    TASK = "task"
    TASK_CLOSE = "task_close"
    FETCH = "fetch"
    """Its reservations and folios can be asked for: what it tells is a hint. Else it pushes whole reservations."""
    COMMENTS = "comments"
    """The words of its comments are read."""
    LINK = "link"
    """Its own page of a reservation has an address."""


ASKED = frozenset({Ability.FETCH, Ability.COMMENTS, Ability.LINK})
"""What every vendor does that can be asked."""


class NewProfile(Frozen):
    """How a guest's profile is to be; what is absent stays as it is."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None


class ChangeOrder(Frozen):
    """An approved change of a value that the PMS holds; `guest` only where it is the profile that changes."""

    writeback: Writeback
    reservation: EntityId
    guest: NewProfile | None = None

    @property
    def key(self) -> str:
        """Ours for ever."""
        return self.writeback.change.id


class NoteOrder(Frozen):
    """Words for the reservation in the PMS. `key` stands in them, so that they are found again."""

    key: EntityId
    reservation: EntityId
    text: str


class TaskAct(enum.StrEnum):
    """What becomes of a task in the PMS."""

    OPEN = "open"
    CLOSE = "close"


class TaskOrder(Frozen):
    """Work on a record, shown in the PMS as a task: codes and a link, no words of guests or staff."""

    key: EntityId
    record_id: EntityId
    act: TaskAct
    title: str
    kind: Code
    department: Department
    due_at: Instant
    reservation: EntityId | None = None
    room: str | None = None
    number: str | None = None
    theirs: EntityId | None = None
    """Our id of the task, where the PMS itself opened it."""


class TaskState(Frozen):
    """A task as the PMS has it; `key` is ours where we opened it."""

    number: EntityId
    closed: bool
    key: str | None = None
    reservation: str | None = None
    department: Department | None = None
    due_at: Instant | None = None
