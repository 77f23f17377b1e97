"""Records and rules as every other service sees them, and their events on `records.v1`."""

import enum
from typing import Any

from pydantic import Field

from shared.contracts.envelope import EventBody, TextRef
from shared.contracts.identity import Actor, Department, Role
from shared.contracts.offers import Sale
from shared.contracts.values import Code, EntityId, Instant, Money, Version, Wire
from shared.contracts.writebacks import PmsChange


class Workflow(enum.StrEnum):
    """The workflows that come with Bellboard. A record may belong to any other: `workflow` is an open code."""

    GUEST_EXPERIENCE = "guest_experience"
    UPSELL = "upsell"


class Status(enum.StrEnum):
    """The five statuses (C3)."""

    NEW = "new"
    PENDING = "pending"
    APPROVED = "approved"
    BLOCKED = "blocked"
    COMPLETE = "complete"


class Outcome(enum.StrEnum):
    """How a closed record ended."""

    FULFILLED = "fulfilled"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TriggerKind(enum.StrEnum):
    """What opened a record (M1)."""

    BOOKING = "booking"
    GUEST_REQUEST = "guest_request"
    STAFF_TASK = "staff_task"
    FINANCE_ACTION = "finance_action"


class LineKind(enum.StrEnum):
    """Kinds of money line."""

    CHARGE = "charge"
    REFUND = "refund"
    DEPOSIT = "deposit"
    COST = "cost"


class Trigger(Wire):
    """The source of a record: its event id is kept and `key` is unique for ever, so a duplicate opens nothing."""

    kind: TriggerKind
    key: EntityId
    source_event: EntityId | None = None


class CheckedValue(Wire):
    """A value confirmed against the hotel's rules (C2, M2)."""

    field: str
    value: Any
    rule: Code
    rules_version: Version
    chain_rules_version: Version = 1
    checker: Actor
    on_behalf_of: EntityId | None = Field(default=None, description="Who switched on the policy that checked it")
    at: Instant


class EscalationStep(Wire):
    """Who is told when, counted from the breach of a deadline."""

    after_s: int = Field(strict=True, ge=0)
    role: Role
    department: Department | None = None


class Sla(Wire):
    """The clock a record runs on, snapshotted when it opens: a later policy edit never changes it."""

    accept_s: int = Field(strict=True, gt=0)
    complete_s: int = Field(strict=True, gt=0)
    warn_s: int = Field(strict=True, ge=0, description="How long before the deadline it is at risk")
    steps: tuple[EscalationStep, ...]


class NextAction(Wire):
    """What has to happen next and who has it (S3)."""

    code: Code
    staff_id: EntityId | None = None
    role: Role | None = None
    department: Department | None = None


class Review(Wire):
    """An exception or proposal that waits for another person's decision."""

    id: EntityId
    what: Code
    requested_by: EntityId
    reviewer_role: Role
    since: Instant


class Awaited(enum.StrEnum):
    """Whom blocked work may wait for."""

    GUEST = "guest"
    DEPARTMENT = "department"
    PERSON = "person"
    PMS = "pms"
    SUPPLIER = "supplier"
    OTHER = "other"


class Wait(Wire):
    """Whom blocked work waits for, and until when at the latest (C3)."""

    party: Awaited
    department: Department | None = None
    staff_id: EntityId | None = None
    until: Instant | None = None


class MoneyLine(Wire):
    """One charge, refund, deposit or cost of a record."""

    id: EntityId
    kind: LineKind
    amount: Money
    state: Code = "requested"
    approved_by: EntityId | None = None
    adjusts: EntityId | None = Field(default=None, description="The line that this one takes back")
    payment: EntityId | None = Field(default=None, description="The hold at the payment provider that a deposit takes")


class OpenQuestion(Wire):
    """A question on a record that has no answer yet: whose it is and by when, never its words."""

    id: EntityId
    asked_by: EntityId
    asked_at: Instant
    answer_by: Instant
    to_department: Department | None = None
    to_staff: EntityId | None = None


class RecordSnapshot(Wire):
    """A record after a change, without what only grows (notes, history, messages: counts instead)."""

    id: EntityId
    chain: str
    property_id: str
    zone: str
    version: Version
    workflow: Code
    kind: Code
    slot: str
    department: Department
    status: Status
    blocked_from: Status | None = None
    outcome: Outcome | None = None
    owner: EntityId
    owner_rule: str
    accepted: bool
    handoffs: int = 0
    stay_id: EntityId | None = None
    guest_id: EntityId | None = None
    room: str | None = None
    topic: Code | None = Field(default=None, description="What it is about, where that is a choice of its kind")
    trigger: Trigger
    fields: dict[str, Any] = Field(default_factory=dict, description="Ordinary values; private ones are TextRefs")
    checked: CheckedValue | None = None
    approved_by: EntityId | None = None
    reviews: tuple[Review, ...] = ()
    money: tuple[MoneyLine, ...] = ()
    next_action: NextAction
    missing_fields: tuple[str, ...] = ()
    sla: Sla
    opened_at: Instant
    accept_by: Instant
    due_at: Instant
    paused_at: Instant | None = None
    paused_s: int = 0
    closed_at: Instant | None = None
    close_count: int = 0
    blocked_reason: Code | None = None
    waits_for: Wait | None = None
    reopened: int = 0
    writebacks: tuple[PmsChange, ...] = ()
    links: tuple[EntityId, ...] = Field(default=(), description="Other records this one is about")
    guest_must_know: bool = False
    guest_informed: bool = False
    exceptions: int = 0
    exception_cause: Code | None = None
    corrections: int = 0
    notes: int = 0
    questions: int = 0
    open_questions: tuple[OpenQuestion, ...] = ()
    rules_version: Version = 1
    chain_rules_version: Version = 1
    parent: EntityId | None = None
    sale: Sale | None = None
    watchers: tuple[EntityId, ...] = Field(default=(), description="Staff who want to hear of every change")
    subtasks: int = 0
    items_open: int = Field(default=0, description="Compulsory checklist items that are not done")
    attachments: int = 0
    repeats: int = Field(default=0, description="How often the same was asked again")
    merged_into: EntityId | None = None
    entered_late_at: Instant | None = Field(
        default=None, description="When it was entered, where that was after `opened_at`, from paper"
    )


class RecordEvent(EventBody):
    """Any event of a record: the state after it, what changed, who did it and why."""

    record: RecordSnapshot
    previous_status: Status | None = None
    department_before: Department | None = None
    note: TextRef | None = None


class MessageCommand(Wire):
    """What integrations must send or store for a guest: ids and digest, never the text."""

    id: EntityId
    guest_id: EntityId | None = None
    stay_id: EntityId | None = None
    send: bool
    topic_code: Code
    template: Code | None = None
    text: TextRef | None = None
    urgent: Code | None = Field(default=None, description="Why it may disturb in the guest's quiet hours")


class RecordMessageRequested(RecordEvent):
    """A guest message is to be sent or only stored (L4)."""

    message: MessageCommand


class RecordPostingRequested(RecordEvent):
    """A money line is to be posted to the folio, once (L3)."""

    line: MoneyLine


class RecordWritebackRequested(RecordEvent):
    """An approved change of a PMS value is to be written back, once (K3)."""

    writeback: PmsChange


class Attachment(Wire):
    """A photo or PDF on a record. Its bytes, and the salt of the digest, stay in the records service."""

    id: EntityId
    type: str
    size: int
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class RecordAttached(RecordEvent):
    """A photo or PDF was put on a record, or taken off it."""

    attachment: Attachment


class Offer(Wire):
    """An upsell offer made for a stay."""

    id: EntityId
    record_id: EntityId
    stay_id: EntityId
    code: Code
    price: Money
    state: Code
    expires_at: Instant
    version: Version


class OfferEvent(EventBody):
    """Any event of an offer."""

    offer: Offer


class RulesVersion(Wire):
    """One version of a hotel's own rules, as its records pin it; of the chain's, where `property_id` is `*`."""

    property_id: str
    version: Version
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    base: Version = Field(default=1, description="The version it was made on")
    effective_from: Instant | None = Field(default=None, description="When it comes, or came, into force")


class RulesEvent(EventBody):
    """A version of a hotel's own rules was proposed, decided, withdrawn, or came into force (`published`)."""

    rules: RulesVersion


RULES_VERBS = ("proposed", "approved", "rejected", "withdrawn", "published")


RECORD_VERBS = (
    "opened",
    "accepted",
    "value_checked",
    "approved",
    "blocked",
    "unblocked",
    "resumed",
    "edited",
    "noted",
    "handed_off",
    "declined",
    "reassigned",
    "exception_raised",
    "exception_reviewed",
    "exception_corrected",
    "change_proposed",
    "proposal_decided",
    "proposal_expired",
    "writeback_settled",
    "wait_ended",
    "line_added",
    "line_settled",
    "message_settled",
    "stay_updated",
    "completed",
    "reopened",
    "question_asked",
    "question_answered",
    "repriced",
    "sale_cancelled",
    "bid_placed",
    "sale_granted",
    "question_overdue",
    "watched",
    "unwatched",
    "item_added",
    "item_ticked",
    "item_unticked",
    "subtask_opened",
    "stay_linked",
    "merged",
    "unmerged",
    "repeated",
    "erased",
)
