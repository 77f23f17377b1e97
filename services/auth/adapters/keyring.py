"""The private keys, in a file outside the database: whoever can write the log cannot sign it."""

import contextlib
import datetime as dt
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt

from services.auth.domain.keys import SigningKey, decode, encode
from services.auth.domain.rotation import LEAD, DatedKey, rotated, signing, verifying
from shared.contracts.policy import SEAL_TYPE


class FileKeyRing:
    """Keys of one installation; made at the first start. Every replica of auth mounts the same file.

    A rotation writes the file anew; each replica sees it before it signs the next token.
    """

    def __init__(self, file: Path, now: Callable[[], dt.datetime]) -> None:
        if not file.exists():
            _make(file)
        self._file, self._now = file, now
        self._read_at, self._access = _stamp(file), _access_keys(file)
        held = _read(file)
        self.audit = SigningKey(seed=held["audit"])
        self.refresh_secret = decode(held["refresh"])

    @property
    def access(self) -> SigningKey:
        """Signs access tokens now."""
        return signing(self._keys(), self._now())

    @property
    def published(self) -> tuple[dict[str, Any], ...]:
        """The public keys that tokens may bear, as JWKs."""
        return tuple(key.public for key in verifying(self._keys(), self._now()))

    @property
    def retired(self) -> tuple[str, ...]:
        """The ids of keys whose last token ran out."""
        kept = {key.id for key in verifying(self._keys(), self._now())}
        return tuple(key.id for key in self._keys() if key.id not in kept)

    def sealed(self, subject: str, version: int, says: dict[str, Any]) -> dict[str, Any]:
        """A compact JWS by the key of checkpoints, which is never rotated, and its public half."""
        # As text: what a reader of an older version would leave out is signed, too.
        held = {"subject": subject, "version": version, "says": json.dumps(says, separators=(",", ":"))}
        kind = {"typ": SEAL_TYPE, "kid": self.audit.id}
        return {
            "seal": jwt.encode(held, self.audit.private, algorithm="EdDSA", headers=kind),
            "root": self.audit.public,
        }

    def token(self, claims: dict[str, Any]) -> str:
        """An EdDSA JWT of type `at+jwt` (RFC 9068)."""
        key = self.access
        return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": key.id})

    def rotate(self, lead: dt.timedelta = LEAD) -> None:
        """Add a key that signs after the lead, whoever else writes the file at this moment."""
        with _alone(self._file):
            held = _read(self._file)
            after = rotated(_access_keys(self._file), encode(secrets.token_bytes(32)), self._now(), lead)
            held["access_keys"] = [key.model_dump(mode="json") for key in after]
            held.pop("access", None)
            _write(self._file, held)

    def _keys(self) -> tuple[DatedKey, ...]:
        stamp = _stamp(self._file)
        if stamp != self._read_at:
            self._read_at, self._access = stamp, _access_keys(self._file)
        return self._access


def _stamp(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_ino, found.st_mtime_ns


def _read(file: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(file.read_text())
    return held


def _access_keys(file: Path) -> tuple[DatedKey, ...]:
    held = _read(file)
    # A file from before the first rotation holds one key, which has always signed.
    dated = held.get("access_keys") or [{"seed": held["access"]}]
    return tuple(DatedKey.model_validate(key) for key in dated)


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.with_name(f"{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _partial(file: Path, held: dict[str, Any]) -> Path:
    """A file beside it, readable by the owner alone and safe on the disk."""
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(held, out)
        out.flush()
        os.fsync(out.fileno())
    return partial


def _write(file: Path, held: dict[str, Any]) -> None:
    _partial(file, held).replace(file)


def _make(file: Path) -> None:
    """Write fresh keys; of two starts at once the first file stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(file, {name: encode(secrets.token_bytes(32)) for name in ("access", "audit", "refresh")})
    try:
        with contextlib.suppress(FileExistsError):
            os.link(partial, file)
    finally:
        partial.unlink()
