"""A record as its own service keeps it: what everybody sees, and the details only it needs."""

import datetime as dt
from typing import Any

from pydantic import ConfigDict, Field

from services.records.domain.incentives import Earning
from services.records.domain.ownership import OwnerBecause
from services.records.domain.parts import AttachedFile, Child, ListItem, Repeat
from shared.contracts.envelope import TextRef
from shared.contracts.identity import Department, Role
from shared.contracts.records import MoneyLine, RecordSnapshot
from shared.contracts.values import Code, EntityId, Frozen, Instant
from shared.contracts.writebacks import PmsChange


class Correction(Frozen):
    """What somebody added to a note that was wrong: the note itself is never edited."""

    id: EntityId
    text: TextRef
    by: EntityId
    at: Instant


class ExceptionNote(Frozen):
    """Three compulsory parts: what is unusual, the guest impact, the manager's comment (C4). Never edited."""

    id: EntityId
    cause: Code
    unusual: TextRef
    guest_impact: TextRef
    raised_by: EntityId
    raised_at: Instant
    raiser_comment: TextRef | None = None
    comment: TextRef | None = None
    decision: Code | None = None
    reviewed_by: EntityId | None = None
    reviewed_at: Instant | None = None
    reviewed_for: EntityId | None = None
    repeat_key: str | None = None
    corrections: tuple[Correction, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether a manager still has to review it."""
        return self.decision is None


class Proposal(Frozen):
    """A change that waits for another person (M4, K3). `digest` binds what is approved to what was asked."""

    id: EntityId
    what: Code
    before: dict[str, Any]
    after: dict[str, Any]
    line: MoneyLine | None = None
    writeback: PmsChange | None = None
    reviewer_role: Role
    requested_by: EntityId
    requested_at: Instant
    reason_code: Code | None = None
    reason: TextRef | None = None
    rules_version: int
    digest: str
    state: Code = "pending"
    decided_by: EntityId | None = None
    decided_at: Instant | None = None
    decided_for: EntityId | None = None
    approve_by: Instant | None = None

    @property
    def pending(self) -> bool:
        """Whether it still waits."""
        return self.state == "pending"

    @property
    def stands(self) -> bool:
        """Whether what it asks for may still come about, or has."""
        return self.state in ("pending", "approved")


class Stake(Frozen):
    """Money that a person asked for on a record: a line or a change, by the id of its line, edit or proposal."""

    id: EntityId
    by: EntityId
    at: Instant
    amount: int


class GuestMessage(Frozen):
    """One message to the guest that this record asked for."""

    id: EntityId
    send: bool
    topic_code: Code
    state: Code = "requested"


class Question(Frozen):
    """A question to a person or department, asked on the record with an answer deadline (K1)."""

    id: EntityId
    text: TextRef
    asked_by: EntityId
    asked_at: Instant
    answer_by: Instant
    to_department: Department | None = None
    to_staff: EntityId | None = None
    answer: TextRef | None = None
    answered_by: EntityId | None = None
    answered_at: Instant | None = None
    overdue_at: Instant | None = None


class RecordState(RecordSnapshot):
    """The whole record. `public` is the part that travels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str = "en"
    expires_at: Instant | None = None
    idle_handoffs: int = Field(default=0, description="Hand-offs since the work last moved on")
    owner_because: OwnerBecause | None = Field(default=None, description="None: a person decided")
    declined_by: tuple[EntityId, ...] = ()
    exception_notes: tuple[ExceptionNote, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    guest_messages: tuple[GuestMessage, ...] = ()
    asked: tuple[Question, ...] = ()
    stakes: tuple[Stake, ...] = ()
    expire_after_s: int | None = None
    changed_at: Instant | None = None
    words: tuple[str, ...] = Field(default=(), description="By which it is found")
    checklist: tuple[ListItem, ...] = ()
    children: tuple[Child, ...] = ()
    files: tuple[AttachedFile, ...] = ()
    merged: tuple[EntityId, ...] = Field(default=(), description="Duplicates that were merged into this one")
    repeated: tuple[Repeat, ...] = ()
    earning: Earning | None = Field(default=None, description="What its sale earns its agent")

    @property
    def public(self) -> RecordSnapshot:
        """The snapshot that events carry."""
        return RecordSnapshot.model_construct(**{name: getattr(self, name) for name in RecordSnapshot.model_fields})

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it expires: at the kind's moment, or as long past its deadline as the hotel said; not while paused."""
        if self.sale is not None and self.sale.state == "waiting":
            return None  # it ends when its hour comes
        stale = None
        if self.expire_after_s is not None and self.paused_at is None:
            stale = self.due_at + dt.timedelta(seconds=self.expire_after_s)
        return min((moment for moment in (self.expires_at, stale) if moment is not None), default=None)

    def proposal(self, proposal_id: str) -> Proposal | None:
        """A proposal by its id."""
        return next((each for each in self.proposals if each.id == proposal_id), None)

    def exception(self, exception_id: str) -> ExceptionNote | None:
        """An exception note by its id."""
        return next((each for each in self.exception_notes if each.id == exception_id), None)
