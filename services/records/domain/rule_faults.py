"""What is wrong with the rules a hotel wrote: every such place, named by field and rule."""

from collections.abc import Iterable, Mapping, Sequence

from services.records.domain.conditions import condition_faults
from services.records.domain.expressions import cost
from services.records.domain.incentives import Incentive
from services.records.domain.kinds import KindSpec
from services.records.domain.limit_faults import limit_fault, notice_fault, together_faults
from services.records.domain.limits import Limit
from services.records.domain.rules import Condition, Deputy, KindOverride, PropertyRules, auto_limits
from shared.contracts.errors import Breach
from shared.contracts.records import Sla
from shared.contracts.values import card_numbers

LONGEST_S = 366 * 24 * 3600
MAX_STEPS = 20
MOST_COST = 4_000
"""What all conditions of one kind may cost together."""


def rule_faults(rules: PropertyRules, kinds: Mapping[str, KindSpec]) -> list[Breach]:
    """The breaches of a property's own rules: kinds, fields, bounds, deadlines and conditions that cannot be."""
    found = [*_deputy_faults(rules.deputies), *_incentive_faults(rules.incentives or ())]
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


def _incentive_faults(incentives: Sequence[Incentive]) -> Iterable[Breach]:
    for each in incentives:
        if (each.percent_bp is None) == (each.fixed is None):
            message = "An incentive is either a share (percent_bp) or a fixed amount."
            yield Breach(field=f"incentives.{each.rule}", rule="one_of", message=message)
    names, offers = [each.rule for each in incentives], [each.offer for each in incentives]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield Breach(field=f"incentives.{name}", rule="twice", message=f"{name} is given twice.")
    if len(set(offers)) < len(offers):
        yield Breach(field="incentives", rule="twice", message="Two incentives are about the same.")


def _override_faults(where: str, spec: KindSpec, override: KindOverride) -> Iterable[Breach]:
    yield from _limit_faults(where, spec, override.limits or ())
    yield from _limit_faults(where, spec, auto_limits(override.auto))
    for notice in override.notices or ():
        fault = notice_fault(spec, notice)
        if fault:
            yield Breach(field=f"{where}.{notice.field}", rule="notice", message=f"{fault}.")
    yield from _condition_faults(where, spec, override.conditions or ())
    names = [each.rule for each in override.notices or ()]
    items = [each.code for each in override.checklist or ()]
    for kept, listed in (("notices", names), ("causes", list(override.causes or ())), ("checklist", items)):
        for rule in sorted({one for one in listed if listed.count(one) > 1}):
            yield Breach(field=f"{where}.{kept}.{rule}", rule="twice", message=f"{rule} is given twice.")
    own = [each.messages for each in override.limits or ()] + [each.messages for each in override.notices or ()]
    said = [text for messages in own for text in messages.values()]
    if any(card_numbers(text) for text in said):
        yield Breach(field=f"{where}.messages", rule="card_number", message="A message holds a card number.")
    if override.sla:
        yield from _sla_faults(where, override.sla)


def _limit_faults(where: str, spec: KindSpec, limits: Sequence[Limit]) -> Iterable[Breach]:
    alone = [(limit.field, fault) for limit in limits if (fault := limit_fault(spec, limit))]
    # Limits that mean nothing alone cannot be held against each other.
    for field, fault in alone or together_faults(spec, limits):
        yield Breach(field=f"{where}.{field}", rule="limit", message=f"{fault}.")


def _condition_faults(where: str, spec: KindSpec, conditions: Sequence[Condition]) -> Iterable[Breach]:
    names = [each.rule for each in conditions]
    for rule in sorted({name for name in names if names.count(name) > 1}):
        yield Breach(field=f"{where}.conditions.{rule}", rule="twice", message=f"{rule} is given twice.")
    for condition in conditions:
        for rule, message in condition_faults(spec, condition):
            yield Breach(field=f"{where}.conditions.{condition.rule}", rule=rule, message=f"{message}.")
    if sum(cost(each.expression) for each in conditions) > MOST_COST:
        message = f"All conditions of a kind together cost at most {MOST_COST}."
        yield Breach(field=f"{where}.conditions", rule="cost", message=message)


def _sla_faults(where: str, sla: Sla) -> Iterable[Breach]:
    longest = max(sla.accept_s, sla.complete_s, sla.warn_s, *(step.after_s for step in sla.steps), 0)
    if longest > LONGEST_S:
        yield Breach(field=f"{where}.sla", rule="longest", message="No deadline or step is more than a year away.")
    if len(sla.steps) > MAX_STEPS:
        yield Breach(field=f"{where}.sla.steps", rule="count", message=f"There are at most {MAX_STEPS} steps.")
    if sla.accept_s > sla.complete_s:
        message = "Work cannot be taken on later than it has to be done."
        yield Breach(field=f"{where}.sla.accept_s", rule="contradiction", message=message)
