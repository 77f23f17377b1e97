"""A hotel's own conditions in CEL: judged with all else, refused at the edit with their place, never a crash."""

import datetime as dt
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.domain import commands as c
from services.records.domain.conditions import About, condition_breaches, condition_faults
from services.records.domain.expressions import MAX_COST, MAX_LENGTH, cost, fault
from services.records.domain.rule_faults import rule_faults
from services.records.domain.rules import Condition, KindOverride, PropertyRules, in_force
from services.records.domain.terms import Terms
from services.records.workflows import CATALOGUE
from shared.contracts import expressions
from shared.contracts.errors import AppError
from shared.contracts.records import Status
from tests.factories.guest_records import MACHINE, NOW, WHY, after, done, entered, opened, stay, terms, words

REQUEST = CATALOGUE.kind("guest_request")
ABOUT = About({"kind": "guest_request", "status": "new", "room": "214"}, "Europe/Lisbon", NOW, stay(vip=True))
FEW = Condition(
    rule="few_only",
    field="quantity",
    expression="!has(fields.quantity) || fields.quantity <= 2",
    message="Two at most.",
)


def condition(expression: str, **given: Any) -> Condition:
    """A condition that blames the quantity."""
    return Condition(rule="own_rule", field="quantity", expression=expression, message="Not so.", **given)


def strict(*conditions: Condition, kind: str = "guest_request") -> Terms:
    """The default terms with the hotel's own conditions."""
    held = terms(kind)
    return replace(held, rules=held.rules.model_copy(update={"conditions": conditions}))


def refused(act: Any) -> set[tuple[str, str]]:
    """The breaches of a refusal."""
    with pytest.raises(AppError) as failure:
        act()
    return {(breach.field, breach.rule) for breach in failure.value.breaches}


def judged(expression: str, **fields: Any) -> list[str]:
    """What is said of a request."""
    return [each.message for each in condition_breaches([condition(expression)], fields, REQUEST, ABOUT)]


@pytest.mark.parametrize(
    "expression",
    [
        "fields.quantity == 2 && fields['topic'] == 'baby_cot'",
        "stay.vip && stay.nights == 3 && stay.arrival > today",
        "record.kind == 'guest_request' && record.room.startsWith('2')",
        "time >= '06:00' && now > timestamp('2026-01-01T00:00:00Z')",
        "'cot' in stay.requests || size(stay.requests) == 0",
        "!has(fields.promised_time)",
        "fields.details",
    ],
)
def test_condition_may_ask_of_fields_stay_record_and_time(expression: str) -> None:
    assert condition_faults(REQUEST, condition(expression)) == []
    assert judged(expression, quantity=2, topic="baby_cot", details={"ref": "text-1", "digest": "d"}) == []


def test_private_words_are_never_told_to_a_condition() -> None:
    assert judged("fields.details == 'By the window'", details={"ref": "text-1", "digest": "d"}) != []


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("fields.quantity <= 2", "there is no quantity here"),
        ("stay.nothing == 1", "there is no nothing here"),
        ("fields.topic < 3", "its values do not fit"),
        ("1 / (fields.n - fields.n) == 1", "there is no n here"),
        ("1 / 0 == 1", "its values do not fit"),
        ("'yes'", "neither true nor false"),
        ("int(fields.topic) == 1", "its values do not fit"),
    ],
)
def test_condition_that_fails_is_a_breach_that_names_itself(expression: str, why: str) -> None:
    [said] = judged(expression, topic="baby_cot")
    assert "own_rule" in said
    assert why in said


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("fields.quantity <", "line 1, column 18"),
        ("fields.quantity <= limit", "line 1, column 20: limit is not among"),
        ("stay.requests.all(x, x == 'a')", "line 1, column 15: it loops with all"),
        ("[1].map (fields, fields).size() == 1", "loops with map"),
        ("fields.topic.matches('a')", "column 14: matches is no function"),
        ("true // && false", "comment"),
        ("true\n&& true", "unprintable"),
        ("(" * 17 + "true" + ")" * 17, "nested more than 16 deep"),
        ("true || " * 80 + "true", f"longer than {MAX_LENGTH}"),
        ("fields.unicorn == 1", "guest_request has no field unicorn"),
        ("fields.quantity == 4111111111111111", "card number"),
    ],
)
def test_bad_expression_is_refused_with_its_place(expression: str, why: str) -> None:
    one = Condition.model_construct(rule="own_rule", field="quantity", expression=expression, message="Not so.")
    rules = PropertyRules(kinds={"guest_request": KindOverride.model_construct(conditions=(one,))})
    [found] = rule_faults(rules, CATALOGUE.kinds)
    assert found.field == "kinds.guest_request.conditions.own_rule"
    assert why in found.message


def test_opening_names_limits_and_conditions_at_once() -> None:
    held = strict(FEW, condition("record.room != '214'"))
    fields = {"topic": "baby_cot", "quantity": 5, "promised_time": "05:00"}
    found = refused(lambda: entered(held=held, fields=fields))
    assert found == {("promised_time", "service_hours"), ("quantity", "few_only"), ("quantity", "own_rule")}


def test_what_a_topic_reports_is_kept_and_cannot_be_approved_before_it_is_mended() -> None:
    held = strict(FEW)
    state = opened(held=held, fields={"topic": "baby_cot", "promised_time": "15:00", "quantity": 5})
    taken = after(state, c.AcceptRecord(), c.CheckValue(), held=held)
    assert refused(lambda: done(taken, c.ApproveRecord(), held=held)) == {("quantity", "few_only")}
    mended = after(taken, c.EditFields("edit-1", {"quantity": 2}, WHY), c.ApproveRecord(), held=held)
    assert (state.fields["quantity"], mended.status) == (5, Status.APPROVED)
    assert not MACHINE.bound


def test_edit_is_judged_by_the_conditions_it_touches_and_by_no_others() -> None:
    held = strict(FEW, condition("record.room != '214'", stages=("fulfil",)))
    state = after(opened(held=held), c.AcceptRecord(), held=held)
    more = c.EditFields("edit-1", {"quantity": 3}, WHY)
    other = c.EditFields("edit-2", {"details": words()}, WHY)
    assert refused(lambda: done(state, more, held=held)) == {("quantity", "few_only"), ("quantity", "own_rule")}
    assert "details" in done(state, other, held=held).state.fields


def test_policy_does_not_approve_what_a_condition_forbids() -> None:
    held = terms(auto=True)
    forbidding = replace(held, rules=held.rules.model_copy(update={"conditions": (condition("false"),)}))
    fields = {"topic": "baby_cot", "quantity": 1, "promised_time": "15:00"}
    states = [
        after(opened(held=each, fields=fields), c.AcceptRecord(), held=each).status for each in (held, forbidding)
    ]
    assert states == [Status.APPROVED, Status.PENDING]


def test_property_conditions_take_the_place_of_the_chain_s() -> None:
    own = PropertyRules(kinds={"guest_request": KindOverride(conditions=(FEW,))})
    assert in_force(CATALOGUE.defaults, own, 2).of("guest_request").conditions == (FEW,)
    assert in_force(CATALOGUE.defaults, own, 2).of("service_recovery").conditions == ()


PIECES = st.sampled_from(
    [
        *(
            "fields",
            "stay",
            "record",
            "now",
            "today",
            ".quantity",
            ".topic",
            ".requests",
            "[0]",
            "['topic']",
            ".size()",
        ),
        *("(", ")", "[", "]", "{", "}", ",", ":", "?", "==", "!=", "<", ">=", "&&", "||", "!", "-", "+", "*", "/", "%"),
        *(" in ", "1", "2.5", "'a'", '"b"', "true", "null", "has(", "int(", "string(", "timestamp(", "duration('1h')"),
        *(
            "9223372036854775807",
            "1e999",
            "b'x'",
            "r'\\'",
            "'''",
            "\\",
            "@",
            "$",
            "é",
            "😀",
            ".all(x,",
            ".map(now,",
            "x",
        ),
        *("'2026-01-01T00:00:00Z'", ".getHours()", "1u", "0x", "Money{", "..", "[?", ".?a", "optional.of(", "dyn("),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.text(max_size=MAX_LENGTH + 20),
    st.tuples(
        st.sampled_from(["(", "[", "!", "-", "{1:", "size(", "true?1:", "[1,2].all(x,"]), st.integers(1, 300)
    ).map(lambda pair: pair[0] * pair[1] + "1"),
)
VALUES = st.dictionaries(
    st.sampled_from(["quantity", "topic", "promised_time", "price"]),
    st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.text(max_size=20)),
)


@given(TEXTS, VALUES)
def test_any_text_is_refused_or_judged_and_never_raises(text: str, fields: dict[str, Any]) -> None:
    one = Condition.model_construct(rule="own_rule", field="quantity", expression=text, message="Not so.")
    condition_faults(REQUEST, one)
    if_it_stood = [] if fault(text) else condition_breaches([one], fields, REQUEST, ABOUT)
    assert len(if_it_stood) <= 1


@given(TEXTS)
def test_any_text_takes_a_blink(text: str) -> None:
    began = time.process_time()
    one = Condition.model_construct(rule="own_rule", field="quantity", expression=text, message="Not so.")
    allowed = [one] if fault(text) is None else []
    condition_breaches(allowed, {"quantity": 1}, REQUEST, ABOUT)
    # Processor time of a few hundred characters: loops over loops would take minutes.
    assert time.process_time() - began < 2


def test_stored_condition_that_is_no_expression_any_more_is_a_breach() -> None:
    one = Condition.model_construct(rule="old_rule", field="quantity", expression="1 +", message="Not so.")
    [found] = condition_breaches([one], {}, REQUEST, replace(ABOUT, stay=None, now=NOW + dt.timedelta(days=1)))
    assert (found.field, found.rule) == ("quantity", "old_rule")


DEAR = " && ".join(["'x' in stay.requests"] * 12)


def test_condition_that_costs_too_much_is_refused_and_never_run() -> None:
    assert len(DEAR) <= MAX_LENGTH
    assert cost(DEAR) > MAX_COST
    assert fault(DEAR) == f"it costs {cost(DEAR)} points; {MAX_COST} is the limit"
    # Also where it came into the store some other way: it is a breach that says so, not a computation.
    assert judged(DEAR) == [
        f"Not so. (The condition own_rule could not be judged: it costs {cost(DEAR)} points; {MAX_COST} is the limit.)"
    ]


@pytest.mark.parametrize("loop", ["stay.requests.all(a, stay.requests.all(b, a != b || true))", "[1].map(x, x) == [1]"])
def test_condition_that_loops_is_not_run_when_it_comes_from_the_store(loop: str) -> None:
    assert "which is not allowed" in judged(loop)[0]


def test_condition_is_compiled_once_however_often_it_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    library = expressions._CEL

    class Counting:
        def compile(self, text: str) -> Any:
            compiled.append(text)
            return library.compile(text)

    monkeypatch.setattr(expressions, "_CEL", Counting())
    text = "fields.quantity < 97531"
    assert [fault(text), *(judged(text, quantity=each) for each in range(50))] == [None, *[[]] * 50]
    assert compiled == [text]


def test_all_conditions_of_a_kind_together_have_a_limit() -> None:
    near = " && ".join(["'x' in stay.requests"] * 8)
    conditions = [condition(near).model_copy(update={"rule": f"rule_{place}"}) for place in range(20)]
    own = PropertyRules(kinds={"guest_request": KindOverride(conditions=tuple(conditions))})
    assert {each.rule for each in rule_faults(own, CATALOGUE.kinds)} == {"cost"}
