"""Closing and opening again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from services.records.api.bodies.why import Values, Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.errors import invalid
from shared.contracts.records import Outcome


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


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "complete": (Complete, {"outcome": "cancelled", "reason": {"code": "asked_by_guest"}}),
    "reopen": (Reopen, {"reason": {"code": "closed_too_early"}}),
}
"""By the last part of its path: the body, and an example of it."""
