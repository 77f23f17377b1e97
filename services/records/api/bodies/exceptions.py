"""Noting and reviewing what is unusual."""

from typing import Any, ClassVar

from services.records.api.bodies.why import Words
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.values import Code, EntityId, Frozen


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


class Correction(Frozen):
    """What was wrong with the note; the note itself stays as it was."""

    text: Words


class CorrectionOf(Correction):
    """A correction of the exception named in the path."""

    action: ClassVar[str] = "raise_exception"
    exception_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.CorrectException(self.exception_id, asked.new_id(), asked.pen.text(self.text))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "exceptions": (
        RaiseException,
        {
            "cause": "other",
            "unusual": "The cot is booked twice.",
            "guest_impact": "The family waits.",
            "comment": "Take the one from the pool house.",
        },
    ),
}
"""By the last part of its path: the body, and an example of it."""
