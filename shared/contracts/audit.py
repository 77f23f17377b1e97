"""Signed heads of the audit log, on `audit.checkpoints.v1`, and what it misses, on `policy.v1`."""

import enum

from shared.contracts.envelope import EventBody
from shared.contracts.values import EntityId, Instant, Version, Wire


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


class GapState(enum.StrEnum):
    """Whether versions are still missing."""

    OPEN = "open"
    FILLED = "filled"


class Gap(Wire):
    """Versions `first` to `last` of an aggregate that the log misses; whose it is sends the aggregate again."""

    id: EntityId
    chain: str
    topic: str
    aggregate: EntityId
    first: Version
    last: Version
    found_at: Instant
    fill_by: Instant
    state: GapState
    version: Version


class GapEvent(EventBody):
    """A gap was found, asked for again, or filled."""

    gap: Gap


GAP_VERBS = ("found", "filled")
