"""What signing in through a chain's own identity provider needs: its stores, and the provider itself."""

import datetime as dt
from typing import Protocol

from services.auth.domain.federation import Asserted, Attempt, Grant, Identity, Provider
from services.auth.ports.directory import DirectoryChange
from shared.chassis.commands import CommandContext
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.values import Scope


class ProviderStore(Protocol):
    """Keeps one provider for each chain."""

    async def provider(self, scope: Scope) -> Provider | None:
        """The chain's provider, in use or not."""
        ...

    async def save(self, scope: Scope, provider: Provider, event: NewEvent, by: CommandContext) -> None:
        """Write it with its event and the idempotency row in one transaction; a lost race raises a conflict."""
        ...


class FederationStore(Protocol):
    """Keeps sign-ins on their way, and who is who at the provider."""

    async def start(self, scope: Scope, attempt: Attempt) -> None:
        """Keep a sign-in that begins."""
        ...

    async def take(self, scope: Scope, attempt_id: str) -> Attempt | None:
        """The sign-in of a state, once; the second to bring it finds nothing. The scope is the system's."""
        ...

    async def grant(self, scope: Scope, grant: Grant) -> None:
        """Keep what came back."""
        ...

    async def granted(self, scope: Scope, grant_id: str) -> Grant | None:
        """What a one-time code is for."""
        ...

    async def redeem(self, scope: Scope, grant_id: str) -> bool:
        """Use a one-time code up; False when it was used meanwhile."""
        ...

    async def identity(self, scope: Scope, issuer: str, subject: str) -> Identity | None:
        """Who this is here."""
        ...

    async def identity_of(self, scope: Scope, issuer: str, staff_id: str) -> Identity | None:
        """Who somebody of the staff is at the provider."""
        ...

    async def save(
        self, scope: Scope, change: DirectoryChange, identity: Identity | None, by: CommandContext | Provenance
    ) -> None:
        """Write a person, and who they are at the provider, in one transaction; a lost race raises a conflict."""
        ...


class IdentityProvider(Protocol):
    """The provider over the network. Silence and nonsense raise AppError (503), a refusal one of 401."""

    async def address(self, provider: Provider, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser; only the verifier's challenge is told."""
        ...

    async def redeem(
        self, provider: Provider, secret: str, redirect: str, code: str, verifier: str, nonce: str, now: dt.datetime
    ) -> Asserted:
        """What the provider says of whoever brought the code, checked."""
        ...

    async def sign_out_address(self, provider: Provider, return_to: str) -> str | None:
        """Where a browser signs out of the provider, if it offers that."""
        ...

    async def names_itself(self, provider: Provider, issuer: str | None) -> bool:
        """Whether the answer's `iss` is right; it may be absent where the provider does not send it (RFC 9207)."""
        ...
