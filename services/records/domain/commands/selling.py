"""What a record sells: confirmed by policy, priced again, cancelled."""

from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.texts import NO_REASON, Reason


@dataclass(frozen=True)
class ConfirmSale(Command):
    """Let the policy promise what is sold, in the name of whoever switched that on; a campaign's offer is also sent."""

    on_behalf_of: str
    message_id: str | None = None


@dataclass(frozen=True)
class TakePrice(Command):
    """Take over the price that the catalogue asks now."""

    reason: Reason


@dataclass(frozen=True)
class MoveSale(Command):
    """The stay's nights or party changed: what was sold for the old ones is priced and promised again."""


@dataclass(frozen=True)
class CancelSale(Command):
    """Take back what was sold, before or after it was charged."""

    reason: Reason = NO_REASON
