"""The versions of a hotel's own rules: proposed, approved by another person, in force from a moment (business time)."""

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import Field

from services.records.domain.rules import HotelRules, PropertyRules, in_force
from services.records.domain.texts import Reason
from shared.contracts.envelope import TextRef
from shared.contracts.errors import conflict, forbidden, invalid
from shared.contracts.values import Code, EntityId, Frozen, Instant, Version

CHAIN_LEVEL = "_chain"
"""Where a chain keeps its own rules: no property can be called so."""

FIRST = 1
"""The version that nobody wrote: what the kinds bring along."""

FARTHEST = dt.timedelta(days=2 * 366)
MOST_OPEN = 20


class VersionState(enum.StrEnum):
    """What became of a version. An approved one is in force from `starts_at` until a later one starts."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class RuleVersion(Frozen):
    """One version of the rules of a place (a property, or the chain). `seq`: the last event that told of it."""

    place: str
    version: Version
    base: Version
    rules: PropertyRules
    effective_from: Instant | None = None
    digest: str
    state: VersionState = VersionState.PROPOSED
    proposed_by: EntityId
    proposed_at: Instant
    reason_code: Code | None = None
    reason: TextRef | None = None
    decided_by: EntityId | None = None
    decided_at: Instant | None = None
    decision_code: Code | None = None
    decision: TextRef | None = None
    starts_at: Instant | None = None
    seq: int = Field(default=0, ge=0)

    def started(self, at: dt.datetime) -> bool:
        """Whether it had come into force by a moment."""
        return self.state is VersionState.APPROVED and self.starts_at is not None and self.starts_at <= at

    def open(self, at: dt.datetime) -> bool:
        """Whether it still waits: for a decision, or for its day."""
        waits = self.state is VersionState.APPROVED and not self.started(at)
        return waits or self.state is VersionState.PROPOSED


@dataclass(frozen=True)
class Head:
    """Where the rules of a place stand: the last version and event, and the version that was approved last."""

    last: int = FIRST
    seq: int = 0
    approved: RuleVersion | None = None
    open: int = 0

    @property
    def base(self) -> int:
        """The version that a proposal is made on."""
        return self.approved.version if self.approved else FIRST

    @property
    def revision(self) -> int:
        """What If-Match names: one more than the number of events."""
        return self.seq + 1


def standing(versions: Iterable[RuleVersion], at: dt.datetime) -> RuleVersion | None:
    """The version in force at a moment: of those that have started the latest, of equals the one written last."""
    started = [each for each in versions if each.started(at)]
    return max(started, key=lambda each: (each.starts_at or at, each.version), default=None)


def merged(defaults: HotelRules, chain: RuleVersion | None, own: RuleVersion | None) -> HotelRules:
    """The kinds' own rules, the chain's laid over them, and the property's over both."""
    chain_version = chain.version if chain else FIRST
    under = in_force(defaults, chain.rules if chain else None, chain_version)
    held = in_force(under, own.rules if own else None, own.version if own else FIRST)
    return held.model_copy(update={"chain_version": chain_version})


def digest(place: str, version: int, base: int, rules: PropertyRules, effective_from: dt.datetime | None) -> str:
    """What an approval binds: SHA-256 over place, version, the version it was made on, the rules and their day."""
    day = effective_from.isoformat() if effective_from else None
    what = [place, version, base, rules.model_dump(mode="json", exclude_none=True), day]
    return hashlib.sha256(json.dumps(what, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def propose(
    place: str,
    head: Head,
    rules: PropertyRules,
    by: str,
    now: dt.datetime,
    effective_from: dt.datetime | None = None,
    reason: Reason | None = None,
) -> RuleVersion:
    """A new version that waits for another person; `effective_from` must lie ahead, absent means once approved."""
    if effective_from is not None and not now < effective_from <= now + FARTHEST:
        raise invalid("effective_from", "in_future", "effective_from must lie ahead, by two years at most.")
    if head.open >= MOST_OPEN:
        raise conflict("too_many_waiting", f"{MOST_OPEN} versions wait already; decide or withdraw some first.")
    if effective_from is not None:  # as exact as a stored moment is, so that its timer finds it again
        effective_from = effective_from.replace(microsecond=effective_from.microsecond // 1000 * 1000)
    version, signed = head.last + 1, rules.signed(head.approved.rules if head.approved else None, by)
    return RuleVersion(
        place=place,
        version=version,
        base=head.base,
        rules=signed,
        effective_from=effective_from,
        digest=digest(place, version, head.base, signed, effective_from),
        proposed_by=by,
        proposed_at=now,
        reason_code=reason.code if reason else None,
        reason=reason.text.as_ref if reason and reason.text else None,
        seq=head.seq + 1,
    )


def decide(
    version: RuleVersion, head: Head, approve: bool, by: str, reason: Reason, shown: str | None, now: dt.datetime
) -> RuleVersion:
    """The version as another person decided it: nobody their own, only what was shown, and only on what it was made.

    Approved late, it starts when it is approved: rules never bind what has happened.
    """
    if version.state is not VersionState.PROPOSED:
        raise conflict("version_decided", f"This version is {version.state} already.")
    if by == version.proposed_by:
        raise forbidden("own_request", "Nobody decides what they asked for themselves.")
    if shown is not None and shown != version.digest:
        raise conflict("version_differs", "The version is not the one that was shown.")
    if approve and version.base != head.base:
        raise conflict("version_void", "Other rules were approved since; propose it again on top of them.")
    starts = max(version.effective_from or now, now) if approve else None
    state = VersionState.APPROVED if approve else VersionState.REJECTED
    return version.model_copy(update={"state": state, "starts_at": starts, **_decided(by, reason, now)})


def withdraw(version: RuleVersion, by: str, reason: Reason, now: dt.datetime) -> RuleVersion:
    """The version taken back before it came into force; what is in force is only replaced, by two people."""
    if version.started(now):
        raise conflict("version_in_force", "This version is in force: propose the rules that are to replace it.")
    if not version.open(now):
        raise conflict("version_decided", f"This version is {version.state} already.")
    return version.model_copy(update={"state": VersionState.WITHDRAWN, "starts_at": None, **_decided(by, reason, now)})


def _decided(by: str, reason: Reason, now: dt.datetime) -> dict[str, object]:
    text = reason.text.as_ref if reason.text else None
    return {"decided_by": by, "decided_at": now, "decision_code": reason.code, "decision": text}
