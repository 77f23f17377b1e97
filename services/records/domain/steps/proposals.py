"""Proposals: a change asked for by one person, decided by another, performed in the same place (M4, K3)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.authority import require_decider
from services.records.domain.changes import field_changes
from services.records.domain.commands import Command, DecideProposal, ProposeChange
from services.records.domain.state import Proposal
from services.records.domain.steps.approval import confirmation
from services.records.domain.steps.posting import line_posted
from services.records.domain.texts import Reason, require_reason
from services.records.domain.validation import checked
from shared.contracts.errors import conflict, not_found
from shared.contracts.records import MoneyLine

OVERTAKEN = Reason(code="overtaken")


def propose(act: Act, command: ProposeChange) -> Act:
    """Ask another person to approve a change of fields."""
    require_reason(command.reason)
    return change_proposed(
        act, command.proposal_id, checked(command.values, act.state.fields, act.terms, act.about), command.reason
    )


def change_proposed(act: Act, proposal_id: str, after: dict[str, Any], reason: Reason) -> Act:
    """The proposal of a change; the record's values stay as they are."""
    before = {name: act.state.fields.get(name) for name in after}
    return _proposed(act, _Asked(proposal_id, "change", before, after), reason)


def line_proposed(act: Act, line: MoneyLine, reason: Reason) -> Act:
    """The proposal of a money line above what one person may add."""
    return _proposed(act, _Asked(line.id, "line", {}, {}, line), reason)


@dataclass(frozen=True)
class _Asked:
    id: str
    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    line: MoneyLine | None = None


def _proposed(act: Act, asked: _Asked, reason: Reason) -> Act:
    version = act.terms.version
    proposal = Proposal(
        id=asked.id,
        what=asked.what,
        before=asked.before,
        after=asked.after,
        line=asked.line,
        reviewer_role=act.terms.kind.reviewer,
        requested_by=act.doer.id,
        requested_at=act.now,
        reason_code=reason.code,
        reason=reason.text.as_ref if reason.text else None,
        rules_version=version,
        digest=digest(asked.id, asked.before, asked.after, version, asked.line),
    )
    shown = field_changes(asked.before, asked.after, act.terms.kind)
    return act.then("change_proposed", reason=reason, changes=shown, proposals=(*act.state.proposals, proposal))


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
    require_decider(act.doer, proposal.reviewer_role, proposal.requested_by)
    require_reason(command.reason)
    if command.digest is not None and command.digest != proposal.digest:
        raise conflict("proposal_differs", "The proposal is not the one that was shown.")
    if not command.approve:
        return _closed(act, proposal, "rejected", command.reason)
    if _overtaken(act, proposal):
        raise conflict("proposal_void", "A field it names has another value by now.")
    return _performed(act, proposal, command.reason)


def _performed(act: Act, proposal: Proposal, reason: Reason) -> Act:
    if proposal.line is not None:
        line = proposal.line.model_copy(update={"approved_by": act.doer.id})
        return line_posted(_closed(act, proposal, "approved", reason), line, reason)
    after = checked(proposal.after, act.state.fields, act.terms, act.about)
    update: dict[str, Any] = {"fields": act.state.fields | after, "idle_handoffs": 0}
    name = act.terms.kind.checked_field
    if name in after and act.state.checked is not None:
        update["checked"] = confirmation(act, after[name], act.doer.actor)
        update["corrections"] = act.state.corrections + 1
    return void_overtaken(_closed(act, proposal, "approved", reason, **update))


def _closed(act: Act, proposal: Proposal, state: str, reason: Reason, **update: Any) -> Act:
    decided = proposal.model_copy(update={"state": state, "decided_by": act.doer.id, "decided_at": act.now})
    kept = tuple(decided if each.id == decided.id else each for each in act.state.proposals)
    return act.then("proposal_decided", reason=reason, proposals=kept, **update)


def _overtaken(act: Act, proposal: Proposal) -> bool:
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
}
