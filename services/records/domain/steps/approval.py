"""Confirming a value and letting the work go ahead: by staff, or by the policy inside the hotel's limits."""

from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.authority import require_role
from services.records.domain.commands import ApproveRecord, CheckValue, Command, ResumeRecord
from services.records.domain.conditions import condition_breaches, touching
from services.records.domain.journey import cause_still_due
from services.records.domain.kinds import Move, Stage
from services.records.domain.moves import refuse_move
from services.records.domain.rules import AutoApproval
from services.records.domain.stakes import Totals, asker, money_held, tier_role, totals
from services.records.domain.steps.sold import on_approval, on_resuming, outside, refusal, require_price
from services.records.domain.steps.staking import asked_for, staked, too_much
from services.records.domain.texts import Reason, check_reason, require_reason
from services.records.domain.validation import checked, limit_breaches, notice_breaches, require_stage, stage_breaches
from shared.contracts.errors import Breach, breached, conflict, refused
from shared.contracts.identity import Actor, Role, policy
from shared.contracts.phrases import breach
from shared.contracts.records import CheckedValue, Status
from shared.contracts.values import derived_id

INSIDE_LIMITS = Reason(code="inside_limits")


def check_value(act: Act, command: CheckValue) -> Act:
    """Confirm the checked field, once. A breach moves nothing and names every rule."""
    name = act.terms.kind.checked_field
    if act.state.status is Status.NEW:
        raise conflict("not_accepted", "Accept it first.")
    if act.state.checked is not None:
        raise conflict("already_checked", f"{name} is confirmed; a change of it is proposed and decided.")
    held = act.state.fields
    given = {} if command.value is None else checked({name: command.value}, held, act.terms, act.about)
    fields = held | given
    if fields.get(name) is None:
        raise refused(breach(name, "required", "no_value"))
    breaches = limit_breaches(fields, act.terms)
    breaches += notice_breaches({name: fields[name]}, fields, act.terms, act.about)
    broken = {each.field for each in breaches}
    asked = touching(act.terms.rules.conditions, (name,))
    breaches += condition_breaches(asked, fields, act.terms.kind, act.about, broken)
    if breaches:
        raise breached(breaches)
    _refuse_other_value(act, given)
    require_price(act, fields)
    amount = asked_for(act, given)
    if too_much(act, amount):
        raise conflict("approval_required", f"{name} can only be changed by a proposal.")
    said: dict[str, Any] = {"fields": fields, "checked": confirmation(act, fields[name], act.doer.actor)}
    said["stakes"] = staked(act, derived_id(act.state.id, "checked", str(act.state.version)), amount)
    return approve_by_policy(act.then("value_checked", idle_handoffs=0, **said))


def _refuse_other_value(act: Act, given: dict[str, Any]) -> None:
    """Confirming is no way round the reason or the other person that changing a protected value takes (K3, K4)."""
    for name, value in given.items():
        spec, held = act.terms.kind.field(name), act.state.fields.get(name)
        if spec and (spec.audited or spec.sensitive) and held not in (None, value):
            raise conflict("value_differs", f"{name} holds another value: change that with a reason, then confirm it.")


def confirmation(act: Act, value: Any, checker: Actor, rule: str | None = None) -> CheckedValue:
    """The value as confirmed now under the rules in force."""
    name = act.terms.kind.checked_field
    binding = (each for each in act.terms.rules.limits if each.field == name and each.binds(act.state.fields))
    held = rule or next((limit.rule for limit in binding), "type")
    return CheckedValue(
        field=name,
        value=value,
        rule=held,
        rules_version=act.terms.version,
        chain_rules_version=act.terms.chain_version,
        checker=checker,
        at=act.now,
    )


def approve(act: Act, command: ApproveRecord) -> Act:
    """Let the promised work go ahead: value confirmed, nothing missing, nothing owed or under review."""
    check_reason(command.reason)
    if act.state.status is not Status.PENDING:
        raise refuse_move(act.state.status, Status.APPROVED)
    act.refuse_under_review()
    _refuse_unready(act)
    needed = money_needs(act)
    if needed is not None:
        require_role(act.doer, needed)
    said = on_approval(act)
    return act.move(
        "approved", Status.APPROVED, reason=command.reason, approved_by=act.doer.id, idle_handoffs=0, **said
    )


def _refuse_unready(act: Act) -> None:
    cause = cause_still_due(act.state, act.terms.kind)
    if cause:
        raise conflict("exception_required", f"This is unusual ({cause}): it needs an exception note first.")
    require_stage(act.state.fields, act.terms, Stage.APPROVE, act.about)
    if act.state.checked is None:
        raise conflict("value_not_checked", f"{act.terms.kind.checked_field} is not confirmed yet.")


def money_needs(act: Act) -> Role | None:
    """The role of the highest tier that the record's own money passes, alone or with what it adds up with."""
    state, spent = act.state, act.terms.spent
    held = money_held(act.terms.kind, state.fields)
    asked = totals(state, spent, asker(state, act.doer.id), 0, act.now)
    record = max(held, asked.record)
    return tier_role(act.terms.rules.tiers, Totals(record, record + spent.stay, asked.day)) if record else None


def approve_by_policy(act: Act) -> Act:
    """Inside the limits the hotel switched on, the policy confirms the value and approves at once; else nothing."""
    auto = act.terms.rules.auto
    if auto is None or not _inside(act, auto):
        return act
    return _approved_by_policy(act, "auto_approval", auto.switched_on_by)


def confirmed_by_policy(act: Act, on_behalf_of: str) -> Act:
    """What the catalogue sells at its own price, approved by the policy; a refusal says what stands in its way."""
    if act.state.status is Status.APPROVED:
        return act
    sale, name = act.state.sale, act.terms.kind.checked_field
    if sale is None or act.state.fields.get(name) != sale.quoted.model_dump():
        raise conflict("price_by_hand", "Another price than the catalogue's is approved by a person.")
    act.refuse_under_review()
    if act.state.status is not Status.PENDING:
        raise refuse_move(act.state.status, Status.APPROVED)
    require_stage(act.state.fields, act.terms, Stage.APPROVE, act.about)
    if cause_still_due(act.state, act.terms.kind):
        raise conflict("exception_required", "This is unusual: a person decides.")
    return _approved_by_policy(act, "catalogue_price", on_behalf_of)


def _approved_by_policy(act: Act, rule: str, on_behalf_of: str | None) -> Act:
    checker, said = policy(act.terms.version), on_approval(act)
    if act.state.checked is None:
        value = act.state.fields[act.terms.kind.checked_field]
        confirmed = confirmation(act, value, checker, rule)
        confirmed = confirmed.model_copy(update={"on_behalf_of": on_behalf_of})
        act = act.then("value_checked", by=checker, reason=INSIDE_LIMITS, checked=confirmed)
    return act.move("approved", Status.APPROVED, by=checker, reason=INSIDE_LIMITS, approved_by=checker.id, **said)


def _inside(act: Act, auto: AutoApproval) -> bool:
    state, kind = act.state, act.terms.kind
    ready = (
        state.status is Status.PENDING
        and not state.reviews
        and cause_still_due(state, kind) is None
        and kind.guard(Move.APPROVED, state.fields) is None
        and state.fields.get(kind.checked_field) is not None
        and money_needs(act) is None
        and not stage_breaches(state.fields, act.terms, Stage.APPROVE, act.about)
        and refusal(act) is None
        and not outside(act, state.fields)
    )
    return ready and auto.covers(state.fields) and not _too_late(act)


def _too_late(act: Act) -> list[Breach]:
    """The notices that the checked value would break, if it is to be confirmed now."""
    name = act.terms.kind.checked_field
    if act.state.checked is not None:
        return []
    return notice_breaches({name: act.state.fields[name]}, act.state.fields, act.terms, act.about)


def resume(act: Act, command: ResumeRecord) -> Act:
    """Take approved work back to pending."""
    require_reason(command.reason)
    if act.state.status is not Status.APPROVED:
        raise conflict("move_refused", "Only approved work can be taken back to pending.")
    return act.move("resumed", Status.PENDING, reason=command.reason, approved_by=None, **on_resuming(act))


STEPS: dict[type[Command], Step] = {
    CheckValue: Step(check_value),
    ApproveRecord: Step(approve),
    ResumeRecord: Step(resume),
}
