"""What consent needs: where it is kept."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.integrations.domain.consents import Given
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.identity import Actor
from shared.contracts.messages import Consent
from shared.contracts.values import Scope

Decide = Callable[[Consent | None], Consent | None]


class ConsentStore(Protocol):
    """Keeps what guests said, each change with its event."""

    async def of_guest(self, scope: Scope, guest_id: str) -> list[Consent]:
        """Everything a guest said."""
        ...

    async def given(self, scope: Scope, guest_id: str) -> Given:
        """The same as a look-up."""
        ...

    async def say(
        self, scope: Scope, consent_id: str, decide: Decide, actor: Actor, ctx: CommandContext
    ) -> Consent | None:
        """Keep what was said, once for its Idempotency-Key; None when it was so already."""
        ...

    async def hear(
        self, scope: Scope, tx: Tx, said: Sequence[tuple[str, Decide]], actor: Actor, provenance: Provenance
    ) -> None:
        """Keep what an event says, in its consumer's transaction."""
        ...
