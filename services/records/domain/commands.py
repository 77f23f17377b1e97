"""What a record can be asked to do: one frozen command each. Ids and texts are made by whoever asks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.records.domain.occurrences import Opening
from services.records.domain.texts import NO_REASON, PrivateText, Reason
from shared.contracts.envelope import TextRef
from shared.contracts.identity import Actor, Department, Role
from shared.contracts.records import LineKind, Outcome
from shared.contracts.values import Money


@dataclass(frozen=True)
class Doer:
    """Who acts, and as what."""

    actor: Actor
    roles: frozenset[Role] = frozenset()

    @property
    def id(self) -> str:
        """The person's or machine's id."""
        return self.actor.id

    @property
    def bound(self) -> bool:
        """Whether the hotel's limits and conditions refuse what they do at once.

        Callers, who bear roles, are told and may mend it. What a topic reports has happened: it is kept, and its record
        cannot be confirmed or approved before it is put right.
        """
        return bool(self.roles)


@dataclass(frozen=True)
class Ownership:
    """An owner and the code of the rule that chose it."""

    owner: str
    rule: str


@dataclass(frozen=True)
class OpenRecord:
    """Open a record from what triggered it, with the owner the rule chose."""

    record_id: str
    opening: Opening
    chain: str
    zone: str
    ownership: Ownership


@dataclass(frozen=True)
class AcceptRecord:
    """Take the work on; whoever accepts owns it."""


@dataclass(frozen=True)
class CheckValue:
    """Confirm the checked field against the hotel's rules, giving it a value if it has none."""

    value: Any = None


@dataclass(frozen=True)
class ApproveRecord:
    """Let the promised work go ahead."""

    reason: Reason = NO_REASON


@dataclass(frozen=True)
class BlockRecord:
    """Stop the clock: the work waits for something outside."""

    reason: Reason


@dataclass(frozen=True)
class UnblockRecord:
    """Start the clock again, in the status before the block."""


@dataclass(frozen=True)
class ResumeRecord:
    """Take approved work back to pending."""

    reason: Reason


@dataclass(frozen=True)
class EditFields:
    """Change fields; a sensitive one, or the confirmed value, makes the whole edit a proposal (K3)."""

    edit_id: str
    values: Mapping[str, Any]
    reason: Reason = NO_REASON


@dataclass(frozen=True)
class ProposeChange:
    """Ask another person to approve a change of fields."""

    proposal_id: str
    values: Mapping[str, Any]
    reason: Reason


@dataclass(frozen=True)
class DecideProposal:
    """Approve or reject a proposal; `digest`, if given, must be that of what was shown."""

    proposal_id: str
    approve: bool
    reason: Reason
    digest: str | None = None


@dataclass(frozen=True)
class AddNote:
    """Write a note that every department reads."""

    text: PrivateText


@dataclass(frozen=True)
class HandOff:
    """Give the work to a department or a person; `supervisor` takes it when hand-offs lead nowhere."""

    department: Department
    ownership: Ownership
    supervisor: Ownership
    reason: Reason = NO_REASON


@dataclass(frozen=True)
class RaiseException:
    """Note something unusual; a manager who raises it comments too, and another reviews."""

    exception_id: str
    cause: str
    unusual: PrivateText | None
    guest_impact: PrivateText | None
    comment: PrivateText | None = None


@dataclass(frozen=True)
class ReviewException:
    """The reviewing manager's decision and comment."""

    exception_id: str
    accept: bool
    comment: PrivateText | None


@dataclass(frozen=True)
class AddLine:
    """Add a charge, refund, deposit or cost."""

    line_id: str
    kind: LineKind
    amount: Money
    reason: Reason


@dataclass(frozen=True)
class SettleLine:
    """What became of a line's posting."""

    line_id: str
    state: str


@dataclass(frozen=True)
class RequestMessage:
    """Have a message sent to the guest, or only stored (L4): a template, or a draft integrations holds."""

    message_id: str
    send: bool
    topic_code: str
    template: str | None = None
    draft: TextRef | None = None


@dataclass(frozen=True)
class SettleMessage:
    """What became of a guest message."""

    message_id: str
    state: str


@dataclass(frozen=True)
class UpdateStay:
    """The stay moved: its room, guest, or the deadlines that hang on it."""

    room: str | None
    guest_id: str | None
    due_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass(frozen=True)
class AskQuestion:
    """Ask a department or a person, with a deadline for the answer (K1)."""

    question_id: str
    text: PrivateText
    answer_by: dt.datetime
    to_department: Department | None = None
    to_staff: str | None = None


@dataclass(frozen=True)
class AnswerQuestion:
    """Answer a question on the record."""

    question_id: str
    text: PrivateText


@dataclass(frozen=True)
class CompleteRecord:
    """Close the record with its outcome; everything but fulfilment needs a reason."""

    outcome: Outcome
    reason: Reason = NO_REASON
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExpireRecord:
    """Close what nobody closed before its moment passed."""


@dataclass(frozen=True)
class ReopenRecord:
    """Open a closed record again."""

    reason: Reason


Command = (
    AcceptRecord
    | CheckValue
    | ApproveRecord
    | BlockRecord
    | UnblockRecord
    | ResumeRecord
    | EditFields
    | ProposeChange
    | DecideProposal
    | AddNote
    | HandOff
    | RaiseException
    | ReviewException
    | AddLine
    | SettleLine
    | RequestMessage
    | SettleMessage
    | UpdateStay
    | AskQuestion
    | AnswerQuestion
    | CompleteRecord
    | ExpireRecord
    | ReopenRecord
)
