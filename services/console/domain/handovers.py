"""A handover as one shift leaves it to the next."""

import datetime as dt

from services.console.domain.words import plain
from shared.contracts.handovers import HandoverCounts, HandoverState
from shared.contracts.identity import Department
from shared.contracts.records import NextAction, Outcome, Review, Status
from shared.contracts.values import Instant, Wire


class Signature(Wire):
    """Who took it over, and when."""

    by: str
    at: Instant


class Question(Wire):
    """A question that waits; its words are on the record."""

    id: str
    asked_by: str
    to_department: Department | None = None
    to_staff: str | None = None
    answer_by: Instant


class Item(Wire):
    """One open record as it was left. `theirs`: another department's, with a question to this one."""

    record_id: str
    kind: str
    topic: str | None = None
    room: str | None = None
    department: Department
    owner: str
    accepted: bool = False
    status: Status
    next_action: NextAction
    due_at: Instant
    risk: str = "on_track"
    blocked_reason: str | None = None
    reviews: tuple[Review, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: int = 0
    changes: tuple[str, ...] = ()
    theirs: bool = False


class Gone(Wire):
    """A record that is not the department's open work any more."""

    record_id: str
    kind: str
    topic: str | None = None
    room: str | None = None
    owner: str
    department: Department
    status: Status
    outcome: Outcome | None = None


class Handover(Wire):
    """The head of a handover, and on its own page its items."""

    id: str
    property_id: str
    department: Department
    business_day: dt.date
    shift: str
    open_records: int = 0
    zone: str = "UTC"
    at: Instant
    since: Instant | None = None
    acknowledge_by: Instant | None = None
    incoming: tuple[str, ...] = ()
    counts: HandoverCounts | None = None
    state: HandoverState
    overdue: bool = False
    acknowledgements: tuple[Signature, ...] = ()
    version: int
    items: tuple[Item, ...] = ()
    gone: tuple[Gone, ...] = ()
    hidden: int = 0
    reason_code: str | None = None
    may_acknowledge: bool = False
    next: int | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it over yet."""
        return self.state is HandoverState.PREPARED

    @property
    def shift_words(self) -> str:
        """The shift as people call it: the time it begins, or that somebody asked for it."""
        name = self.shift.removeprefix("from_")
        return f"{name[:2]}:{name[2:]}" if name.isdigit() and len(name) == 4 else plain(self.shift)
