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
from services.records.domain.steps.refunds import (
    charge_line_id,
    charged,
    charges_of,
    refunded,
    require_authority,
    under_way,
)
from services.records.domain.steps.sold import on_closing, on_reopening, on_values, require_price
from services.records.domain.steps.staking import asked_for, staked
from services.records.domain.steps.work import paused_for
from services.records.domain.texts import Reason, check_reason, require_reason
from services.records.domain.validation import require_audit_reason, require_stage
from shared.contracts.errors import breached, conflict, invalid
from shared.contracts.identity import Actor, policy
from shared.contracts.records import LineKind, MoneyLine, Outcome, Status
from shared.contracts.values import Money, derived_id
from shared.contracts.writebacks import UNSETTLED

GUEST_ACCEPTED = Reason(code="guest_accepted")
GUEST_DECLINED = Reason(code="guest_declined")
PRICE_CHANGED = Reason(code="price_changed")


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
    """Any end but fulfilment: what waits for a decision is void, what was held or charged before is given back.

    A charge that is not known to stand is waited for. `more` names further fields of RecordState.
    """
    require_authority(act)
    act = _closed(void_all(act), outcome, reason, **on_closing(act, outcome), **more)
    return act if under_way(act.state) else refunded(act, reason)


def _with_values(act: Act, command: CompleteRecord) -> Act:
    after = changed(act, command.values)
    require_audit_reason(after, act.state.fields, act.terms, command.reason.given)
    guarded = protected(act, after)
    if guarded:
        raise conflict("approval_required", f"{', '.join(guarded)} can only be changed by a proposal.")
    require_price(act, act.state.fields | after, after)
    stakes = staked(act, derived_id(act.state.id, "completed", str(act.state.version)), asked_for(act, after))
    said = on_values(act, after) | {"fields": act.state.fields | after, "stakes": stakes}
    return act.then("edited", reason=command.reason, **said)


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
    """What the guest agreed to pay stands on the folio: what it lacks is charged, what is too much goes back.

    Closed again, a record charges nothing twice: only what a changed price, or a charge that failed, leaves open.
    """
    state, charge = act.state, act.terms.kind.charge
    amount = state.fields.get(charge.amount) if charge else None
    wants = charge is not None and charge.when.holds(state.fields)
    due = Money.model_validate(amount) if amount is not None and wants else None
    open_amount = (due.amount if due else 0) - charged(state)
    if due is not None and open_amount > 0:
        line = MoneyLine(
            id=charge_line_id(state, len(charges_of(state)) + 1),
            kind=LineKind.CHARGE,
            amount=Money(amount=open_amount, currency=due.currency),
            approved_by=state.approved_by,
        )
        return line_posted(act, line, GUEST_ACCEPTED, by=policy(act.terms.version))
    if open_amount < 0:
        return _given_back(act, -open_amount, wants)
    return act


def _given_back(act: Act, amount: int, wants: bool) -> Act:
    if not wants:
        require_authority(act)
    if not under_way(act.state):
        return refunded(act, PRICE_CHANGED if wants else GUEST_DECLINED, amount)
    if wants:
        raise conflict("charge_unsettled", "It is not known yet if the earlier charge stands; wait for it.")
    return act  # the sale waits as cancelling, and the refund with it


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
