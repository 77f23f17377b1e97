"""The private keys, in a file outside the database: whoever can write the log cannot sign it."""

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

import jwt

from services.auth.domain.keys import SigningKey, decode, encode


class FileKeyRing:
    """Keys of one installation; made at the first start. Every replica of auth mounts the same file."""

    def __init__(self, file: Path) -> None:
        held = _read(file) if file.exists() else _make(file)
        self.access = SigningKey(seed=held["access"])
        self.audit = SigningKey(seed=held["audit"])
        self.refresh_secret = decode(held["refresh"])

    def token(self, claims: dict[str, Any]) -> str:
        """An EdDSA JWT of type `at+jwt` (RFC 9068)."""
        headers = {"typ": "at+jwt", "kid": self.access.id}
        return jwt.encode(claims, self.access.private, algorithm="EdDSA", headers=headers)


def _read(file: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(file.read_text())
    return held


def _make(file: Path) -> dict[str, Any]:
    """Write fresh keys, readable by the owner alone; of two starts at once the first file stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = {name: encode(secrets.token_bytes(32)) for name in ("access", "audit", "refresh")}
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(fresh, out)
        out.flush()
        os.fsync(out.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(partial, file)
    finally:
        partial.unlink()
    return _read(file)
