"""What use cases need to sign people in: sessions, counted failures, keys, tokens."""

import datetime as dt
from typing import Any, Protocol

from services.auth.domain.keys import SigningKey
from services.auth.domain.sessions import Session
from services.auth.domain.throttle import Gate, Tries
from shared.contracts.values import Scope


class SessionStore(Protocol):
    """Sessions and failed sign-ins."""

    async def open(self, scope: Scope, session: Session) -> None:
        """Keep a new session."""
        ...

    async def session(self, scope: Scope, session_id: str) -> Session | None:
        """One session, ended or not."""
        ...

    async def rotate(self, scope: Scope, session: Session, now: dt.datetime) -> Session | None:
        """Give out the next generation; None when somebody else did so first."""
        ...

    async def strengthen(self, scope: Scope, session_id: str) -> None:
        """The second factor was shown in this session."""
        ...

    async def tries(self, scope: Scope, gate: Gate, who: str) -> Tries:
        """The failures counted at a gate."""
        ...

    async def reserve(self, scope: Scope, gate: Gate, who: str, seen: Tries, failures: float, now: dt.datetime) -> bool:
        """Count so many failures from now on; False when the count moved since it was seen."""
        ...

    async def release(self, scope: Scope, gate: Gate, who: str, *, forget: bool) -> None:
        """Take one failure back, or forget them all."""
        ...


class KeyRing(Protocol):
    """The private keys of this installation."""

    @property
    def access(self) -> SigningKey:
        """Signs access tokens now."""
        ...

    @property
    def published(self) -> tuple[dict[str, Any], ...]:
        """The public keys that tokens may bear, as JWKs."""
        ...

    @property
    def retired(self) -> tuple[str, ...]:
        """The ids of keys whose last token ran out."""
        ...

    @property
    def audit(self) -> SigningKey:
        """Signs checkpoints."""
        ...

    @property
    def refresh_secret(self) -> bytes:
        """Makes refresh tokens."""
        ...

    def sealed(self, subject: str, version: int, says: dict[str, Any]) -> dict[str, Any]:
        """The seal on what is said of a subject at a version, and the public key that verifies it: `seal`, `root`."""
        ...

    def token(self, claims: dict[str, Any]) -> str:
        """An EdDSA JWT of type `at+jwt` (RFC 9068)."""
        ...
