"""The versions of a hotel's own rules: proposed, approved by another person, in force from a moment (business time)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from services.records.domain.rules import HotelRules, PropertyRules, in_force
from services.records.domain.texts import Reason
from shared.contracts import proposals
from shared.contracts.envelope import TextRef
from shared.contracts.proposals import MOST_OPEN as MOST_OPEN
from shared.contracts.proposals import Dated, Wish, decided, require_decidable, require_withdrawable, withdrawn
from shared.contracts.proposals import VersionState as VersionState
from shared.contracts.proposals import standing as standing
from shared.contracts.values import Code, Version

CHAIN_LEVEL = "_chain"
"""Where a chain keeps its own rules: no property can be called so."""

FIRST = 1
"""The version that nobody wrote: what the kinds bring along."""


class RuleVersion(Dated):
    """One version of the rules of a place (a property, or the chain). `seq`: the last event that told of it."""

    base: Version
    rules: PropertyRules
    reason_code: Code | None = None
    reason: TextRef | None = None
    decision_code: Code | None = None
    decision: TextRef | None = None


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


def merged(defaults: HotelRules, chain: RuleVersion | None, own: RuleVersion | None) -> HotelRules:
    """The kinds' own rules, the chain's laid over them, and the property's over both."""
    chain_version = chain.version if chain else FIRST
    under = in_force(defaults, chain.rules if chain else None, chain_version)
    held = in_force(under, own.rules if own else None, own.version if own else FIRST)
    return held.model_copy(update={"chain_version": chain_version})


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
    signed = rules.signed(head.approved.rules if head.approved else None, by)
    wish = Wish(place, signed.model_dump(mode="json", exclude_none=True), by, effective_from)
    own: dict[str, Any] = {"rules": signed, "reason_code": reason.code if reason else None}
    own |= {"reason": reason.text.as_ref if reason and reason.text else None}
    return proposals.propose(RuleVersion, wish, head, now, **own)


def decide(
    version: RuleVersion, head: Head, approve: bool, by: str, reason: Reason, shown: str | None, now: dt.datetime
) -> RuleVersion:
    """The version as another person decided it: nobody their own, only what was shown, and only on what it was made.

    Approved late, it starts when it is approved: rules never bind what has happened.
    """
    require_decidable(version, head.base, approve, by, shown)
    return decided(version, approve, by, now, **_why(reason))


def withdraw(version: RuleVersion, by: str, reason: Reason, now: dt.datetime) -> RuleVersion:
    """The version taken back before it came into force; what is in force is only replaced, by two people."""
    require_withdrawable(version, now)
    return withdrawn(version, by, now, **_why(reason))


def _why(reason: Reason) -> dict[str, object]:
    return {"decision_code": reason.code, "decision": reason.text.as_ref if reason.text else None}
