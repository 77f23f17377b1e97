"""Money lines and what became of them."""

from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.texts import Reason
from shared.contracts.records import LineKind
from shared.contracts.values import Money


@dataclass(frozen=True)
class AddLine(Command):
    """Add a charge, refund, deposit or cost. `payment`: the hold at the provider that a deposit takes."""

    line_id: str
    kind: LineKind
    amount: Money
    reason: Reason
    payment: str | None = None


@dataclass(frozen=True)
class SettleLine(Command):
    """What became of a line's posting."""

    line_id: str
    state: str
