"""What provisioning over SCIM needs of its store."""

from collections.abc import Sequence
from typing import Protocol

from services.auth.domain.scim import ScimGroup, UserFacts
from services.auth.ports.directory import DirectoryChange
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope


class ProvisionedStore(Protocol):
    """Whom a provider sent: their external ids and their groups."""

    async def by_external_id(self, scope: Scope, external_id: str) -> str | None:
        """The staff id of somebody the provider calls so."""
        ...

    async def external_ids(self, scope: Scope, staff_ids: Sequence[str]) -> dict[str, str]:
        """What the provider calls these people."""
        ...

    async def logins(self, scope: Scope, skip: int, limit: int) -> list[tuple[str, str]]:
        """A page of (login, staff id), by login."""
        ...

    async def count(self, scope: Scope) -> int:
        """How many logins there are."""
        ...

    async def save_user(
        self, scope: Scope, staff_id: str, facts: UserFacts, change: DirectoryChange | None, by: Provenance
    ) -> None:
        """Write a person with what the provider calls them, in one transaction; a taken name or id is a conflict."""
        ...

    async def groups(self, scope: Scope, name: str | None = None) -> list[ScimGroup]:
        """The groups, or those of a name."""
        ...

    async def groups_of(self, scope: Scope, staff_ids: Sequence[str]) -> list[ScimGroup]:
        """The groups that any of these people are in."""
        ...

    async def group(self, scope: Scope, group_id: str) -> ScimGroup | None:
        """One group."""
        ...

    async def turn(self, scope: Scope) -> int:
        """How often groups of a chain were changed: what is decided by them is written only while that stands."""
        ...

    async def save_group(
        self,
        scope: Scope,
        group: ScimGroup,
        changes: Sequence[DirectoryChange],
        by: Provenance,
        turn: int,
        *,
        gone: bool = False,
    ) -> None:
        """Write or forget a group with what that changes of people, in one transaction.

        A lost race is a conflict, and so is any other change of a group since `turn`: it may be of the same people.
        """
        ...
