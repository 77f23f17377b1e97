"""What agents earn: whole minor units by the hotel's rule, once for a sale that stands, taken back by its own line."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.records.domain import commands as c
from services.records.domain.earnings import lines_of
from services.records.domain.incentives import Incentive, LineKind, rule_for
from services.records.domain.rule_faults import rule_faults
from services.records.domain.rules import PropertyRules
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.workflows import CATALOGUE
from shared.contracts.records import Outcome
from tests.factories.guest_records import ANA, MACHINE, MARTA, NOW, WHY, after, done, entered, opened
from tests.factories.offers import offer, sale_of, selling_terms

YES = {"guest_answer": "accepted"}
TENTH = Incentive(rule="tenth", percent_bp=1_000)
SPA = Incentive(rule="spa", offer="spa_day", fixed=250)


def held(*incentives: Incentive) -> Terms:
    return replace(selling_terms("pre_arrival_offer", offer()), incentives=incentives)


def sold(terms: Terms, *, by: c.Doer = ANA, entry: bool = True) -> RecordState:
    state = (entered if entry else opened)("pre_arrival_offer", terms, **sale_of(offer()))
    state = after(state, c.AcceptRecord(), c.CheckValue(), c.ApproveRecord(), by=by, held=terms)
    return after(state, c.CompleteRecord(Outcome.FULFILLED, WHY, YES), by=by, held=terms)


def settled(state: RecordState, terms: Terms, to: str = "done") -> RecordState:
    return done(state, c.SettleLine(state.money[0].id, to), by=MACHINE, held=terms).state


@given(amount=some.integers(0, 10**9), bp=some.integers(0, 10_000))
def test_share_is_a_whole_number_never_more_than_the_price_and_off_by_half_at_most(amount: int, bp: int) -> None:
    share = Incentive(rule="x", percent_bp=bp).of(amount)
    assert type(share) is int
    assert 0 <= share <= amount
    assert abs(share * 10_000 - amount * bp) <= 5_000


def test_rule_of_the_offer_counts_before_the_one_for_all() -> None:
    assert rule_for((TENTH, SPA), "spa_day") == SPA
    assert rule_for((TENTH, SPA), "half_board") == TENTH
    assert rule_for((SPA,), "half_board") is None


@pytest.mark.parametrize(
    ("rules", "earned", "by_rule"), [((TENTH,), 600, "tenth"), ((SPA,), 250, "spa"), ((), 0, None)]
)
def test_sale_pins_what_it_earns_by_the_rules_in_force(
    rules: tuple[Incentive, ...], earned: int, by_rule: str | None
) -> None:
    state = sold(held(*rules))
    assert state.earning is not None
    assert (state.earning.agent, state.earning.incentive.amount, state.earning.rule) == ("ana", earned, by_rule)


def test_agent_is_who_entered_it_else_who_approved_it() -> None:
    by_marta = sold(held(TENTH), by=MARTA)
    assert by_marta.earning is not None
    assert by_marta.earning.agent == "ana"
    of_booking = sold(held(TENTH), by=MARTA, entry=False)
    assert of_booking.earning is not None
    assert of_booking.earning.agent == "marta"


def test_nothing_is_earned_before_the_charge_stands_and_once_when_it_does() -> None:
    state = sold(held(TENTH))
    [line] = lines_of(None, state, NOW)
    assert (line.kind, line.amount.amount, line.incentive.amount) == (LineKind.SOLD, 6_000, 0)
    after_it = settled(state, held(TENTH))
    [line] = lines_of(state, after_it, NOW)
    assert (line.kind, line.incentive.amount) == (LineKind.SETTLED, 600)
    assert lines_of(after_it, after_it, NOW) == []


def test_cancelled_sale_takes_back_what_was_earned_by_a_line_of_its_own() -> None:
    before = settled(sold(held(TENTH)), held(TENTH))
    state = done(before, c.CancelSale(WHY), by=MARTA, held=held(TENTH)).state
    [line] = lines_of(before, state, NOW)
    assert (line.kind, line.amount.amount, line.incentive.amount) == (LineKind.CANCELLED, -6_000, -600)
    assert line.adjusts == f"{state.id}:1:settled"


def test_sale_cancelled_before_its_charge_stood_takes_back_no_money() -> None:
    before = sold(held(TENTH))
    state = done(before, c.CancelSale(WHY), by=MARTA, held=held(TENTH)).state
    [line] = lines_of(before, state, NOW)
    assert (line.incentive.amount, line.adjusts) == (0, f"{state.id}:1:sold")
    assert lines_of(state, settled(state, held(TENTH)), NOW) == []


def test_reopened_and_fulfilled_again_earns_once_in_all() -> None:
    terms = held(TENTH)
    first = settled(sold(terms), terms)
    again = after(first, c.ReopenRecord(WHY), by=MARTA, held=terms)
    last = after(again, c.AcceptRecord(), c.ApproveRecord(), c.CompleteRecord(Outcome.FULFILLED, WHY), held=terms)
    lines = [*lines_of(None, first, NOW), *lines_of(first, again, NOW), *lines_of(again, last, NOW)]
    assert sum(line.incentive.amount for line in lines) == 600
    assert len({line.id for line in lines}) == len(lines) == 5


@pytest.mark.parametrize(
    ("incentives", "field", "rule"),
    [
        ([{"rule": "none"}], "incentives.none", "one_of"),
        ([{"rule": "both", "fixed": 1, "percent_bp": 1}], "incentives.both", "one_of"),
        ([{"rule": "a", "fixed": 1}, {"rule": "b", "fixed": 1}], "incentives", "twice"),
        ([{"rule": "a", "fixed": 1}, {"rule": "a", "offer": "spa", "fixed": 1}], "incentives.a", "twice"),
    ],
)
def test_incentive_that_cannot_be_is_named(incentives: list[object], field: str, rule: str) -> None:
    found = rule_faults(PropertyRules.model_validate({"incentives": incentives}), CATALOGUE.kinds)
    assert [(each.field, each.rule) for each in found] == [(field, rule)]
