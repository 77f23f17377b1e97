"""The language of workflows: guards, fields that are sensitive sometimes, and every fault found at import."""

from dataclasses import replace
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.catalogue import Catalogue
from services.records.domain.decide import decide, open_record
from services.records.domain.kinds import (
    CauseWhen,
    ChargeWhen,
    FieldSpec,
    FieldType,
    FollowOn,
    Guard,
    KindSpec,
    Move,
    TriggerRule,
    Turn,
    When,
    WorkflowSpec,
)
from services.records.domain.limits import Limit, Notice, Where
from services.records.domain.rules import AutoApproval, Condition, KindRules, sla
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.views import protected_fields
from services.records.workflows import guest_experience, upsell
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.records import Outcome, Status, TriggerKind
from tests.factories.guest_records import ANA, CHAIN, MACHINE, NOW, WHY, blocked, new_id, opening
from tests.factories.inspection import HOUSEKEEPING, INSPECTION, WORKFLOW, on_check_out

KIND = INSPECTION
TO_DO = {"result": "to_do", "score": 50}


def held(kind: KindSpec = KIND) -> Terms:
    return Terms(kind, kind.rules, 1, "EUR")


def new(kind: KindSpec = KIND, **fields: Any) -> RecordState:
    start = opening(fields=TO_DO | fields)
    command = c.OpenRecord(
        new_id(), replace(start, kind=kind.code), CHAIN, "Europe/Lisbon", c.Ownership("ana", "on_duty")
    )
    return open_record(command, MACHINE, held(kind), NOW).state


def after(state: RecordState, *commands: c.Command, kind: KindSpec = KIND) -> RecordState:
    for command in commands:
        state = decide(state, command, ANA, held(kind), NOW).state
    return state


def guard(against: Move, *among: str | int | bool | None, field: str = "result") -> KindSpec:
    """An inspection with one guard."""
    return replace(KIND, guards=(Guard("not_so", against, When(field, among), "Not so."),))


def refusal(state: RecordState, command: c.Command, kind: KindSpec) -> tuple[ErrorKind, str, str]:
    with pytest.raises(AppError) as refused:
        decide(state, command, ANA, held(kind), NOW)
    return refused.value.kind, refused.value.code, refused.value.message


READY = (c.AcceptRecord(), c.CheckValue())


@pytest.mark.parametrize(
    ("against", "before", "command"),
    [
        (Move.APPROVED, READY, c.ApproveRecord()),
        (Move.BLOCKED, READY, blocked()),
        (Move.FULFILLED, (*READY, c.ApproveRecord()), c.CompleteRecord(Outcome.FULFILLED, WHY)),
    ],
)
def test_guarded_move_is_a_conflict_with_the_guards_code_while_its_condition_holds(
    against: Move, before: tuple[c.Command, ...], command: c.Command
) -> None:
    kind = guard(against, "to_do")
    state = after(new(kind), *before, kind=kind)
    assert refusal(state, command, kind) == (ErrorKind.CONFLICT, "not_so", "Not so.")
    passed = after(state, c.EditFields(new_id(), {"result": "failed"}, WHY), kind=kind)
    assert decide(passed, command, ANA, held(kind), NOW).state.status is not passed.status


def test_guard_on_an_absent_value_holds_until_it_is_there() -> None:
    kind = guard(Move.APPROVED, None, field="damage")
    state = after(new(kind), *READY, kind=kind)
    assert refusal(state, c.ApproveRecord(), kind)[1] == "not_so"
    told = after(state, c.EditFields(new_id(), {"damage": False}, WHY), kind=kind)
    assert after(told, c.ApproveRecord(), kind=kind).status is Status.APPROVED


def test_guard_of_fulfilment_lets_other_outcomes_pass_and_sees_the_values_that_come_along() -> None:
    kind = guard(Move.FULFILLED, "to_do")
    state = after(new(kind), *READY, c.ApproveRecord(), kind=kind)
    assert after(state, c.CompleteRecord(Outcome.CANCELLED, WHY), kind=kind).outcome is Outcome.CANCELLED
    closed = after(state, c.CompleteRecord(Outcome.FULFILLED, WHY, {"result": "failed"}), kind=kind)
    assert closed.outcome is Outcome.FULFILLED


def test_unblocking_into_approved_is_guarded_like_approving() -> None:
    kind = guard(Move.APPROVED, True, field="damage")
    state = after(new(kind), *READY, c.ApproveRecord(), blocked(), kind=kind)
    told = after(state, c.EditFields(new_id(), {"damage": True}, WHY), kind=kind)
    assert refusal(told, c.UnblockRecord(), kind)[1] == "not_so"


def test_next_action_is_what_the_guard_waits_for_and_not_what_it_refuses() -> None:
    kind = guard(Move.APPROVED, "to_do")
    assert after(new(kind), *READY, kind=kind).next_action.code == "fill_fields"
    kind = guard(Move.FULFILLED, "to_do")
    state = after(new(kind), *READY, c.ApproveRecord(), kind=kind)
    assert state.next_action.code == "fill_fields"
    told = after(state, c.EditFields(new_id(), {"result": "failed"}, WHY), kind=kind)
    assert told.next_action.code == "complete"


def test_policy_leaves_to_people_what_a_guard_refuses() -> None:
    auto = AutoApproval(limits=(Limit(rule="any", field="score", at_least=0, at_most=100),))
    rules = KIND.rules.model_copy(update={"auto": auto})
    kind = replace(guard(Move.APPROVED, "to_do"), rules=rules)
    assert after(new(kind), c.AcceptRecord(), kind=kind).status is Status.PENDING
    assert after(new(kind, result="failed"), c.AcceptRecord(), kind=kind).status is Status.APPROVED


@pytest.mark.parametrize(("result", "waits"), [("passed", True), ("failed", False)])
def test_field_is_sensitive_only_while_its_condition_holds(result: str, waits: bool) -> None:
    state = new(result=result)
    changed = after(state, c.EditFields(new_id(), {"score": 60}, WHY))
    assert (bool(changed.proposals), changed.fields["score"]) == (waits, 50 if waits else 60)
    assert ("score" in protected_fields(state, KIND)) is waits


def test_sensitive_condition_cannot_be_edited_away_together_with_the_value() -> None:
    both = c.EditFields(new_id(), {"score": 60, "result": "failed"}, WHY)
    assert after(new(result="passed"), both).proposals
    towards = c.EditFields(new_id(), {"score": 60, "result": "passed"}, WHY)
    assert after(new(result="failed"), towards).proposals


def test_change_of_a_field_that_is_sensitive_now_needs_a_reason() -> None:
    with pytest.raises(AppError) as refused:
        decide(new(result="passed"), c.EditFields(new_id(), {"score": 60}), ANA, held(), NOW)
    assert [(each.field, each.rule) for each in refused.value.breaches] == [("score", "reason_required")]


def text(name: str = "x", **given: Any) -> FieldSpec:
    return FieldSpec(name, FieldType.TEXT, **given)


def with_field(spec: FieldSpec) -> KindSpec:
    return replace(KIND, fields=(*KIND.fields, spec))


def with_rules(**given: Any) -> KindSpec:
    return replace(KIND, rules=KindRules(sla=sla(1, 2, 0), **given))


def limit(**given: Any) -> Limit:
    return Limit(rule=given.pop("rule", "own"), **{"field": "score", **given})


def condition(**given: Any) -> Condition:
    base = {"rule": "own", "field": "score", "expression": "true", "message": "No."}
    return Condition.model_validate(base | given)


FAULTS: dict[str, tuple[KindSpec, str]] = {
    "code": (replace(KIND, code="Room Inspection"), "is no code"),
    "field code": (with_field(text("Straße")), "is no code"),
    "workflow": (replace(KIND, workflow="other"), "belongs to other"),
    "field twice": (with_field(text("score")), "names a field twice"),
    "checked": (replace(KIND, checked_field="nowhere"), "a field nowhere it has not"),
    "what": (replace(KIND, what="nowhere"), "a field nowhere it has not"),
    "charge": (replace(KIND, charge=ChargeWhen(When("result", ("passed",)), "nowhere")), "a field nowhere it has not"),
    "charge type": (replace(KIND, charge=ChargeWhen(When("result", ("passed",)), "score")), "is no money"),
    "charge when": (replace(KIND, charge=ChargeWhen(When("gone", ("x",)), "score")), "a field gone it has not"),
    "choices": (with_field(FieldSpec("x", FieldType.CHOICE)), "choices and type disagree"),
    "choices of text": (with_field(text(choices=("a",))), "choices and type disagree"),
    "sensitive twice": (
        with_field(text(sensitive=True, sensitive_when=When("result", ("passed",)))),
        "sensitive always and sometimes",
    ),
    "sensitive when": (with_field(text(sensitive_when=When("gone", ("x",)))), "a field gone it has not"),
    "sensitive value": (with_field(text(sensitive_when=When("result", ("maybe",)))), "never holds what"),
    "required when": (with_field(text(required_when=When("score", ("ten",)))), "never holds what"),
    "empty condition": (with_field(text(required_when=When("score", ()))), "a condition on score never holds"),
    "cause": (replace(KIND, exceptions=(CauseWhen("gone", When("damage", (True,))),)), "gone is not among its causes"),
    "exception value": (
        replace(KIND, exceptions=(CauseWhen("other", When("damage", ("yes",))),)),
        "never holds what",
    ),
    "guard field": (guard(Move.APPROVED, "x", field="gone"), "a field gone it has not"),
    "guard value": (guard(Move.APPROVED, "maybe"), "never holds what"),
    "guard twice": (replace(KIND, guards=(*KIND.guards, *KIND.guards)), "the guard not_inspected is given twice"),
    "guard code": (
        replace(KIND, guards=(Guard("Not So", Move.APPROVED, When("result", ("passed",)), "No."),)),
        "no code of a guard",
    ),
    "guard message": (
        replace(KIND, guards=(Guard("not_so", Move.APPROVED, When("result", ("passed",)), ""),)),
        "does not say why",
    ),
    "limit field": (with_rules(limits=(limit(field="gone", at_most=1),)), "has no field gone"),
    "limit bound": (with_rules(limits=(limit(at_most="ten"),)), "is written otherwise"),
    "limit nothing": (with_rules(limits=(limit(),)), "limits nothing"),
    "limit order": (with_rules(limits=(limit(at_least=2, at_most=1),)), "contradicts itself"),
    "limit list": (with_rules(limits=(limit(field="result", allowed=("maybe",)),)), "allows what a choice never"),
    "limit where": (
        with_rules(limits=(limit(at_most=1, where=Where(field="gone", among=(1,))),)),
        "asks for gone",
    ),
    "limit where value": (
        with_rules(limits=(limit(at_most=1, where=Where(field="result", among=("maybe",))),)),
        "asks for a value that result never holds",
    ),
    "limits twice": (with_rules(limits=(limit(at_most=2), limit(at_most=1))), "own is given twice"),
    "limits exclude": (
        with_rules(limits=(limit(at_most=1), limit(rule="other", at_least=2))),
        "leave nothing that is allowed",
    ),
    "auto": (with_rules(auto=AutoApproval(limits=(limit(field="gone", at_most=1),))), "has no field gone"),
    "notice": (with_rules(notices=(Notice(rule="own", field="score", minutes=5),)), "names a moment of its own"),
    "notice field": (with_rules(notices=(Notice(rule="own", field="gone", minutes=5),)), "has no field gone"),
    "condition": (with_rules(conditions=(condition(expression="fields.gone"),)), "has no field gone"),
    "condition field": (with_rules(conditions=(condition(field="gone"),)), "which room_inspection has not"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_catalogue_is_refused_naming_the_fault_of_a_kind(name: str) -> None:
    kind, fault = FAULTS[name]
    with pytest.raises(ValueError, match=fault):
        Catalogue((replace(WORKFLOW, kinds=(kind, WORKFLOW.kinds[1]), follow_ons=()),))


OTHER = replace(WORKFLOW, workflow="other", kinds=(), triggers=(), follow_ons=())
MORE: dict[str, tuple[WorkflowSpec, str]] = {
    "workflow": (replace(OTHER, workflow=HOUSEKEEPING), f"{HOUSEKEEPING} is defined twice"),
    "workflow code": (replace(OTHER, workflow="Other one"), "is no code"),
    "kind": (replace(OTHER, kinds=(replace(KIND, workflow="other"),)), "room_inspection is defined twice"),
    "trigger": (
        replace(OTHER, triggers=(TriggerRule("inspection_after_check_out", TriggerKind.BOOKING, on_check_out),)),
        "inspection_after_check_out is defined twice",
    ),
    "follow-on": (
        replace(OTHER, follow_ons=(FollowOn("x", "room_inspection", Turn.OPENED, lambda _state, _rules: ()),)),
        "x follows on an unknown room_inspection",
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_catalogue_is_refused_naming_the_fault_of_workflows_together(name: str) -> None:
    other, fault = MORE[name]
    with pytest.raises(ValueError, match=fault):
        Catalogue((WORKFLOW, other))


def test_catalogue_takes_a_third_workflow_and_its_rules_from_the_kinds_alone() -> None:
    catalogue = Catalogue((guest_experience.WORKFLOW, upsell.WORKFLOW, WORKFLOW))
    assert len(catalogue.kinds) == 17
    assert catalogue.defaults.of("room_inspection") == INSPECTION.rules
