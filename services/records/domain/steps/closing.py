"""Closing a record, letting it expire, opening it again."""

import datetime as dt
from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, CompleteRecord, ExpireRecord, ReopenRecord
from services.records.domain.deadlines import accept_by
from services.records.domain.kin import open_children
from services.records.domain.kinds import Stage
from services.records.domain.moves import may_close
from services.records.domain.steps.checklist import require_done
from services.records.domain.steps.fields import changed, protected
from services.records.domain.steps.posting import line_posted
from services.records.domain.steps.proposals import void_all
from services.records.domain.steps.work import paused_for
from services.records.domain.texts import Reason, check_reason, require_reason
from services.records.domain.validation import require_audit_reason, require_stage
from shared.contracts.errors import conflict, invalid
from shared.contracts.identity import policy
from shared.contracts.records import LineKind, MoneyLine, Outcome, Status
from shared.contracts.values import Money, derived_id


def complete(act: Act, command: CompleteRecord) -> Act:
    """Close with an outcome. Values that only the end knows may come along; they are checked like an edit."""
    if not may_close(act.state.status, command.outcome):
        raise conflict("move_refused", f"A record that is {act.state.status} cannot be {command.outcome}.")
    check_reason(command.reason)
    if command.values:
        act = _with_values(act, command)
    if command.outcome is Outcome.FULFILLED:
        _refuse_unfinished(act, command.reason)
        act = _charged(act)
    else:
        require_reason(command.reason)
        _refuse_undecided_children(act, command)
        act = void_all(act)
    return closed(act, command.outcome, command.reason)


def _with_values(act: Act, command: CompleteRecord) -> Act:
    after = changed(act, command.values)
    require_audit_reason(after, act.state.fields, act.terms, command.reason.given)
    guarded = protected(act, after)
    if guarded:
        raise conflict("approval_required", f"{', '.join(guarded)} can only be changed by a proposal.")
    return act.then("edited", reason=command.reason, fields=act.state.fields | after)


def _refuse_unfinished(act: Act, reason: Reason) -> None:
    act.refuse_under_review()
    require_done(act)
    _refuse_open_children(act)
    require_stage(act.state.fields, act.terms, Stage.FULFIL, act.about)
    if act.state.guest_must_know and not act.state.guest_informed and not reason.given:
        raise conflict("guest_not_informed", "The guest must know: send or store a message, or say why not.")


def _refuse_open_children(act: Act) -> None:
    compulsory = {child.id for child in act.state.children if child.compulsory}
    waiting = [child.id for child in open_children(act.terms.children) if child.id in compulsory]
    if waiting:
        raise conflict("subtasks_open", f"{len(waiting)} compulsory sub-tasks are not closed.")


def _refuse_undecided_children(act: Act, command: CompleteRecord) -> None:
    # A machine (the stay was cancelled) is not asked: sub-tasks go on by themselves.
    if act.doer.bound and command.children is None and open_children(act.terms.children):
        raise invalid("children", "undecided_subtasks", "Sub-tasks are open: say whether to keep or cancel them.")


def _charged(act: Act) -> Act:
    """What the guest agreed to pay goes on the folio, once for the record's life."""
    charge = act.terms.kind.charge
    line_id = derived_id(act.state.id, "charge")
    amount = act.state.fields.get(charge.amount) if charge else None
    if charge is None or amount is None or not charge.when.holds(act.state.fields):
        return act
    if any(line.id == line_id for line in act.state.money):
        return act
    line = MoneyLine(
        id=line_id, kind=LineKind.CHARGE, amount=Money.model_validate(amount), approved_by=act.state.approved_by
    )
    return line_posted(act, line, Reason(code="guest_accepted"), by=policy(act.terms.version))


def closed(act: Act, outcome: Outcome, reason: Reason, **more: Any) -> Act:
    """The record closed, its clock stopped. `more` names further fields of RecordState."""
    update: dict[str, Any] = {
        **more,
        "outcome": outcome,
        "closed_at": act.now,
        "close_count": act.state.close_count + 1,
        "blocked_from": None,
        "blocked_reason": None,
        "paused_at": None,
        "paused_s": act.state.paused_s + int(paused_for(act).total_seconds()),
    }
    return act.move("completed", Status.COMPLETE, reason=reason, **update)


def expire(act: Act, _command: ExpireRecord) -> Act:
    """Nobody closed it before its moment passed."""
    if act.state.expires_at is None or act.now < act.state.expires_at:
        raise conflict("not_expired", "Its moment has not passed.")
    return closed(void_all(act), Outcome.EXPIRED, Reason(code="moment_passed"))


def reopen(act: Act, command: ReopenRecord) -> Act:
    """Open it again, on a new clock; somebody has to take it on."""
    require_reason(command.reason)
    if act.state.status is not Status.COMPLETE:
        raise conflict("move_refused", "Only a closed record can be reopened.")
    due_at = act.now + dt.timedelta(seconds=act.state.sla.complete_s)
    return act.move(
        "reopened",
        Status.PENDING,
        reason=command.reason,
        outcome=None,
        closed_at=None,
        approved_by=None,
        accepted=False,
        declined_by=(),
        due_at=due_at,
        accept_by=accept_by(act.state.sla, act.now, due_at),
        expires_at=None,
        merged_into=None,
    )


STEPS: dict[type[Command], Step] = {
    CompleteRecord: Step(complete),
    ExpireRecord: Step(expire),
    ReopenRecord: Step(reopen, when_closed=True),
}
