"""What becomes of a sale that stands in line: bid for, granted, let go."""

from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.texts import NO_REASON, Reason
from shared.contracts.values import Money


@dataclass(frozen=True)
class PlaceBid(Command):
    """What the guest would pay for one. Another bid takes the place of the first, and its place in line."""

    price: Money
    reason: Reason = NO_REASON


@dataclass(frozen=True)
class RefuseBid(Command):
    """Tell the guest that their bid does not count; nothing else changes."""

    message_id: str


@dataclass(frozen=True)
class GrantSale(Command):
    """Give one who stands in line what they stand in line for, and tell them."""

    message_id: str
    reason: Reason = NO_REASON


@dataclass(frozen=True)
class LetSaleGo(Command):
    """Its hour came and it could not be granted (`because`, a code): tell the guest and close."""

    message_id: str
    because: str
