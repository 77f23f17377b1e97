"""Signed heads of the audit log, on `audit.checkpoints.v1`."""

from shared.contracts.envelope import EventBody
from shared.contracts.values import Instant, Version, Wire


class Checkpoint(Wire):
    """A signed tree head (RFC 6962, section 3.5): size and root hash of the log at a time."""

    chain: str
    size: int
    root: str
    at: Instant
    key_id: str
    signature: str
    version: Version


class CheckpointEvent(EventBody):
    """A checkpoint was signed."""

    checkpoint: Checkpoint
