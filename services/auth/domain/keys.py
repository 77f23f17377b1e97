"""Ed25519 keys as JWK (RFC 8037), named by their thumbprint (RFC 7638)."""

import base64
import binascii
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field

from shared.contracts.values import Frozen


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of base64url without padding; anything else raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as malformed:
        raise ValueError("not base64url") from malformed


class SigningKey(Frozen):
    """A private Ed25519 key; `seed` is its 32 bytes, base64url, and is never shown."""

    seed: str = Field(repr=False)

    @property
    def private(self) -> Ed25519PrivateKey:
        """The key that signs."""
        return Ed25519PrivateKey.from_private_bytes(decode(self.seed))

    @property
    def public(self) -> dict[str, Any]:
        """The public half as a JWK with its thumbprint as `kid`."""
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": encode(self.private.public_key().public_bytes_raw())}
        return jwk | {"kid": thumbprint(jwk), "alg": "EdDSA", "use": "sig"}

    @property
    def id(self) -> str:
        """The thumbprint that names this key in tokens and checkpoints."""
        return str(self.public["kid"])

    def sign(self, data: bytes) -> str:
        """The signature over some bytes, base64url."""
        return encode(self.private.sign(data))


def thumbprint(jwk: dict[str, Any]) -> str:
    """SHA-256 over the required members in lexical order, base64url (RFC 7638)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x")}
    return encode(hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest())


def verifies(jwk: dict[str, Any], signature: str, data: bytes) -> bool:
    """Whether a signature over data was made by the key of this JWK; a malformed key or signature is a no."""
    try:
        Ed25519PublicKey.from_public_bytes(decode(str(jwk["x"]))).verify(decode(signature), data)
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True
