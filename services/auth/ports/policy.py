"""What use cases need to keep the changes of a chain's policy."""

from dataclasses import dataclass
from typing import Protocol

from services.auth.domain.policy_versions import Head, PolicyVersion
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.policy import PolicySnapshot
from shared.contracts.values import Scope


@dataclass(frozen=True)
class PolicyStep:
    """One step of a change: where the chain stood and stands, the version, what is told, what came into force."""

    before: Head
    after: Head
    version: PolicyVersion
    events: tuple[NewEvent, ...]
    published: PolicySnapshot | None = None


class PolicyVersionStore(Protocol):
    """The versions of a chain's own edits."""

    async def head(self, scope: Scope) -> Head:
        """Where the chain stands."""
        ...

    async def page(self, scope: Scope, below: int | None, limit: int) -> list[PolicyVersion]:
        """Versions, newest first, below a number."""
        ...

    async def waiting(self, scope: Scope) -> list[PolicyVersion]:
        """Those that nobody has decided, newest first."""
        ...

    async def find(self, scope: Scope, version: int) -> PolicyVersion | None:
        """One version."""
        ...

    async def save(self, scope: Scope, step: PolicyStep, by: CommandContext) -> None:
        """Key, version, what is in force and events in one transaction; a lost race is 412, a taken key a conflict."""
        ...

    async def note(self, scope: Scope, event: NewEvent, by: Provenance) -> None:
        """Write down a refused act."""
        ...

    async def seen(self, scope: Scope, ctx: CommandContext) -> Kept | None:
        """What this idempotency key did before."""
        ...
