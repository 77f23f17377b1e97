"""What lending rights needs of the directory's store."""

from typing import Protocol

from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope


class DelegationStore(Protocol):
    """Finds people by what was lent to them."""

    async def lent_by(self, scope: Scope, lender: str) -> list[StaffMember]:
        """Whom somebody lent rights to."""
        ...

    async def holding(self, scope: Scope, delegation_id: str) -> StaffMember | None:
        """Whom one delegation was given to."""
        ...

    async def borrowers(self, scope: Scope) -> list[StaffMember]:
        """Everybody in scope who was lent something."""
        ...

    async def borrowing(self, scope: Scope) -> list[StaffMember]:
        """Everybody of every chain who was lent something; the scope is the system's."""
        ...
