"""A channel that sends nothing: messages are laid into the hotel's own maildrop, for demos and tests."""

from typing import Protocol

from services.integrations.domain.messages import GuestMessage
from services.integrations.ports import Delivery
from shared.contracts.values import Scope


class Drop(Protocol):
    """Where messages are laid."""

    async def drop(self, scope: Scope, message: GuestMessage, address: str) -> bool: ...


class Maildrop:
    """Honest about itself: what lies in the drop is delivered to nobody but whoever looks."""

    name = "maildrop"

    def __init__(self, drop: Drop) -> None:
        self._drop = drop

    async def deliver(self, scope: Scope, message: GuestMessage, address: str) -> Delivery:
        """Lay the message down once; the same id again is the same message."""
        await self._drop.drop(scope, message, address)
        return Delivery.DELIVERED
