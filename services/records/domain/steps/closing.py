"""Closing a record, letting it expire, opening it again."""

import datetime as dt
from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, CompleteRecord, ExpireRecord, ReopenRecord
from services.records.domain.deadlines import accept_by
from services.records.domain.kin import open_children
from services.records.domain.kinds import Stage
from services.records.domain.late_entry import late_close_breaches
from services.records.domain.moves import may_close
from services.records.domain.steps.checklist import require_done
from services.records.domain.steps.fields import changed, protected
from services.records.domain.steps.posting import line_posted
from services.records.domain.steps.proposals import void_all
from services.records.domain.steps.refunds import charge_line_id
from services.records.domain.steps.sold import on_closing, on_reopening, on_values
from services.records.domain.steps.work import paused_for
from services.records.domain.texts import Reason, check_reason, require_reason
from services.records.domain.validation import require_audit_reason, require_stage
from shared.contracts.errors import breached, conflict, invalid
from shared.contracts.identity import Actor, policy
from shared.contracts.records import LineKind, MoneyLine, Outcome, Status
from shared.contracts.values import Money
from shared.contracts.writebacks import UNSETTLED


def complete(act: Act, command: CompleteRecord) -> Act:
    """Close with an outcome. Values that only the end knows may come along; they are checked like an edit."""
    if not may_close(act.state.status, command.outcome):
        raise conflict("move_refused", f"A record that is {act.state.status} cannot be {command.outcome}.")
    check_reason(command.reason)
    late = act.state.entered_late_at is not None
    if wrong := late_close_breaches(command.happened_at, late, act.state.opened_at, act.now):
        raise breached(wrong)
    if command.values:
        act = _with_values(act, command)
    if command.outcome is Outcome.FULFILLED:
        return _fulfilled(act, command.reason, command.happened_at)
    require_reason(command.reason)
    _refuse_undecided_children(act, command)
    return close(act, command.outcome, command.reason, at=command.happened_at)


def _fulfilled(act: Act, reason: Reason, at: dt.datetime | None) -> Act:
    _refuse_unfinished(act, reason)
    said = on_closing(act, Outcome.FULFILLED)
    return _closed(_charged(act), Outcome.FULFILLED, reason, at=at, **said)


def fulfilled_by_policy(act: Act, reason: Reason) -> Act:
    """A sale that its offer's terms let happen by itself."""
    _refuse_unfinished(act, reason)
    said = on_closing(act, Outcome.FULFILLED)
    return _closed(_charged(act), Outcome.FULFILLED, reason, by=policy(act.terms.version), **said)


def close(act: Act, outcome: Outcome, reason: Reason, **more: Any) -> Act:
    """Any end but fulfilment: what waits for a decision is void, what was held is given back.

    `more` names further fields of RecordState.
    """
    return _closed(void_all(act), outcome, reason, **on_closing(act, outcome), **more)


def _with_values(act: Act, command: CompleteRecord) -> Act:
    after = changed(act, command.values)
    require_audit_reason(after, act.state.fields, act.terms, command.reason.given)
    guarded = protected(act, after)
    if guarded:
        raise conflict("approval_required", f"{', '.join(guarded)} can only be changed by a proposal.")
    said = on_values(act, after)
    return act.then("edited", reason=command.reason, fields=act.state.fields | after, **said)


def _refuse_unfinished(act: Act, reason: Reason) -> None:
    act.refuse_under_review()
    require_done(act)
    _refuse_open_children(act)
    require_stage(act.state.fields, act.terms, Stage.FULFIL, act.about)
    if any(each.state in UNSETTLED for each in act.state.writebacks) and not reason.given:
        raise conflict("writeback_pending", "The PMS has not confirmed a change yet: wait for it, or say why not.")
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
    line_id = charge_line_id(act.state)
    amount = act.state.fields.get(charge.amount) if charge else None
    if charge is None or amount is None or not charge.when.holds(act.state.fields):
        return act
    if any(line.id == line_id for line in act.state.money):
        return act
    line = MoneyLine(
        id=line_id, kind=LineKind.CHARGE, amount=Money.model_validate(amount), approved_by=act.state.approved_by
    )
    return line_posted(act, line, Reason(code="guest_accepted"), by=policy(act.terms.version))


def _closed(
    act: Act,
    outcome: Outcome,
    reason: Reason,
    *,
    by: Actor | None = None,
    at: dt.datetime | None = None,
    **said: Any,
) -> Act:
    update: dict[str, Any] = {
        "outcome": outcome,
        "closed_at": at or act.now,
        "close_count": act.state.close_count + 1,
        "blocked_from": None,
        "blocked_reason": None,
        "waits_for": None,
        "paused_at": None,
        "paused_s": act.state.paused_s + int(paused_for(act).total_seconds()),
    }
    return act.move("completed", Status.COMPLETE, reason=reason, by=by, **update, **said)


def expire(act: Act, _command: ExpireRecord) -> Act:
    """Nobody closed it before its moment passed."""
    if act.state.ends_at is None or act.now < act.state.ends_at:
        raise conflict("not_expired", "Its moment has not passed.")
    return close(act, Outcome.EXPIRED, Reason(code="moment_passed"))


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
        reopened=act.state.reopened + 1,
        declined_by=(),
        due_at=due_at,
        accept_by=accept_by(act.state.sla, act.now, due_at),
        expires_at=None,
        **on_reopening(act),
        merged_into=None,
    )


STEPS: dict[type[Command], Step] = {
    CompleteRecord: Step(complete),
    ExpireRecord: Step(expire),
    ReopenRecord: Step(reopen, when_closed=True),
}
