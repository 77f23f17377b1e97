"""The context of one HTTP command: who, which idempotency key, which version it was decided on."""

import hashlib
import hmac
from dataclasses import dataclass

from shared.chassis.provenance import Provenance
from shared.contracts.identity import Principal
from shared.contracts.values import Scope


@dataclass(frozen=True)
class CommandContext:
    """What a use case is told of its caller. `digest` covers method, path and body."""

    principal: Principal
    key: str
    digest: str
    if_match: int | None
    provenance: Provenance

    @property
    def scope(self) -> Scope:
        """What the caller may touch."""
        return Scope(chain=self.principal.chain, properties=self.principal.properties)


def request_digest(method: str, path: str, body: bytes, secret: bytes = b"") -> str:
    """The fingerprint of a request, so that a key is not used twice for different things.

    With a secret it says nothing of a body to whoever reads it in the database, be it a password.
    """
    return hmac.new(secret, b"\x00".join((method.encode(), path.encode(), body)), hashlib.sha256).hexdigest()
