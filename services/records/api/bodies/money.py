"""Money lines."""

from typing import Any, ClassVar

from services.records.api.bodies.why import Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.records import LineKind
from shared.contracts.values import EntityId, Money


class Line(Why):
    """Add a money line, in minor units, with a reason.

    A deposit may name the payment whose hold it takes: it is captured at the provider, then put onto the folio.
    """

    action: ClassVar[str] = "add_line"
    kind: LineKind
    amount: Money
    payment: EntityId | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if self.payment:
            asked.may_charge()
        return c.AddLine(asked.new_id(), self.kind, self.amount, self.why(asked), self.payment)


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "lines": (
        Line,
        {"kind": "charge", "amount": {"amount": 1500, "currency": "EUR"}, "reason": {"code": "asked_by_guest"}},
    ),
}
"""By the last part of its path: the body, and an example of it."""
