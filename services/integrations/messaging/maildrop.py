"""A channel that sends nothing: messages are laid into the hotel's own maildrop, for demos and tests."""

import datetime as dt
from typing import Protocol

from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import Handed
from services.integrations.ports.messaging import Letter
from shared.contracts.messages import Message, MessageState
from shared.contracts.values import Scope


class Drop(Protocol):
    """Where messages are laid."""

    async def drop(self, scope: Scope, message: Message, address: str, text: str) -> bool: ...


class Maildrop:
    """Honest about itself: what lies in the drop is delivered to nobody but whoever looks."""

    name, idempotent, receipts, windowed = "maildrop", True, True, False

    def __init__(self, drop: Drop) -> None:
        self._drop = drop

    def serves(self, property_id: str) -> bool:
        """Every hotel has one."""
        return True

    def address(self, profile: Profile) -> str | None:
        """Whatever we know."""
        return profile.email or profile.phone

    async def deliver(self, letter: Letter) -> Handed:
        """Lay the message down once; the same id again is the same message."""
        await self._drop.drop(Scope(chain=letter.chain), letter.message, letter.address, letter.text)
        return Handed(MessageState.DELIVERED)

    async def found(self, letter: Letter, since: dt.datetime, known: frozenset[str]) -> Handed | None:
        """It is laid down again."""
        return None

    async def state(self, property_id: str, reference: str) -> Handed | None:
        """It lies there."""
        return None
