"""What is contradictory in a workflow as it is defined: every such place, found when the catalogue is made."""

import re
from collections.abc import Iterable, Sequence

from services.records.domain.conditions import condition_faults
from services.records.domain.kinds import FieldSpec, FieldType, KindSpec, When, WorkflowSpec
from services.records.domain.limit_faults import LISTED, limit_fault, notice_fault, together_faults
from services.records.domain.rules import auto_limits

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def twice(workflows: Sequence[WorkflowSpec]) -> list[str]:
    """Workflows, kinds, triggers and follow-ons that share a name."""
    names = [
        *(each.workflow for each in workflows),
        *(kind.code for each in workflows for kind in each.kinds),
        *(rule.name for each in workflows for rule in each.triggers),
        *(follow.name for each in workflows for follow in each.follow_ons),
    ]
    return [f"{name} is defined twice" for name in sorted({name for name in names if names.count(name) > 1})]


def faults_of(workflow: WorkflowSpec) -> list[str]:
    """What is contradictory in one workflow."""
    own = {kind.code for kind in workflow.kinds}
    codes = [workflow.workflow, *own, *(spec.name for kind in workflow.kinds for spec in kind.fields)]
    faults = [f"{code!r} is no code" for code in codes if not _CODE.fullmatch(code)]
    faults += [fault for kind in workflow.kinds for fault in (*_kind_faults(kind), *_rules_faults(kind))]
    faults += [
        f"{kind.code} belongs to {kind.workflow}" for kind in workflow.kinds if kind.workflow != workflow.workflow
    ]
    return faults + [
        f"{each.name} follows on an unknown {each.of}" for each in workflow.follow_ons if each.of not in own
    ]


def _kind_faults(kind: KindSpec) -> Iterable[str]:
    names = [spec.name for spec in kind.fields]
    if len(set(names)) < len(names):
        yield f"{kind.code} names a field twice"
    charge = [kind.charge.amount] if kind.charge else []
    charge += [kind.sells.what, kind.sells.price] if kind.sells else []
    charge += [kind.moves_points.action, kind.moves_points.points] if kind.moves_points else []
    remembered = [kind.remembers.topic] if kind.remembers else []
    for name in (kind.checked_field, kind.what, *charge, *remembered, *kind.repeats_by):
        if name not in names:
            yield f"{kind.code} speaks of a field {name} it has not"
    if kind.charge and (spec := kind.field(kind.charge.amount)) and spec.type is not FieldType.MONEY:
        yield f"{kind.code} charges {spec.name}, which is no money"
    for spec in kind.fields:
        if (spec.type is FieldType.CHOICE) != bool(spec.choices):
            yield f"{kind.code}.{spec.name}: choices and type disagree"
        if spec.sensitive and spec.sensitive_when:
            yield f"{kind.code}.{spec.name} is sensitive always and sometimes"
    for when in _conditions(kind):
        yield from _when_faults(kind, when)
    for each in kind.exceptions:
        if each.cause not in kind.causes:
            yield f"{kind.code}: {each.cause} is not among its causes"
    yield from _guard_faults(kind)


def _conditions(kind: KindSpec) -> list[When]:
    of_fields = [when for spec in kind.fields for when in (spec.required_when, spec.sensitive_when)]
    charged = [kind.charge.when] if kind.charge else []
    charged += [kind.stops] if kind.stops else []
    charged += [kind.remembers.ends_with_stay] if kind.remembers and kind.remembers.ends_with_stay else []
    found = [*(each.when for each in kind.exceptions), *(each.when for each in kind.guards), *of_fields, *charged]
    return [when for when in found if when is not None]


def _when_faults(kind: KindSpec, when: When) -> Iterable[str]:
    spec = kind.field(when.field)
    if spec is None:
        yield f"{kind.code} speaks of a field {when.field} it has not"
    elif not when.among:
        yield f"{kind.code}: a condition on {when.field} never holds"
    elif any(value is not None and not _may_hold(spec, value) for value in when.among):
        yield f"{kind.code}: {when.field} never holds what a condition asks for"


def _may_hold(spec: FieldSpec, value: object) -> bool:
    return type(value) is LISTED.get(spec.type) and (not spec.choices or value in spec.choices)


def _guard_faults(kind: KindSpec) -> Iterable[str]:
    codes = [each.code for each in kind.guards]
    for code in sorted(set(codes)):
        if codes.count(code) > 1:
            yield f"{kind.code}: the guard {code} is given twice"
        if not _CODE.fullmatch(code):
            yield f"{kind.code}: {code!r} is no code of a guard"
    for each in kind.guards:
        if not each.message:
            yield f"{kind.code}: the guard {each.code} does not say why"


def _rules_faults(kind: KindSpec) -> Iterable[str]:
    rules = kind.rules
    yield from (fault for limit in (*rules.limits, *auto_limits(rules.auto)) if (fault := limit_fault(kind, limit)))
    yield from (fault for notice in rules.notices if (fault := notice_fault(kind, notice)))
    if not any(limit_fault(kind, limit) for limit in rules.limits):
        yield from (message for _, message in together_faults(kind, rules.limits))
    for condition in rules.conditions:
        yield from (message for _, message in condition_faults(kind, condition))
