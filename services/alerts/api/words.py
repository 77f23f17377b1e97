"""What people say in bodies: why, and without a card number."""

from typing import Annotated

from pydantic import StringConstraints

from shared.contracts.errors import Breach, Phrase, breached
from shared.contracts.values import Frozen, card_numbers

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class Because(Frozen):
    """Why."""

    reason: Words

    def said(self) -> str:
        """The reason; a card number is refused."""
        if card_numbers(self.reason):
            said = Phrase(template="card_number", params={"field": "reason"})
            message = "reason holds a card number; it was not stored."
            raise breached([Breach(field="reason", rule="card_number", message=message, said=said)])
        return self.reason
