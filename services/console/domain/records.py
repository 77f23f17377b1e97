"""A whole record as its page shows it, and the definition of its kind."""

import re
from typing import Any

from pydantic import Field

from services.console.domain.around import Child, Correction, OwnerReason, ShownFile, Tick, Writeback
from services.console.domain.cards import Card
from services.console.domain.tongue import _
from services.console.domain.tongue import money as said_money
from services.console.domain.words import plain
from shared.contracts.envelope import Change
from shared.contracts.identity import Actor
from shared.contracts.offers import Sale
from shared.contracts.records import CheckedValue, MoneyLine
from shared.contracts.values import Instant, Wire

_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


class FieldSpec(Wire):
    """One field of a kind: how it is asked for and what protects it."""

    name: str
    label: str = ""
    type: str = "text"
    needed_by: str | None = None
    choices: tuple[str, ...] = ()
    data_class: str = "ordinary"
    audited: bool = False
    sensitive: bool = False


class Kind(Wire):
    """One kind of record, as quick entry and the record page need it."""

    code: str
    title: str = ""
    workflow: str = ""
    department: str = ""
    checked_field: str = ""
    fields: tuple[FieldSpec, ...] = ()
    causes: tuple[str, ...] = ("other",)
    quick_entry: bool = True

    def spec(self, name: str) -> FieldSpec:
        """The definition of a field; one nobody defined is shown as text."""
        return next((spec for spec in self.fields if spec.name == name), FieldSpec(name=name))


class SensitiveField(Wire):
    """A field another person must approve: who may, and who of them is on duty."""

    field: str
    roles: tuple[str, ...] = ()
    on_duty: tuple[str, ...] = ()


class NoteText(Wire):
    """A note as the caller may read it; masked when `text` is None."""

    id: str = ""
    author: Actor | None = None
    at: Instant
    text: str | None = None


class ExceptionText(Wire):
    """An exception note with its three parts."""

    id: str
    cause: str = "other"
    unusual: str | None = None
    guest_impact: str | None = None
    raiser_comment: str | None = None
    comment: str | None = None
    raised_by: str = ""
    raised_at: Instant | None = None
    decision: str | None = None
    reviewed_by: str | None = None
    reviewed_at: Instant | None = None
    corrections: tuple[Correction, ...] = ()


class ProposalText(Wire):
    """A change that waits for, or got, another person's decision."""

    id: str
    what: str = "change"
    before: dict[str, Any] = Field(default_factory=dict)
    after: dict[str, Any] = Field(default_factory=dict)
    line: MoneyLine | None = None
    reviewer_role: str = ""
    requested_by: str = ""
    requested_at: Instant | None = None
    reason: str | None = None
    reason_code: str | None = None
    rules_version: int = 0
    digest: str | None = None
    state: str = "pending"
    decided_by: str | None = None
    decided_at: Instant | None = None
    approve_by: Instant | None = None

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields whose value would change."""
        return tuple(name for name in self.after if self.before.get(name) != self.after[name])


class QuestionText(Wire):
    """A question asked on the record, and its answer."""

    id: str
    text: str | None = None
    asked_by: str = ""
    asked_at: Instant | None = None
    answer_by: Instant | None = None
    to_department: str | None = None
    to_staff: str | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: Instant | None = None


class GuestMessage(Wire):
    """A message to the guest that this record asked for, and what became of it."""

    id: str
    send: bool
    topic_code: str = ""
    state: str = "requested"


class Record(Card):
    """A card with everything behind it."""

    zone: str = "UTC"
    entered_late_at: Instant | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    masked_fields: tuple[str, ...] = ()
    missing_fields: tuple[str, ...] = ()
    editable_fields: tuple[str, ...] = ()
    sensitive_fields: tuple[SensitiveField, ...] = ()
    allowed_actions: tuple[str, ...] | None = None
    checked_field: str = ""
    field_specs: tuple[FieldSpec, ...] = ()
    causes: tuple[str, ...] = ("other",)
    cause_due: str | None = None
    messages: tuple[GuestMessage, ...] = ()
    checked: CheckedValue | None = None
    exception_notes: tuple[ExceptionText, ...] = ()
    proposals: tuple[ProposalText, ...] = ()
    conversation: tuple[NoteText, ...] = ()
    questions: tuple[QuestionText, ...] = ()
    money: tuple[MoneyLine, ...] = ()
    guest_must_know: bool = False
    guest_informed: bool = False
    handoffs: int = 0
    rules_version: int = 1
    checklist: tuple[Tick, ...] = ()
    children: tuple[Child, ...] = ()
    files: tuple[ShownFile, ...] = ()
    writebacks: tuple[Writeback, ...] = ()
    watchers: tuple[str, ...] = ()
    owner_because: OwnerReason | None = None
    sale: Sale | None = None

    @property
    def own_kind(self) -> Kind:
        """The definition of its kind, as the record itself carries it."""
        return Kind(
            code=self.kind,
            title=self.kind_title,
            checked_field=self.checked_field,
            fields=self.field_specs,
            causes=self.causes,
        )

    @property
    def pending_proposals(self) -> tuple[ProposalText, ...]:
        """The changes that wait."""
        return tuple(each for each in self.proposals if each.state == "pending")

    @property
    def pending_exceptions(self) -> tuple[ExceptionText, ...]:
        """The exception notes that wait for a manager."""
        return tuple(each for each in self.exception_notes if each.decision is None)


class Happening(Wire):
    """One event of a record's history."""

    type: str
    at: Instant
    version: int = 0
    actor: Actor
    status: str | None = None
    previous_status: str | None = None
    department: str | None = None
    department_before: str | None = None
    owner: str | None = None
    changes: tuple[Change, ...] = ()
    reason: str | None = None
    reason_code: str | None = None
    note: str | None = None


def shown(value: Any) -> str:
    """A field's value as people read it: yes and no, money with its currency, codes as words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        money = set(value) >= {"amount", "currency"}
        return said_money(value["amount"], value["currency"]) if money else _("kept private")
    if isinstance(value, list | tuple):
        return ", ".join(shown(each) for each in value)
    text = "" if value is None else str(value)
    return (plain(text) if _CODE.fullmatch(text) else text) or "–"
