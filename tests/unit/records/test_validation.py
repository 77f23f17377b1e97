"""Values against types, choices and the hotel's rules: all breaches at once, each with field and rule."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.records.domain.kinds import FieldSpec, FieldType, Stage, When
from services.records.domain.limit_faults import limit_fault
from services.records.domain.rules import AutoApproval, KindOverride, Limit, PropertyRules, in_force
from services.records.domain.validation import checked, limit_breaches, missing_breaches, normalise
from services.records.workflows import CATALOGUE
from shared.contracts.errors import AppError
from tests.factories.guest_records import entered, opened_about, terms, words

JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers()))


def broken(values: dict[str, Any], kind: str = "guest_request") -> set[tuple[str, str]]:
    held = terms(kind)
    normal, breaches = normalise(values, held)
    return {(breach.field, breach.rule) for breach in (*breaches, *limit_breaches(normal, held))}


@pytest.mark.parametrize(
    ("kind", "field", "value", "rule"),
    [
        ("guest_request", "quantity", "2", "integer"),
        ("guest_request", "quantity", 2.0, "integer"),
        ("guest_request", "quantity", True, "integer"),
        ("guest_request", "quantity", 11, "quantity_range"),
        ("guest_request", "quantity", 10**10, "integer"),
        ("guest_request", "promised_time", "25:00", "local_time"),
        ("guest_request", "promised_time", "05:59", "service_hours"),
        ("guest_request", "promised_time", "14:30\n", "local_time"),
        ("guest_request", "promised_time", "1４:30", "local_time"),
        ("guest_request", "topic", "unicorn", "choice"),
        ("guest_request", "topic", {"$ne": 1}, "choice"),
        ("guest_request", "details", "plain", "text"),
        ("guest_request", "nothing", 1, "unknown_field"),
        ("guest_request", "$where", "1", "unknown_field"),
        ("pre_arrival_offer", "price", 50, "money"),
        ("pre_arrival_offer", "price", {"amount": 50.5, "currency": "EUR"}, "money"),
        ("pre_arrival_offer", "price", {"amount": 5000, "currency": "USD"}, "currency"),
        ("pre_arrival_offer", "price", {"amount": -1, "currency": "EUR"}, "price_range"),
        ("upsell_guest_request", "free_of_charge", "yes", "boolean"),
    ],
)
def test_value_is_refused_naming_field_and_rule_when_it_is_wrong(kind: str, field: str, value: Any, rule: str) -> None:
    assert broken({field: value}, kind) == {(field, rule)}


def test_all_breaches_are_reported_when_several_values_are_wrong() -> None:
    with pytest.raises(AppError) as refusal:
        checked({"quantity": 99, "promised_time": "04:00", "topic": "x", "more": 1}, {}, terms(), opened_about())
    assert {breach.field for breach in refusal.value.breaches} == {"quantity", "promised_time", "topic", "more"}


def test_card_number_is_refused_when_written_in_a_text_field() -> None:
    assert broken({"details": words("Amex 378282246310005")}) == {("details", "card_number")}


def test_text_is_kept_as_reference_and_digest_when_it_is_fine() -> None:
    kept = checked({"details": words("Second pillow")}, {}, terms(), opened_about())
    assert set(kept["details"]) == {"ref", "digest"}


def test_conditional_field_is_needed_when_its_condition_holds() -> None:
    held = terms("service_recovery")
    refund = {"problem": "noise", "compensation": "refund"}
    assert [b.field for b in missing_breaches(refund, held, Stage.APPROVE)] == ["compensation_value"]
    assert missing_breaches({**refund, "compensation": "amenity"}, held, Stage.APPROVE) == []


def test_opening_names_missing_and_wrong_fields_together_when_both_are() -> None:
    with pytest.raises(AppError) as refusal:
        entered("feedback_score", fields={"score": 12})
    assert {(b.field, b.rule) for b in refusal.value.breaches} == {("score", "score_range"), ("source", "required")}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.dictionaries(st.sampled_from(["topic", "quantity", "promised_time", "details", "$x"]), JUNK))
def test_junk_is_breached_or_kept_and_never_crashes_when_anything_comes(values: dict[str, Any]) -> None:
    result, breaches = normalise(values, terms())
    blamed = {breach.field for breach in breaches}
    assert all(value or value in (None, 0) or name in blamed for name, value in result.items())


def test_condition_counts_from_approval_on_when_a_field_has_one() -> None:
    assert FieldSpec("x", FieldType.TEXT, required_when=When("y", (1,))).stage is Stage.APPROVE


def test_property_rules_lie_over_the_chains_when_they_say_otherwise() -> None:
    stricter = Limit(rule="quiet_hours", field="promised_time", at_most="20:00")
    own = PropertyRules(kinds={"guest_request": KindOverride(limits=(stricter,))}, score_threshold=4)
    held = in_force(CATALOGUE.defaults, own, 7)
    assert (held.version, held.score_threshold) == (7, 4)
    assert held.of("guest_request").limits == (stricter,)
    assert held.of("guest_request").sla == CATALOGUE.defaults.of("guest_request").sla
    assert held.of("loyalty_action") == CATALOGUE.defaults.of("loyalty_action")


def test_policy_is_switched_off_when_a_property_says_so() -> None:
    own = PropertyRules(kinds={"guest_request": KindOverride(auto="off")})
    assert in_force(CATALOGUE.defaults, own, 2).of("guest_request").auto is None
    assert in_force(CATALOGUE.defaults, PropertyRules(), 2).of("guest_request").auto is not None


def test_policy_is_signed_by_whoever_changed_it_and_kept_when_unchanged() -> None:
    auto = AutoApproval(limits=(Limit(rule="few", field="quantity", at_most=2),), switched_on_by="somebody-else")
    sent = PropertyRules(kinds={"guest_request": KindOverride(auto=auto)})
    first = sent.signed(None, "gil")
    second = sent.signed(first, "rosa")
    signed = [each.kinds["guest_request"].auto for each in (first, second)]
    assert [one.switched_on_by for one in signed if isinstance(one, AutoApproval)] == ["gil", "gil"]


@pytest.mark.parametrize(
    "limit",
    [
        Limit(rule="x", field="nowhere", at_most=1),
        Limit(rule="x", field="quantity", at_most="20:00"),
        Limit(rule="x", field="promised_time", at_least=6),
        Limit(rule="x", field="topic", at_least="a"),
        Limit(rule="x", field="quantity"),
    ],
)
def test_limit_is_refused_when_it_cannot_be_held_against_its_field(limit: Limit) -> None:
    assert limit_fault(CATALOGUE.kind("guest_request"), limit)


def test_limit_of_a_policy_is_refused_when_there_is_none() -> None:
    with pytest.raises(ValueError, match="at least 1 item"):
        AutoApproval(limits=())
