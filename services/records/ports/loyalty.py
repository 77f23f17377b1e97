"""The loyalty programme: a ledger of points. In house, or a programme elsewhere behind the same port."""

from collections.abc import Sequence
from typing import Protocol

from services.records.domain.points import Account, Entry
from shared.chassis.mongo import Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


class LoyaltyLedger(Protocol):
    """Entries of guests, only ever added to. A chain's guests have one ledger over all its hotels."""

    async def account(self, scope: Scope, guest_id: str, tx: Tx | None = None) -> Account:
        """How a guest stands; nothing moved yet is an empty account."""
        ...

    async def entry(self, scope: Scope, key: str, tx: Tx | None = None) -> Entry | None:
        """The entry of one close."""
        ...

    async def of_stay(self, scope: Scope, guest_id: str, stay_id: str, tx: Tx | None = None) -> Sequence[Entry]:
        """What was moved in one stay."""
        ...

    async def page(self, scope: Scope, guest_id: str, before: int | None, limit: int) -> list[Entry]:
        """A guest's entries, newest first, before one of them."""
        ...

    async def add(self, scope: Scope, entries: Sequence[Entry], tx: Tx) -> None:
        """Add entries; a number or a key that is taken makes the transaction fail."""
        ...

    async def latest_stay(self, scope: Scope, guest_id: str) -> Stay | None:
        """The guest's latest stay in these properties, which says their tier."""
        ...
