"""Access tokens: EdDSA JWTs of type `at+jwt` (RFC 9068)."""

from typing import Any

import jwt

from services.auth.domain.keys import SigningKey


class JwtSigner:
    """Signs claims with one key, named in the header."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def sign(self, claims: dict[str, Any]) -> str:
        """An EdDSA JWT of type `at+jwt`."""
        return jwt.encode(claims, self._key.private, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": self._key.id})
