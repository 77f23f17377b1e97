"""The changes of a chain's policy: proposed, approved by a second administrator, in force from that moment on."""

from dataclasses import dataclass

from pydantic import Field

from services.auth.domain.policy_edits import MOST_EDITS, Edit
from shared.contracts.errors import invalid
from shared.contracts.proposals import (
    Proposed,
    Said,
    decided,
    fingerprint,
    require_decidable,
    require_room,
    require_withdrawable,
    withdrawn,
)
from shared.contracts.proposals import VersionState as VersionState
from shared.contracts.values import Instant


class PolicyVersion(Proposed):
    """One version of a chain's own edits, whole: what it lays over the policy that every chain starts with.

    `base` is the version it was made on; 0: none of its own yet.
    """

    edits: tuple[Edit, ...]
    reason: Said
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
    return fingerprint(version, base, [edit.model_dump(mode="json") for edit in edits])


def propose(head: Head, edits: tuple[Edit, ...], by: str, now: Instant, reason: Said) -> PolicyVersion:
    """A change that waits for a second administrator."""
    require_room(head.open, "changes")
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
    require_decidable(version, head.approved, approve, by, shown)
    return decided(version, approve, by, now, decision=reason, seq=version.seq + 1)


def withdraw(version: PolicyVersion, by: str, reason: Said, now: Instant) -> PolicyVersion:
    """Taken back before it was decided; what is in force is only ever replaced, by two people."""
    require_withdrawable(version, now)
    return withdrawn(version, by, now, decision=reason, seq=version.seq + 1)
