"""All workflows together: look-ups by kind, what an occurrence opens, and the checks made at import."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.records.domain.kinds import FieldType, KindSpec, Turn, WorkflowSpec
from services.records.domain.occurrences import Occurrence, Opening
from services.records.domain.rules import AutoApproval, HotelRules, Limit
from services.records.domain.state import RecordState
from shared.contracts.errors import invalid
from shared.contracts.records import Status


class Catalogue:
    """The workflows that run, as one table of kinds. A contradiction in them raises ValueError at once."""

    def __init__(self, workflows: Sequence[WorkflowSpec], defaults: HotelRules) -> None:
        faults = [fault for each in workflows for fault in faults_of(each, defaults)] + twice(workflows)
        if faults:
            raise ValueError("; ".join(faults))
        self.workflows, self.defaults = tuple(workflows), defaults
        self.kinds: dict[str, KindSpec] = {kind.code: kind for each in workflows for kind in each.kinds}

    def kind(self, code: str) -> KindSpec:
        """One kind; an unknown code is a refusal."""
        if code not in self.kinds:
            # The name is anybody's text: it is not said back.
            raise invalid("kind", "unknown_kind", "There is no such kind; GET /v1/kinds lists them.")
        return self.kinds[code]

    def openings(self, occurrence: Occurrence) -> list[Opening]:
        """What something that happened opens, over both workflows."""
        found = [
            opening for workflow in self.workflows for rule in workflow.triggers for opening in rule.opens(occurrence)
        ]
        return [replace(each, source_event=occurrence.source_event) for each in found]

    def follow_ons(self, before: RecordState | None, after: RecordState, rules: HotelRules) -> list[Opening]:
        """What a record's own turn opens; the key makes it once per opening or close."""
        turn = _turn(before, after)
        return [
            replace(opening, key=f"{each.name}:{after.id}:{after.close_count}", parent=after.id)
            for workflow in self.workflows
            for each in workflow.follow_ons
            if turn is each.after and each.of == after.kind
            for opening in each.opens(after, rules)
        ]


def _turn(before: RecordState | None, after: RecordState) -> Turn | None:
    if before is None:
        return Turn.OPENED
    closed_now = before.status is not Status.COMPLETE and after.status is Status.COMPLETE
    return Turn.FULFILLED if closed_now and after.outcome == "fulfilled" else None


def twice(workflows: Sequence[WorkflowSpec]) -> list[str]:
    """Kinds, triggers and follow-ons that share a name."""
    names = [
        *(kind.code for each in workflows for kind in each.kinds),
        *(rule.name for each in workflows for rule in each.triggers),
        *(follow.name for each in workflows for follow in each.follow_ons),
    ]
    return [f"{name} is defined twice" for name in sorted({name for name in names if names.count(name) > 1})]


def faults_of(workflow: WorkflowSpec, defaults: HotelRules) -> list[str]:
    """What is contradictory in one workflow."""
    own = {kind.code for kind in workflow.kinds}
    faults = [fault for kind in workflow.kinds for fault in _kind_faults(kind, defaults)]
    faults += [
        f"{kind.code} belongs to {kind.workflow}" for kind in workflow.kinds if kind.workflow != workflow.workflow
    ]
    return faults + [
        f"{each.name} follows on an unknown {each.of}" for each in workflow.follow_ons if each.of not in own
    ]


BOUNDS: dict[FieldType, type] = {
    FieldType.INTEGER: int,
    FieldType.MONEY: int,
    FieldType.DATE: str,
    FieldType.LOCAL_TIME: str,
}
"""What a bound on a field of a type is written as; the other types have no order."""


def auto_limits(auto: AutoApproval | str | None) -> tuple[Limit, ...]:
    """The limits inside which the policy approves by itself."""
    return auto.limits if isinstance(auto, AutoApproval) else ()


def limit_fault(kind: KindSpec, limit: Limit) -> str | None:
    """Why a limit cannot be held against its field, if it cannot."""
    spec = kind.field(limit.field)
    if spec is None:
        return f"{kind.code} has no field {limit.field}"
    wanted = BOUNDS.get(spec.type)
    bounds = [bound for bound in (limit.at_least, limit.at_most) if bound is not None]
    if any(wanted is None or type(bound) is not wanted for bound in bounds):
        return f"{kind.code}.{limit.field}: a bound of a {spec.type} is written otherwise"
    if not bounds and not limit.allowed:
        return f"{kind.code}.{limit.field}: the limit {limit.rule} limits nothing"
    return None


def _kind_faults(kind: KindSpec, defaults: HotelRules) -> Iterable[str]:
    names = [spec.name for spec in kind.fields]
    if len(set(names)) < len(names):
        yield f"{kind.code} names a field twice"
    conditions = [each.when for each in kind.exceptions] + [spec.required_when for spec in kind.fields]
    charge = [kind.charge.when.field, kind.charge.amount] if kind.charge else []
    rules = defaults.of(kind.code)
    yield from (fault for limit in (*rules.limits, *auto_limits(rules.auto)) if (fault := limit_fault(kind, limit)))
    remembered = [kind.remembers.topic] if kind.remembers else []
    conditions += [kind.remembers.ends_with_stay] if kind.remembers else []
    for name in (
        kind.checked_field,
        kind.what,
        *charge,
        *remembered,
        *kind.repeats_by,
        *(when.field for when in conditions if when),
    ):
        if name not in names:
            yield f"{kind.code} speaks of a field {name} it has not"
    for spec in kind.fields:
        if (spec.type is FieldType.CHOICE) != bool(spec.choices):
            yield f"{kind.code}.{spec.name}: choices and type disagree"
    for each in kind.exceptions:
        if each.cause not in kind.causes:
            yield f"{kind.code}: {each.cause} is not among its causes"
    if kind.code not in defaults.kinds:
        yield f"{kind.code} has no default rules"
