"""One fact per record: its life so far, with what money, offers and alerts belong to it.

Each part comes from aggregates of one kind only and is kept by their ids, so the order in which topics are read among
each other changes nothing.
"""

import datetime as dt

from pydantic import Field

from shared.contracts.alerts import AlertState, Severity
from shared.contracts.identity import Department
from shared.contracts.money import PostingState
from shared.contracts.records import LineKind, Outcome, Status
from shared.contracts.values import Code, EntityId, Frozen, Instant, Money


class Stretch(Frozen):
    """A time in which department, owner, status and pause stayed the same; `end=None` is now."""

    department: Department
    owner: EntityId
    status: Status
    paused: bool
    start: Instant
    end: Instant | None = None


class Close(Frozen):
    """One close of a record: the first runs from the trigger, a later one from its reopening."""

    number: int
    began_at: Instant
    closed_at: Instant
    due_at: Instant
    outcome: Outcome
    owner: EntityId = "nobody"
    department: Department | None = None
    reason: Code | None = None
    repeats: int = 0


class Confirmed(Frozen):
    """A value was confirmed against a rule, or one that was confirmed before was set right (`correction`)."""

    at: Instant
    rule: Code
    department: Department
    correction: bool = False


class Asked(Frozen):
    """A question to a person or department on the record; `answered_at` is when it left the open ones."""

    id: EntityId
    asked_at: Instant
    answer_by: Instant
    answered_at: Instant | None = None


class SaleSeen(Frozen):
    """What the record sells, as it stands, and when it was first offered and first sold."""

    code: Code
    campaign: EntityId | None = None
    arm: Code | None = None
    segment: Code | None = None
    way: Code = "fixed"
    state: Code
    price: Money
    at: Instant
    sold_at: Instant | None = None


class ExceptionRaised(Frozen):
    """An exception noted on the record."""

    at: Instant
    department: Department
    cause: Code


class Line(Frozen):
    """A money line as the record asks for it."""

    id: EntityId
    kind: LineKind
    amount: Money
    state: Code
    at: Instant
    adjusts: EntityId | None = None


class Life(Frozen):
    """What the record's own events say."""

    version: int
    workflow: Code
    kind: Code
    slot: str
    department: Department
    owner: EntityId
    status: Status
    outcome: Outcome | None = None
    stay_id: EntityId | None = None
    room: str | None = None
    opened_at: Instant
    accept_by: Instant
    due_at: Instant
    warn_at: Instant
    accepted_at: Instant | None = None
    paused_at: Instant | None = None
    closed_at: Instant | None = None
    stretches: tuple[Stretch, ...] = ()
    closes: tuple[Close, ...] = ()
    exceptions: tuple[ExceptionRaised, ...] = ()
    lines: tuple[Line, ...] = ()
    handoffs: int = 0
    corrections: int = 0
    score: int | None = None
    asked_for: bool = Field(default=False, description="Whether a guest's own request opened it")
    cause: Code | None = Field(default=None, description="What it is about, where its kind says so by a code")
    confirmed: tuple[Confirmed, ...] = ()
    questions: tuple[Asked, ...] = ()
    repeats: tuple[Instant, ...] = Field(default=(), description="When the guest asked the same again")
    sale: SaleSeen | None = None
    promised: str | None = Field(default=None, description="The confirmed value as text, where it is an ordinary one")
    promised_field: str | None = None
    traces: tuple[str, ...] = Field(default=(), description="W3C traceparents of its commands, the last of them")

    @property
    def is_open(self) -> bool:
        """Whether work is left."""
        return self.status is not Status.COMPLETE


class PostingSeen(Frozen):
    """What became of one money line outside."""

    id: EntityId
    version: int
    line_id: EntityId
    kind: LineKind
    amount: Money
    state: PostingState
    at: Instant


class AlertSeen(Frozen):
    """One alert on the record; `acknowledged_at` is the first time somebody took it."""

    id: EntityId
    version: int
    rule: Code
    severity: Severity
    state: AlertState
    opened_at: Instant
    due_at: Instant | None = None
    acknowledged_at: Instant | None = None
    closed_at: Instant | None = None


class OfferSeen(Frozen):
    """One upsell offer of the record."""

    id: EntityId
    version: int
    code: Code
    price: Money
    state: Code
    made_at: Instant
    at: Instant


class Fact(Frozen):
    """All that reporting knows of one record. `life=None`: others spoke of it before its own first event came."""

    id: EntityId
    chain: str
    property_id: str
    zone: str = "UTC"
    life: Life | None = None
    postings: tuple[PostingSeen, ...] = ()
    alerts: tuple[AlertSeen, ...] = ()
    offers: tuple[OfferSeen, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the other aggregates that this fact holds."""
        postings, alerts, offers = self.postings, self.alerts, self.offers
        return (*(one.id for one in postings), *(one.id for one in alerts), *(one.id for one in offers))


def whole_ms(moment: dt.datetime) -> dt.datetime:
    """A moment cut to milliseconds, as the store keeps it, so that a fact read back equals itself."""
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment
