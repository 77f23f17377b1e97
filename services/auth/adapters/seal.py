"""AES-256-GCM under a key that is derived from the key file: a copy of the database alone opens nothing."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.auth.domain.keys import decode, encode
from shared.contracts.errors import AppError, ErrorKind

NONCE = 12


class KeyFileSeal:
    """Seals under `secret`, for one purpose."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"bellboard/{purpose}/1".encode()).derive(secret)
        self._cipher = AESGCM(key)

    def close(self, said: str, about: str) -> str:
        """The sealed text, base64url."""
        nonce = secrets.token_bytes(NONCE)
        return encode(nonce + self._cipher.encrypt(nonce, said.encode(), about.encode()))

    def open(self, sealed: str, about: str) -> str:
        """The text; one that was sealed by another key, or about something else, raises AppError."""
        try:
            raw = decode(sealed)
            return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError) as wrong:
            raise AppError(ErrorKind.BROKEN, "seal_broken", "What was sealed cannot be opened.") from wrong
