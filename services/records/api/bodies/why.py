"""What bodies share: words, values, and the reason why."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.records.domain.texts import MAX_TEXT, Reason
from services.records.usecases.commanding import Asked
from shared.contracts.values import Code, Frozen

Words = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Values = Annotated[dict[str, Any], Field(max_length=50)]


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
