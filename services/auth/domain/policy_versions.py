"""The changes of a chain's policy: proposed, approved by a second administrator, in force from that moment on."""

import enum
import hashlib
import json
from dataclasses import dataclass

from pydantic import Field

from services.auth.domain.policy_edits import MOST_EDITS, Edit
from shared.contracts.envelope import TextRef
from shared.contracts.errors import conflict, forbidden, invalid
from shared.contracts.values import EntityId, Frozen, Instant, Version

MOST_OPEN = 20


class VersionState(enum.StrEnum):
    """What became of a change."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Said(Frozen):
    """Why, in somebody's words: they stay in this store, events carry the salted digest."""

    ref: EntityId
    text: str
    salt: str

    @property
    def as_ref(self) -> TextRef:
        """What travels."""
        return TextRef.of(self.ref, self.salt, self.text)


class PolicyVersion(Frozen):
    """One version of a chain's own edits, whole: what it lays over the policy that every chain starts with."""

    version: Version
    base: int = Field(ge=0, description="The version it was made on; 0: none of its own yet")
    edits: tuple[Edit, ...]
    digest: str
    state: VersionState = VersionState.PROPOSED
    proposed_by: EntityId
    proposed_at: Instant
    reason: Said
    decided_by: EntityId | None = None
    decided_at: Instant | None = None
    decision: Said | None = None
    policy_version: int | None = Field(default=None, description="The version of the policy it came into force as")
    seq: int = Field(default=1, ge=1)


@dataclass(frozen=True)
class Head:
    """Where a chain stands: its last number, the one in force, how many wait, and how many steps there were."""

    last: int = 0
    approved: int = 0
    open: int = 0
    steps: int = 0

    @property
    def revision(self) -> int:
        """What If-Match names."""
        return self.steps + 1


def digest(version: int, base: int, edits: tuple[Edit, ...]) -> str:
    """What an approval binds: SHA-256 over number, base and edits."""
    what = [version, base, [edit.model_dump(mode="json") for edit in edits]]
    return hashlib.sha256(json.dumps(what, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def propose(head: Head, edits: tuple[Edit, ...], by: str, now: Instant, reason: Said) -> PolicyVersion:
    """A change that waits for a second administrator."""
    if head.open >= MOST_OPEN:
        raise conflict("too_many_waiting", f"{MOST_OPEN} changes wait already; decide or withdraw some first.")
    if len(edits) > MOST_EDITS:
        raise invalid("edits", "too_many", f"A chain lays at most {MOST_EDITS} edits over its policy.")
    number = head.last + 1
    return PolicyVersion(
        version=number,
        base=head.approved,
        edits=edits,
        digest=digest(number, head.approved, edits),
        proposed_by=by,
        proposed_at=now,
        reason=reason,
    )


def decide(
    version: PolicyVersion, head: Head, approve: bool, by: str, reason: Said, shown: str | None, now: Instant
) -> PolicyVersion:
    """As a second administrator decided it: nobody their own, only what was shown, only on what it was made."""
    if version.state is not VersionState.PROPOSED:
        raise conflict("version_decided", f"This version is {version.state} already.")
    if by == version.proposed_by:
        raise forbidden("own_request", "Nobody decides what they asked for themselves.")
    if shown is not None and shown != version.digest:
        raise conflict("version_differs", "The version is not the one that was shown.")
    if approve and version.base != head.approved:
        raise conflict("version_void", "Another change was approved since; propose it again on top of it.")
    state = VersionState.APPROVED if approve else VersionState.REJECTED
    return _settled(version, state, by, reason, now)


def withdraw(version: PolicyVersion, by: str, reason: Said, now: Instant) -> PolicyVersion:
    """Taken back before it was decided; what is in force is only ever replaced, by two people."""
    if version.state is not VersionState.PROPOSED:
        raise conflict("version_decided", f"This version is {version.state} already.")
    return _settled(version, VersionState.WITHDRAWN, by, reason, now)


def _settled(version: PolicyVersion, state: VersionState, by: str, reason: Said, now: Instant) -> PolicyVersion:
    told = {"decided_by": by, "decided_at": now, "decision": reason, "seq": version.seq + 1}
    return version.model_copy(update={"state": state, **told})
