"""Confirming values, approving work, changing what was agreed."""

from typing import Any, ClassVar

from pydantic import Field, StrictBool

from services.records.api.bodies.why import Values, Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.errors import invalid
from shared.contracts.values import EntityId, Frozen


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


class Ruling(Why):
    """Approve or reject; `digest` binds the decision to what was shown."""

    approve: StrictBool
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class RulingOf(Ruling):
    """A decision on the proposal named in the path."""

    action: ClassVar[str] = "decide_proposal"
    proposal_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.DecideProposal(self.proposal_id, self.approve, self.why(asked), self.digest)


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "check-value": (CheckValue, {"value": "22:00"}),
    "approve": (Approve, {}),
    "resume": (Resume, {"reason": {"code": "asked_by_guest"}}),
    "edit": (Edit, {"fields": {"quantity": 2}, "reason": {"code": "asked_by_guest"}}),
}
"""By the last part of its path: the body, and an example of it."""
