"""What callers are shown of records: typed, masked by their rights, texts put back where they may be read."""

from typing import Any

from services.records.domain.ownership import OwnerBecause
from services.records.usecases.shown_around import ShownChild, ShownFile, ShownItem
from shared.contracts.envelope import Change
from shared.contracts.identity import Actor, Department
from shared.contracts.offers import Sale
from shared.contracts.records import CheckedValue, MoneyLine, NextAction, Outcome, Review, Status, Trigger, Wait
from shared.contracts.values import Frozen, Instant
from shared.contracts.writebacks import PmsChange


class Card(Frozen):
    """One record in four lines, for boards and lists."""

    id: str
    version: int
    property_id: str
    kind: str
    kind_title: str
    workflow: str
    what: str
    room: str | None
    owner: str
    owner_rule: str
    department: Department
    status: Status
    outcome: Outcome | None
    accepted: bool
    opened_at: Instant
    accept_by: Instant
    due_at: Instant
    paused_at: Instant | None
    closed_at: Instant | None
    warn_s: int
    risk: str
    next_action: NextAction
    reviews: tuple[Review, ...]
    blocked_reason: str | None
    waits_for: Wait | None
    stay_id: str | None
    guest_id: str | None
    changed_at: Instant | None
    parent: str | None
    watchers: tuple[str, ...]
    subtasks: int
    items_open: int
    attachments: int
    repeats: int
    merged_into: str | None


class Cards(Frozen):
    """Cards, soonest due first. `next` is the cursor of the following page, if there is one."""

    cards: tuple[Card, ...]
    next: str | None = None


class ShownField(Frozen):
    """One field of a kind: how it is asked for and what protects it."""

    name: str
    label: str
    type: str
    needed_by: str | None = None
    required_when: dict[str, Any] | None = None
    sensitive_when: dict[str, Any] | None = None
    choices: tuple[str, ...] = ()
    data_class: str
    audited: bool
    sensitive: bool


class CheckedBy(Frozen):
    """What checked the value: the rule, and the versions of the property's and the chain's rules."""

    rule: str
    version: int
    chain_version: int


class ShownSensitive(Frozen):
    """A field another person must approve: the roles that may, and who of them is on duty."""

    field: str
    roles: tuple[str, ...]
    on_duty: tuple[str, ...]


class ShownNote(Frozen):
    """A note; `text` is absent where the caller may not read it or it was erased."""

    id: str
    author: Actor
    at: Instant
    text: str | None = None


class ShownCorrection(Frozen):
    """What somebody added to an exception note."""

    id: str
    by: str
    at: Instant
    text: str | None = None


class ShownException(Frozen):
    """An exception note with its parts."""

    id: str
    cause: str
    unusual: str | None = None
    guest_impact: str | None = None
    raiser_comment: str | None = None
    comment: str | None = None
    raised_by: str
    raised_at: Instant
    decision: str | None = None
    reviewed_by: str | None = None
    reviewed_at: Instant | None = None
    reviewed_for: str | None = None
    corrections: tuple[ShownCorrection, ...] = ()


class ShownProposal(Frozen):
    """A change that waits for, or got, another person's decision: old beside new."""

    id: str
    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    line: MoneyLine | None = None
    reviewer_role: str
    requested_by: str
    requested_at: Instant
    reason: str | None = None
    reason_code: str | None = None
    rules_version: int
    digest: str
    state: str
    decided_by: str | None = None
    decided_at: Instant | None = None
    decided_for: str | None = None
    approve_by: Instant | None = None


class ShownQuestion(Frozen):
    """A question asked on the record, and its answer."""

    id: str
    text: str | None = None
    asked_by: str
    asked_at: Instant
    answer_by: Instant
    to_department: Department | None = None
    to_staff: str | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: Instant | None = None
    overdue_at: Instant | None = None


class ShownMessage(Frozen):
    """A message to the guest that this record asked for, and what became of it."""

    id: str
    send: bool
    topic_code: str
    state: str


class ShownRecord(Card):
    """A whole record as one caller may see it, with the answers of S3."""

    zone: str
    slot: str
    trigger: Trigger
    checked_field: str
    field_specs: tuple[ShownField, ...]
    causes: tuple[str, ...]
    cause_due: str | None
    fields: dict[str, Any]
    masked_fields: tuple[str, ...]
    missing_fields: tuple[str, ...]
    editable_fields: tuple[str, ...]
    sensitive_fields: tuple[ShownSensitive, ...]
    allowed_actions: tuple[str, ...]
    checked: CheckedValue | None
    checked_by: CheckedBy | None
    approved_by: str | None
    exception_notes: tuple[ShownException, ...]
    proposals: tuple[ShownProposal, ...]
    conversation: tuple[ShownNote, ...]
    questions: tuple[ShownQuestion, ...]
    messages: tuple[ShownMessage, ...]
    money: tuple[MoneyLine, ...]
    guest_must_know: bool
    guest_informed: bool
    writebacks: tuple[PmsChange, ...]
    links: tuple[str, ...]
    reopened: int
    checklist: tuple[ShownItem, ...]
    children: tuple[ShownChild, ...]
    files: tuple[ShownFile, ...]
    merged: tuple[str, ...]
    handoffs: int
    owner_because: OwnerBecause | None
    declined_by: tuple[str, ...]
    corrections: int
    paused_s: int
    rules_version: int
    sale: Sale | None
    entered_late_at: Instant | None


class Happening(Frozen):
    """One line of a record's history: who did what, when, old and new, and why."""

    type: str
    at: Instant
    version: int
    actor: Actor
    status: Status
    previous_status: Status | None = None
    department: Department
    department_before: Department | None = None
    owner: str
    changes: tuple[Change, ...] = ()
    reason: str | None = None
    reason_code: str | None = None
    note: str | None = None


class History(Frozen):
    """A record's history, oldest first."""

    events: tuple[Happening, ...]


class Opened(ShownRecord):
    """A new record, and the ids of open ones that look like it: same kind, same room or stay, within two hours."""

    similar: tuple[str, ...] = ()


class Journey(Frozen):
    """The records of one stay, in the order they were opened. `next` goes into `after` for those that follow."""

    stay_id: str
    cards: tuple[Card, ...]
    next: str | None = None


class ShownKind(Frozen):
    """One kind of record, for forms."""

    code: str
    title: str
    workflow: str
    slot: str
    department: Department
    checked_field: str
    fields: tuple[ShownField, ...]
    causes: tuple[str, ...]
    guest_must_know: bool
    quick_entry: bool


class Kinds(Frozen):
    """All kinds of record."""

    kinds: tuple[ShownKind, ...]
