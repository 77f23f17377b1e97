"""What is wrong with the rules a hotel wrote: every such place, named by field and rule."""

from collections.abc import Iterable, Mapping, Sequence

from services.records.domain.catalogue import auto_limits, limit_fault
from services.records.domain.conditions import condition_faults
from services.records.domain.kinds import KindSpec
from services.records.domain.rules import Deputy, KindOverride, PropertyRules
from shared.contracts.errors import Breach
from shared.contracts.records import Sla

LONGEST_S = 366 * 24 * 3600
MAX_STEPS = 20


def rule_faults(rules: PropertyRules, kinds: Mapping[str, KindSpec]) -> list[Breach]:
    """The breaches of a property's own rules: kinds, fields, bounds, deadlines and conditions that cannot be."""
    found = list(_deputy_faults(rules.deputies))
    for place, (code, override) in enumerate(rules.kinds.items(), 1):
        spec = kinds.get(code)
        if spec is None:
            # Its name is anybody's text, and may be long: it is not said back.
            unknown = f"Number {place} of kinds is none that GET /v1/kinds lists."
            found.append(Breach(field="kinds", rule="unknown_kind", message=unknown))
        else:
            found += _override_faults(f"kinds.{code}", spec, override)
    return found


def _deputy_faults(deputies: Sequence[Deputy]) -> Iterable[Breach]:
    for place, each in enumerate(deputies):
        if each.principal == each.deputy:
            yield Breach(field=f"deputies.{place}", rule="themselves", message="Nobody stands in for themselves.")
        if each.last < each.first:
            yield Breach(field=f"deputies.{place}", rule="dates", message="The last day is before the first.")


def _override_faults(where: str, spec: KindSpec, override: KindOverride) -> Iterable[Breach]:
    for limit in (*(override.limits or ()), *auto_limits(override.auto)):
        fault = limit_fault(spec, limit)
        if fault:
            yield Breach(field=f"{where}.{limit.field}", rule="limit", message=f"{fault}.")
    conditions = override.conditions or ()
    for rule in sorted({one.rule for one in conditions if [each.rule for each in conditions].count(one.rule) > 1}):
        yield Breach(field=f"{where}.conditions.{rule}", rule="twice", message=f"{rule} is given twice.")
    for condition in conditions:
        for rule, message in condition_faults(spec, condition):
            yield Breach(field=f"{where}.conditions.{condition.rule}", rule=rule, message=f"{message}.")
    if override.sla:
        yield from _sla_faults(where, override.sla)


def _sla_faults(where: str, sla: Sla) -> Iterable[Breach]:
    longest = max(sla.accept_s, sla.complete_s, sla.warn_s, *(step.after_s for step in sla.steps), 0)
    if longest > LONGEST_S:
        yield Breach(field=f"{where}.sla", rule="longest", message="No deadline or step is more than a year away.")
    if len(sla.steps) > MAX_STEPS:
        yield Breach(field=f"{where}.sla.steps", rule="count", message=f"There are at most {MAX_STEPS} steps.")
