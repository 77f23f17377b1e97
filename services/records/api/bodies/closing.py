"""Closing and opening again."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from services.records.api.bodies.why import Values, Why
from services.records.domain import commands as c
from services.records.domain.kin import open_children
from services.records.usecases.commanding import Asked
from shared.contracts.errors import invalid
from shared.contracts.records import Outcome
from shared.contracts.values import AskedInstant


class Complete(Why):
    """Close the record; what only its end knows may come along in `fields`."""

    action: ClassVar[str] = "complete"
    outcome: Outcome
    fields: Values = Field(default_factory=dict)
    children: Literal["keep", "cancel"] | None = Field(
        default=None, description="What becomes of open sub-tasks when this is not fulfilled"
    )
    happened_at: AskedInstant | None = Field(
        default=None, description="When it was done, of a record that was entered late from paper; absent: now"
    )

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if self.children == "cancel" and self.outcome is Outcome.FULFILLED:
            raise invalid("children", "not_fulfilled", "What is fulfilled cancels no sub-tasks.")
        await self._may_cancel(asked)
        if self.outcome is Outcome.EXPIRED:
            raise invalid("outcome", "by_the_clock", "Only the clock lets a record expire.")
        values: Mapping[str, Any] = asked.pen.values(asked.kind, self.fields)
        if self.happened_at is not None:
            asked.allow("enter_late", asked.state)
        return c.CompleteRecord(self.outcome, self.why(asked), values, self.children, self.happened_at)

    async def _may_cancel(self, asked: Asked) -> None:
        """Cancelling sub-tasks needs the right to close each of them, and those below them."""
        waiting = [asked.state] if self.children == "cancel" else []
        while waiting:
            below = open_children(await asked.desk.children(waiting.pop()))
            for child in below:
                asked.allow("complete", child)
            waiting += below


class Reopen(Why):
    """Open a closed record again, with a reason."""

    action: ClassVar[str] = "reopen"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.ReopenRecord(self.why(asked))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "complete": (Complete, {"outcome": "cancelled", "reason": {"code": "asked_by_guest"}}),
    "reopen": (Reopen, {"reason": {"code": "closed_too_early"}}),
}
"""By the last part of its path: the body, and an example of it."""
