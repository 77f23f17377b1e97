"""Proposals: a change asked for by one person, decided by another, performed in the same place (M4, K3)."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.authority import require_decider, require_role
from services.records.domain.changes import field_changes, pms_value
from services.records.domain.commands import Command, DecideProposal, ExpireProposal, ProposeChange
from services.records.domain.stakes import money_moved, tier_role, totals
from services.records.domain.state import Proposal
from services.records.domain.steps.approval import confirmation
from services.records.domain.steps.posting import line_posted, writeback_requested
from services.records.domain.steps.sold import on_values, require_price
from services.records.domain.steps.staking import staked
from services.records.domain.texts import Reason, require_reason
from services.records.domain.validation import checked
from shared.contracts.errors import conflict, not_found
from shared.contracts.identity import Role
from shared.contracts.records import MoneyLine
from shared.contracts.writebacks import PmsChange

LATE = Reason(code="not_decided_in_time")
OVERTAKEN = Reason(code="overtaken")


def propose(act: Act, command: ProposeChange) -> Act:
    """Ask another person to approve a change of fields."""
    require_reason(command.reason)
    return change_proposed(
        act, command.proposal_id, checked(command.values, act.state.fields, act.terms, act.about), command.reason
    )


def change_proposed(act: Act, proposal_id: str, after: dict[str, Any], reason: Reason) -> Act:
    """The proposal of a change; the record's values stay as they are."""
    require_price(act, act.state.fields | after, after)
    before = {name: act.state.fields.get(name) for name in after}
    amount = money_moved(act.terms.kind, before, after)
    return proposed(act, Asked(proposal_id, "change", before, after, amount), reason)


def line_proposed(act: Act, line: MoneyLine, reason: Reason) -> Act:
    """The proposal of a money line above what one person may add."""
    return proposed(act, Asked(line.id, "line", {}, {}, line.amount.amount, line), reason)


@dataclass(frozen=True)
class Asked:
    """What a proposal asks for, and how much money is at stake in it."""

    id: str
    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    amount: int = 0
    line: MoneyLine | None = None
    writeback: PmsChange | None = None


def reviewer(act: Act, amount: int) -> Role:
    """Who decides: the kind's reviewer, or the role of the tier that the amount, with all it adds to, passes."""
    asked = totals(act.state, act.terms.spent, act.doer.id, amount, act.now)
    return (tier_role(act.terms.rules.tiers, asked) if amount else None) or act.terms.kind.reviewer


def proposed(act: Act, asked: Asked, reason: Reason) -> Act:
    """Write a proposal down; it waits for another person, and not for ever."""
    version = act.terms.version
    proposal = Proposal(
        id=asked.id,
        what=asked.what,
        before=asked.before,
        after=asked.after,
        line=asked.line,
        writeback=asked.writeback,
        reviewer_role=reviewer(act, asked.amount),
        requested_by=act.doer.id,
        requested_at=act.now,
        approve_by=act.now + dt.timedelta(seconds=act.terms.rules.approve_by_s),
        reason_code=reason.code,
        reason=reason.text.as_ref if reason.text else None,
        rules_version=version,
        digest=digest(asked.id, asked.before, asked.after, version, asked.line),
    )
    shown = field_changes(asked.before, asked.after, act.terms.kind)
    return act.then(
        "change_proposed",
        reason=reason,
        changes=shown,
        proposals=(*act.state.proposals, proposal),
        stakes=staked(act, asked.id, asked.amount),
    )


def digest(
    proposal_id: str, before: dict[str, Any], after: dict[str, Any], version: int, line: MoneyLine | None = None
) -> str:
    """What an approval binds: SHA-256 over proposal, before, after and rules version, as canonical JSON."""
    what = [proposal_id, before, after, version, line.model_dump(mode="json") if line else None]
    return hashlib.sha256(json.dumps(what, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def decide_proposal(act: Act, command: DecideProposal) -> Act:
    """Approve or reject; approving checks everything again and performs the change in the same decision."""
    proposal = act.state.proposal(command.proposal_id)
    if proposal is None:
        raise not_found("proposal")
    if not proposal.pending:
        raise conflict("proposal_decided", f"This proposal is {proposal.state} already.")
    if proposal.approve_by is not None and act.now >= proposal.approve_by:
        raise conflict("proposal_expired", "This was not decided in time; ask again.")
    decided_for = require_decider(act.doer, proposal.reviewer_role, proposal.requested_by)
    needed = _needed_now(act, proposal) if command.approve else None
    if needed is not None:
        decided_for = require_role(act.doer, needed) or decided_for
    require_reason(command.reason)
    if command.digest is not None and command.digest != proposal.digest:
        raise conflict("proposal_differs", "The proposal is not the one that was shown.")
    proposal = proposal.model_copy(update={"decided_for": decided_for})
    if not command.approve:
        return _closed(act, proposal, "rejected", command.reason)
    if _overtaken(act, proposal):
        raise conflict("proposal_void", "A field it names has another value by now.")
    return _performed(act, proposal, command.reason)


def _needed_now(act: Act, proposal: Proposal) -> Role | None:
    """The role of the tier that its money passes under the rules in force, with all that stands when it is decided."""
    if not any(stake.id == proposal.id for stake in act.state.stakes):
        return None
    since = proposal.requested_at
    asked = totals(act.state, act.terms.spent, proposal.requested_by, 0, since, until=since)
    return tier_role(act.terms.rules.tiers, asked)


def _performed(act: Act, proposal: Proposal, reason: Reason) -> Act:
    if proposal.writeback is not None:
        change = proposal.writeback.model_copy(update={"approved_by": act.doer.id})
        return writeback_requested(_closed(act, proposal, "approved", reason), change, reason)
    if proposal.line is not None:
        line = proposal.line.model_copy(update={"approved_by": act.doer.id})
        return line_posted(_closed(act, proposal, "approved", reason), line, reason)
    after = checked(proposal.after, act.state.fields, act.terms, act.about)
    require_price(act, act.state.fields | after, after)
    update: dict[str, Any] = {"fields": act.state.fields | after, "idle_handoffs": 0, **on_values(act, after)}
    name = act.terms.kind.checked_field
    if name in after and act.state.checked is not None:
        update["checked"] = confirmation(act, after[name], act.doer.actor)
        update["corrections"] = act.state.corrections + 1
    return void_overtaken(_closed(act, proposal, "approved", reason, **update))


def _closed(act: Act, proposal: Proposal, state: str, reason: Reason, verb: str = "proposal_decided", **u: Any) -> Act:
    decided = proposal.model_copy(update={"state": state, "decided_by": act.doer.id, "decided_at": act.now})
    kept = tuple(decided if each.id == decided.id else each for each in act.state.proposals)
    return act.then(verb, reason=reason, proposals=kept, **u)


def expire_proposal(act: Act, command: ExpireProposal) -> Act:
    """Nobody decided it in time: it is over, and its record's owner goes on."""
    proposal = act.state.proposal(command.proposal_id)
    if proposal is None:
        raise not_found("proposal")
    if not proposal.pending or proposal.approve_by is None or act.now < proposal.approve_by:
        raise conflict("not_expired", "It is decided, or its time has not passed.")
    return _closed(act, proposal, "expired", LATE, "proposal_expired")


def _overtaken(act: Act, proposal: Proposal) -> bool:
    change = proposal.writeback
    if change is not None:
        # What the stay holds is looked up when such a proposal is decided, and only then.
        return act.terms.stay is not None and pms_value(act.terms.stay, change.field) != change.before
    return any(act.state.fields.get(name) != value for name, value in proposal.before.items())


def void_overtaken(act: Act) -> Act:
    """Close every waiting proposal of which a named field has another value by now."""
    for proposal in act.state.proposals:
        if proposal.pending and _overtaken(act, proposal):
            act = _closed(act, proposal, "void", OVERTAKEN)
    return act


def void_all(act: Act) -> Act:
    """Close every waiting proposal: the record ends without them."""
    for proposal in act.state.proposals:
        if proposal.pending:
            act = _closed(act, proposal, "void", OVERTAKEN)
    return act


STEPS: dict[type[Command], Step] = {
    ProposeChange: Step(propose),
    DecideProposal: Step(decide_proposal),
    ExpireProposal: Step(expire_proposal),
}
