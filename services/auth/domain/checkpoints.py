"""Signed tree heads: what is signed, and whether a signature holds."""

import datetime as dt
from typing import Any

from services.auth.domain.keys import SigningKey, verifies
from shared.contracts.audit import Checkpoint
from shared.contracts.values import iso

EVERY_S = 60
EVERY_ENTRIES = 1000


def signed_text(checkpoint: Checkpoint) -> bytes:
    """The bytes under the signature: one line per field, so that no two checkpoints share them."""
    fields = (checkpoint.chain, checkpoint.version, checkpoint.size, checkpoint.root, iso(checkpoint.at))
    return "\n".join(["bellboard-checkpoint/1", *map(str, fields), checkpoint.key_id, ""]).encode()


def signed(key: SigningKey, *, chain: str, version: int, size: int, root: bytes, at: dt.datetime) -> Checkpoint:
    """A checkpoint over a tree of `size` entries with this root, signed by the audit key."""
    blank = Checkpoint(chain=chain, size=size, root=root.hex(), at=at, key_id=key.id, signature="", version=version)
    return blank.model_copy(update={"signature": key.sign(signed_text(blank))})


def holds(checkpoint: Checkpoint, jwk: dict[str, Any]) -> bool:
    """Whether the checkpoint was signed by this key."""
    return verifies(jwk, checkpoint.signature, signed_text(checkpoint))


def is_due(*, size: int, signed_size: int, since_s: float) -> bool:
    """Whether a tree that grew since the last checkpoint needs another now (60 s or 1,000 entries)."""
    grown = size - signed_size
    return grown >= EVERY_ENTRIES or (grown > 0 and since_s >= EVERY_S)
