"""What invitations need of their store."""

from typing import Protocol

from services.auth.domain.accounts import Account
from services.auth.domain.invitations import Invitation
from services.auth.ports.directory import DirectoryChange
from shared.chassis.commands import CommandContext
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope


class InvitationStore(Protocol):
    """Keeps invitations by the digest of their code."""

    async def keep(self, scope: Scope, invitation: Invitation, change: DirectoryChange, by: CommandContext) -> None:
        """Keep one with what is told of it, in one transaction; the person's earlier ones are void."""
        ...

    async def find(self, scope: Scope, digest: str) -> Invitation | None:
        """One that has not been used."""
        ...

    async def accept(
        self, scope: Scope, invitation: Invitation, account: Account, change: DirectoryChange, by: Provenance
    ) -> bool:
        """Use it up, set the password and end the sessions in one transaction; False when it was used meanwhile."""
        ...
