"""Any JSON as a hotel's rules is refused naming field and rule, or accepted; accepted rules can be lived with."""

from typing import Any

from bson import encode as bson
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.records.domain import commands as c
from services.records.domain.act import about
from services.records.domain.decide import open_record
from services.records.domain.rule_faults import rule_faults
from services.records.domain.rules import PropertyRules, in_force
from services.records.domain.terms import Terms
from services.records.domain.validation import checked
from services.records.workflows import CATALOGUE
from shared.contracts.errors import AppError
from tests.factories.guest_records import ANA, FIRST_VALUES, NOW, opened, opening, terms

NAMES = ("kinds", "fallback_owners", "score_threshold", "sla", "limits", "conditions", "auto", "line_max")
WHOLE = st.integers(-(2**63), 2**63 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.sampled_from(sorted(CATALOGUE.kinds)) | st.text(max_size=8), inner, max_size=4
        )
    ),
    max_leaves=15,
)
CODES = st.sampled_from(["own_rule", "other_rule", "x" * 64])
FIELDS = st.sampled_from(["topic", "quantity", "promised_time", "details", "price", "score", "unicorn"])
BOUNDS = st.none() | WHOLE | st.sampled_from(["06:00", "2026-07-01", "x" * 64, ""])
CLOCKS = st.sampled_from(["06:00", "23:30", "24:00", ""])
WHERES = st.fixed_dictionaries({"field": FIELDS, "among": st.lists(WHOLE | st.sampled_from(["spa", "x"]), max_size=3)})
MESSAGES = st.dictionaries(st.sampled_from(["de", "pt", "x"]), st.text(max_size=9), max_size=2)
LIMITS = st.fixed_dictionaries(
    {"rule": CODES, "field": FIELDS},
    optional={
        "at_least": BOUNDS,
        "at_most": BOUNDS,
        "allowed": st.lists(WHOLE | st.booleans() | st.text(max_size=9), max_size=4),
        "windows": st.lists(st.fixed_dictionaries({"start": CLOCKS, "end": CLOCKS}), max_size=2),
        "where": WHERES,
        "messages": MESSAGES,
    },
)
NOTICES = st.fixed_dictionaries(
    {"rule": CODES, "field": FIELDS, "minutes": st.integers(-1, 10**6)},
    optional={
        "before": st.sampled_from(["value", "arrival", "departure", "lunch"]),
        "at": CLOCKS,
        "where": WHERES,
        "messages": MESSAGES,
    },
)
CONDITIONS = st.fixed_dictionaries(
    {
        "rule": CODES,
        "field": FIELDS,
        "expression": st.sampled_from(["true", "fields.quantity < 3", "1", "stay.vip", "now > ", "[1].all(x, true)"]),
        "message": st.text(min_size=1, max_size=20),
    },
    optional={"stages": st.lists(st.sampled_from(["open", "approve", "fulfil"]), max_size=3)},
)
SECONDS = st.integers(0, 10**5) | st.integers(0, 2**63 - 1)
SLAS = st.fixed_dictionaries(
    {"accept_s": SECONDS, "complete_s": SECONDS, "warn_s": SECONDS},
    optional={
        "steps": st.lists(st.fixed_dictionaries({"after_s": SECONDS, "role": st.just("supervisor")}), max_size=3)
    },
).map(lambda made: {"steps": [], **made})
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "sla": SLAS,
        "limits": st.lists(LIMITS, max_size=3),
        "conditions": st.lists(CONDITIONS, max_size=3),
        "notices": st.lists(NOTICES, max_size=2),
        "causes": st.lists(CODES | st.text(max_size=9), max_size=2),
        "auto": st.just("off") | st.fixed_dictionaries({"limits": st.lists(LIMITS, min_size=1, max_size=2)}),
        "line_max": WHOLE,
    },
)
KINDS = sorted(FIRST_VALUES)
RULES = st.fixed_dictionaries({"kinds": st.dictionaries(st.sampled_from(KINDS), OVERRIDES, max_size=3)})
VALUES = st.dictionaries(FIELDS, st.none() | st.booleans() | WHOLE | st.text(max_size=9) | st.sampled_from(["22:00"]))


def named(refusal: AppError) -> None:
    """A refusal names every field and rule."""
    assert refusal.breaches
    assert all(breach.field and breach.rule and breach.message for breach in refusal.breaches)


def accepted(given_rules: Any) -> PropertyRules | None:
    """The rules, or None where they are refused in words."""
    try:
        rules = PropertyRules.model_validate(given_rules)
    except ValidationError:
        return None
    faults = rule_faults(rules, CATALOGUE.kinds)
    assert all(fault.field and fault.rule and fault.message for fault in faults)
    return None if faults else rules


def lived_with(rules: PropertyRules | None, kind: str, values: dict[str, Any]) -> str:
    """Store the rules, open a record under them and hold values against them: it is done or refused."""
    if rules is None:
        return "refused"
    bson(rules.model_dump(mode="json"))
    held = Terms(CATALOGUE.kind(kind), in_force(CATALOGUE.defaults, rules, 2).of(kind), 2, "EUR")
    command = c.OpenRecord("r-1", opening(kind), "demo", "Europe/Lisbon", c.Ownership("ana", "on_duty"))
    for doer in (ANA, c.Doer(ANA.actor)):
        try:
            state = open_record(command, doer, held, NOW).state
            bson(state.model_dump(mode="json"))
        except AppError as refusal:
            named(refusal)
    try:
        checked(values, {}, held, about(opened(kind), terms(kind), NOW))
    except AppError as refusal:
        named(refusal)
    return "lived with"


@given(JSON)
def test_any_json_as_rules_is_refused_or_lived_with(said: Any) -> None:
    assert lived_with(accepted(said), "guest_request", {}) in ("refused", "lived with")


@given(RULES, st.sampled_from(KINDS), VALUES)
def test_rules_of_the_right_shape_are_refused_or_lived_with(said: Any, kind: str, values: dict[str, Any]) -> None:
    assert lived_with(accepted(said), kind, values) in ("refused", "lived with")
