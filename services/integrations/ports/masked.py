"""What the doors for machines need to tell operators that a card number came in."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from shared.contracts.values import Frozen, Instant, Scope, Slug


class MaskedAt(Frozen):
    """How often one door of one hotel masked a card number or left a security code out on one day (UTC)."""

    property_id: Slug
    door: str
    day: dt.date
    times: int
    last: Instant


class MaskedLog(Protocol):
    """Counts payloads that were masked; never what stood in them."""

    async def note(self, scope: Scope, property_id: str, door: str, now: dt.datetime) -> None:
        """One more."""
        ...

    async def since(self, scope: Scope, day: dt.date) -> Sequence[MaskedAt]:
        """By day, newest first, of the scope's hotels."""
        ...
