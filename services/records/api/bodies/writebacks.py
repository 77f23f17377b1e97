"""Changes of what the PMS holds."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from services.records.api.bodies.why import Why
from services.records.domain import commands as c
from services.records.domain.changes import PMS_CLASSES
from services.records.usecases.commanding import Asked
from shared.contracts.envelope import TextRef
from shared.contracts.errors import forbidden, invalid
from shared.contracts.values import Money, card_numbers
from shared.contracts.writebacks import PmsField

Room = Annotated[str, StringConstraints(max_length=32)]


class Change(Why):
    """Ask for a rate, room or guest of the stay to be changed in the PMS; of a guest `value` names a draft."""

    action: ClassVar[str] = "propose"
    field: PmsField
    value: Money | TextRef | Room = Field(union_mode="left_to_right")

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if PMS_CLASSES[self.field] not in asked.verdict.write:
            raise forbidden("field_not_granted", f"You may not have the {self.field.value} changed.")
        if isinstance(self.value, str) and card_numbers(self.value):
            raise invalid("value", "card_number", "value holds a card number; it was not stored.")
        value: Any = self.value if isinstance(self.value, str) else self.value.model_dump()
        return c.ProposeWriteback(asked.new_id(), self.field, value, self.why(asked))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "writebacks": (
        Change,
        {"field": "rate", "value": {"amount": 9500, "currency": "EUR"}, "reason": {"code": "wrong_rate"}},
    ),
}
"""By the last part of its path: the body, and an example of it."""
