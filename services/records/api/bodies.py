"""What people send: each body knows the permission it needs and becomes one command."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from services.records.domain import commands as c
from services.records.domain.texts import MAX_TEXT, Reason
from services.records.usecases.commanding import Asked
from shared.contracts.envelope import TextRef
from shared.contracts.errors import invalid
from shared.contracts.identity import Department
from shared.contracts.records import LineKind, Outcome
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen, Money

Words = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Values = Annotated[dict[str, Any], Field(max_length=50)]
ANSWER_WITHIN = dt.timedelta(hours=2)


class Because(Frozen):
    """A reason by a code the hotel knows, with the person's words or without."""

    code: Code
    text: Words | None = None


class Why(Frozen):
    """A reason: the person's words alone, or a code with or without words."""

    reason: Because | Words | None = None

    @property
    def said(self) -> tuple[str | None, str | None]:
        """Its code and its words."""
        if isinstance(self.reason, Because):
            return self.reason.code, self.reason.text
        return None, self.reason

    def why(self, asked: Asked) -> Reason:
        """The reason, its words taken down."""
        return asked.pen.reason(*self.said)


class Accept(Frozen):
    """Take the work on."""

    action: ClassVar[str] = "accept"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AcceptRecord()


class CheckValue(Frozen):
    """Confirm the checked field; `value` if it has none yet (or under its name in `fields`)."""

    action: ClassVar[str] = "check_value"
    value: Any = None
    fields: Values = Field(default_factory=dict)

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        name = asked.kind.checked_field
        strangers = sorted(set(self.fields) - {name})
        if strangers:
            raise invalid(strangers[0][:64], "not_the_checked_field", f"Only {name} is confirmed here.")
        value = self.value if self.value is not None else self.fields.get(name)
        return c.CheckValue(asked.pen.values(asked.kind, {name: value})[name])


class Approve(Why):
    """Let the work go ahead."""

    action: ClassVar[str] = "approve"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.ApproveRecord(self.why(asked))


class Block(Why):
    """Stop the clock, with a reason."""

    action: ClassVar[str] = "block"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.BlockRecord(self.why(asked))


class Unblock(Frozen):
    """Start the clock again."""

    action: ClassVar[str] = "unblock"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.UnblockRecord()


class Resume(Why):
    """Take approved work back to pending, with a reason."""

    action: ClassVar[str] = "resume"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.ResumeRecord(self.why(asked))


class Edit(Why):
    """Change fields; what is protected becomes a proposal."""

    action: ClassVar[str] = "edit"
    fields: Values = Field(min_length=1)

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        values = asked.pen.values(asked.kind, self.fields)
        return c.EditFields(asked.new_id(), values, self.why(asked))


class Note(Frozen):
    """Write a note."""

    action: ClassVar[str] = "note"
    text: Words

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AddNote(asked.pen.said(self.text))


class HandOff(Why):
    """Give the work to a department, or to one person."""

    action: ClassVar[str] = "hand_off"
    department: Department | None = None
    staff_id: EntityId | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if self.department is None and self.staff_id is None:
            raise invalid("department", "one_addressee", "Say to which department or to whom.")
        department = self.department or asked.state.department
        owners = await asked.owners(department)
        owner = owners.owner
        if self.staff_id is not None:
            owner = c.Ownership(asked.colleague(self.staff_id).id, "handed_to")
        return c.HandOff(department, owner, owners.supervisor, self.why(asked))


class RaiseException(Frozen):
    """Note what is unusual and what it means for the guest; managers comment too."""

    action: ClassVar[str] = "raise_exception"
    cause: Code
    unusual: Words | None = None
    guest_impact: Words | None = None
    comment: Words | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        pen = asked.pen
        parts = (pen.text(self.unusual), pen.text(self.guest_impact), pen.text(self.comment))
        return c.RaiseException(asked.new_id(), self.cause, *parts)


class Review(Frozen):
    """The reviewing manager's decision and comment."""

    accept: bool
    comment: Words | None = None


class ReviewOf(Review):
    """A review of the exception named in the path."""

    action: ClassVar[str] = "review_exception"
    exception_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.ReviewException(self.exception_id, self.accept, asked.pen.text(self.comment))


class Ruling(Why):
    """Approve or reject; `digest` binds the decision to what was shown."""

    approve: bool
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class RulingOf(Ruling):
    """A decision on the proposal named in the path."""

    action: ClassVar[str] = "decide_proposal"
    proposal_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.DecideProposal(self.proposal_id, self.approve, self.why(asked), self.digest)


class Line(Why):
    """Add a money line, in minor units, with a reason."""

    action: ClassVar[str] = "add_line"
    kind: LineKind
    amount: Money

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AddLine(asked.new_id(), self.kind, self.amount, self.why(asked))


class Message(Frozen):
    """Send a message to the guest, or only store it: a template, or a draft that integrations hold."""

    action: ClassVar[str] = "request_message"
    send: bool
    topic_code: Code | None = None
    template: Code | None = None
    draft: TextRef | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        topic = self.topic_code or asked.kind.code
        template = self.template if self.template or self.draft else topic
        return c.RequestMessage(asked.new_id(), self.send, topic, template, self.draft)


class Complete(Why):
    """Close the record; what only its end knows may come along in `fields`."""

    action: ClassVar[str] = "complete"
    outcome: Outcome
    fields: Values = Field(default_factory=dict)

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if self.outcome is Outcome.EXPIRED:
            raise invalid("outcome", "by_the_clock", "Only the clock lets a record expire.")
        values: Mapping[str, Any] = asked.pen.values(asked.kind, self.fields)
        return c.CompleteRecord(self.outcome, self.why(asked), values)


class Reopen(Why):
    """Open a closed record again, with a reason."""

    action: ClassVar[str] = "reopen"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.ReopenRecord(self.why(asked))


class Ask(Frozen):
    """Ask a department or a person; an answer is due within two hours unless another time is given."""

    action: ClassVar[str] = "ask"
    text: Words
    to_department: Department | None = None
    to_staff: EntityId | None = None
    answer_by: AskedInstant | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        to = asked.colleague(self.to_staff).id if self.to_staff else None
        by = self.answer_by or asked.now() + ANSWER_WITHIN
        return c.AskQuestion(asked.new_id(), asked.pen.said(self.text), by, self.to_department, to)


class Answer(Frozen):
    """Answer a question."""

    action: ClassVar[str] = "answer"
    question_id: EntityId
    text: Words

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AnswerQuestion(self.question_id, asked.pen.said(self.text))
