"""Roads round the sums of money: confirming, approval by policy, decisions; and prices that leave their offer later."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.needs import Asking, asks_for_money
from services.records.domain.rules import AutoApproval, Limit, Tier
from services.records.domain.stakes import Spent, standing
from services.records.domain.state import RecordState
from services.records.domain.steps.refunds import charged
from services.records.domain.terms import Terms
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Role
from shared.contracts.records import LineKind, Outcome, Status
from shared.contracts.values import Money
from tests.factories.guest_records import (
    ANA,
    MACHINE,
    MARTA,
    NOW,
    RUI,
    SOFIA,
    WHY,
    after,
    blocked,
    doer,
    done,
    entered,
    in_status,
    opened,
    terms,
)
from tests.factories.offers import offer, sale_of, selling_terms

GIL = doer("gil", Role.GENERAL_MANAGER)
HIGH = (Tier(above=6_000, role=Role.GENERAL_MANAGER),)
LOW = (Tier(above=2_000, role=Role.SUPERVISOR), *HIGH)
YES = {"guest_answer": "accepted"}


def price(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def offering(tiers: tuple[Tier, ...], *, up_to: int | None = None, spent: Spent | None = None) -> Terms:
    plain = terms("pre_arrival_offer")
    auto = AutoApproval(limits=(Limit(rule="small", field="price", at_most=up_to),)) if up_to else None
    rules = plain.rules.model_copy(update={"tiers": tiers, "auto": auto})
    return replace(plain, rules=rules, spent=spent or Spent())


def refused(state: RecordState, command: c.Command, held: Terms, by: c.Doer = ANA) -> str:
    with pytest.raises(AppError) as refusal:
        done(state, command, by=by, held=held)
    return refusal.value.code


def unpriced() -> RecordState:
    return after(opened("pre_arrival_offer", fields={"offer": "spa"}), c.AcceptRecord())


def test_first_price_that_is_given_with_its_confirmation_counts_as_asked_for() -> None:
    state = after(unpriced(), c.CheckValue(price(1_900)), held=offering(LOW))
    assert [(each.by, each.amount) for each in standing(state)] == [("ana", 1_900)]


@pytest.mark.parametrize("spent", [Spent(stay=1_900), Spent(day=1_900)])
def test_first_price_above_a_tier_is_not_set_by_confirming_it(spent: Spent) -> None:
    assert refused(unpriced(), c.CheckValue(price(2_100)), offering(LOW)) == "approval_required"
    assert refused(unpriced(), c.CheckValue(price(1_900)), offering(LOW, spent=spent)) == "approval_required"


def test_policy_leaves_to_a_person_what_passes_a_tier_with_the_rest_of_the_stay() -> None:
    alone, more = offering(HIGH, up_to=5_500), offering(HIGH, up_to=5_500, spent=Spent(stay=5_000))
    assert after(entered("pre_arrival_offer"), c.AcceptRecord(), held=alone).status is Status.APPROVED
    assert after(entered("pre_arrival_offer"), c.AcceptRecord(), held=more).status is Status.PENDING


@pytest.mark.parametrize("command", [c.AcceptRecord(), c.CheckValue()])
@pytest.mark.parametrize("by", [RUI, MACHINE])
def test_sums_of_who_asked_are_looked_up_where_the_policy_may_approve(command: c.Command, by: c.Doer) -> None:
    state = entered("pre_arrival_offer")
    assert asks_for_money(state, command, by, offering(HIGH, up_to=5_500)) == Asking("ana")
    assert asks_for_money(state, command, by, offering(HIGH)) is None
    assert asks_for_money(state, command, by, offering((), up_to=5_500)) is None


def proposed(held: Terms) -> RecordState:
    state = after(in_status(Status.PENDING, "pre_arrival_offer"), c.CheckValue())
    return after(state, c.EditFields("p1", {"price": price(9_000)}, WHY), held=held)


def test_proposal_is_weighed_again_by_the_rules_in_force_when_it_is_decided() -> None:
    state, approve = proposed(offering(())), c.DecideProposal("p1", True, WHY)
    assert after(state, approve, by=MARTA, held=offering(())).fields["price"] == price(9_000)
    assert after(state, approve, by=MARTA, held=offering(HIGH)).fields["price"] == price(9_000)
    more = offering(HIGH, spent=Spent(stay=3_000))
    assert refused(state, approve, more, MARTA) == "role_required"
    assert after(state, approve, by=GIL, held=more).fields["price"] == price(9_000)
    assert after(state, c.DecideProposal("p1", False, WHY), by=MARTA, held=more).fields["price"] == price(5_000)
    assert asks_for_money(state, approve, MARTA, more) == Asking("ana", NOW)


def test_what_was_proposed_later_and_waits_makes_no_earlier_proposal_dearer() -> None:
    state = proposed(offering(HIGH))
    later = NOW + dt.timedelta(minutes=1)
    big = c.AddLine("line-1", LineKind.REFUND, Money(amount=5_000, currency="EUR"), WHY)
    state = after(state, big, held=offering(HIGH), now=later)
    assert [each.reviewer_role for each in state.reviews] == [Role.DUTY_MANAGER, Role.GENERAL_MANAGER]
    assert after(state, c.DecideProposal("p1", True, WHY), by=MARTA, held=offering(HIGH)).fields["price"] == price(
        9_000
    )


def spa(**given: Any) -> Any:
    return offer(**{"floor": 5_000, "ceiling": 9_000, "capacity": 3} | given)


def selling(sold: Any, **more: Any) -> Terms:
    return selling_terms("pre_arrival_offer", sold, **more)


def approved(sold: Any) -> RecordState:
    state = opened("pre_arrival_offer", selling(sold), **sale_of(sold))
    return after(state, c.AcceptRecord(), c.CheckValue(), c.ApproveRecord(), held=selling(sold))


@pytest.mark.parametrize(("amount", "rule"), [(700, "price_floor"), (9_900, "price_ceiling")])
def test_price_outside_its_offer_is_neither_proposed_nor_performed(amount: int, rule: str) -> None:
    values = {"price": price(amount)}
    with pytest.raises(AppError) as asked:
        done(approved(spa()), c.ProposeChange("p1", values, WHY), held=selling(spa()))
    loose = spa(floor=None, ceiling=None)
    waiting = after(approved(loose), c.ProposeChange("p1", values, WHY), held=selling(loose))
    with pytest.raises(AppError) as decided:
        done(waiting, c.DecideProposal("p1", True, WHY), by=MARTA, held=selling(spa()))
    assert [[each.rule for each in one.value.breaches] for one in (asked, decided)] == [[rule], [rule]]


def test_price_by_hand_outside_its_offer_is_not_left_standing_by_an_edit() -> None:
    bare = sale_of(spa()) | {"fields": {"offer": "spa"}}
    state = after(opened("pre_arrival_offer", selling(spa()), **bare), c.AcceptRecord(), held=selling(spa()))
    with pytest.raises(AppError) as refusal:
        done(state, c.EditFields("e1", {"price": price(700)}, WHY), held=selling(spa()))
    assert [each.rule for each in refusal.value.breaches] == ["price_floor"]


def test_answer_that_was_proposed_takes_its_slot_when_it_is_approved_or_is_refused_when_sold_out() -> None:
    state = after(approved(spa()), c.ProposeChange("p1", YES, WHY), held=selling(spa()))
    held = after(state, c.DecideProposal("p1", True, WHY), by=MARTA, held=selling(spa()))
    assert held.sale is not None
    assert (held.sale.state, len(held.sale.claims)) == ("held", 1)
    one = spa(capacity=1)
    full = selling(one, taken={"2026-07-11": frozenset({0})})
    with pytest.raises(AppError) as refusal:
        done(state, c.DecideProposal("p1", True, WHY), by=MARTA, held=full)
    assert refusal.value.code == "sold_out"


def sold(to: str, sold_offer: Any = None) -> RecordState:
    """Sold, its charge settled, and opened again."""
    sold_offer = sold_offer or spa()
    state = after(approved(sold_offer), c.CompleteRecord(Outcome.FULFILLED, WHY, YES), held=selling(sold_offer))
    if to != "requested":
        state = after(state, c.SettleLine(state.money[0].id, to), by=MACHINE, held=selling(sold_offer))
    return after(state, c.ReopenRecord(WHY), c.AcceptRecord(), by=SOFIA, held=selling(sold_offer))


ENDS = [
    c.CancelSale(WHY),
    c.CompleteRecord(Outcome.DECLINED, WHY),
    c.CompleteRecord(Outcome.CANCELLED, WHY),
]


@pytest.mark.parametrize("end", ENDS)
def test_reopened_sale_that_ends_unsold_gives_back_what_it_charged_once(end: c.Command) -> None:
    state = after(sold("done"), end, held=selling(spa()))
    charge, refund = state.money
    assert (refund.kind, refund.amount, refund.adjusts) == (LineKind.REFUND, charge.amount, charge.id)
    assert state.sale is not None
    assert (state.status, state.sale.state, state.sale.claims, charged(state)) == (Status.COMPLETE, "cancelled", (), 0)
    again = after(state, c.ReopenRecord(WHY), c.CompleteRecord(Outcome.CANCELLED, WHY), by=SOFIA, held=selling(spa()))
    assert (len(again.money), again.sale and again.sale.state) == (2, "cancelled")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("becomes", "lines"), [("done", 2), ("failed", 1)])
def test_reopened_sale_that_ends_unsold_waits_for_its_charge(end: c.Command, becomes: str, lines: int) -> None:
    state = after(sold("requested"), end, held=selling(spa()))
    assert (len(state.money), state.sale and state.sale.state) == (1, "cancelling")
    state = after(state, c.SettleLine(state.money[0].id, becomes), by=MACHINE, held=selling(spa()))
    assert (len(state.money), state.sale and state.sale.state, charged(state)) == (lines, "cancelled", 0)


def test_large_refund_of_a_reopened_sale_needs_who_may_decide_it() -> None:
    dear = offer(price=price(20_000))
    state = sold("done", dear)
    for end in ENDS:
        assert refused(state, end, selling(dear)) == "role_required"
    assert len(after(state, ENDS[1], by=MARTA, held=selling(dear)).money) == 2


def test_price_of_a_cancelled_sale_is_not_taken_again() -> None:
    state = after(sold("done"), ENDS[0], c.ReopenRecord(WHY), by=SOFIA, held=selling(spa()))
    assert refused(state, c.TakePrice(WHY), selling(spa())) == "sale_cancelled"


def fulfilled(state: RecordState, at: int | None = None) -> RecordState:
    if at is not None:
        state = after(state, c.ProposeChange("p1", {"price": price(at)}, WHY), held=selling(spa()))
        state = after(state, c.DecideProposal("p1", True, WHY), by=MARTA, held=selling(spa()))
    return after(state, c.ApproveRecord(), c.CompleteRecord(Outcome.FULFILLED, WHY), held=selling(spa()))


def lines(state: RecordState) -> list[tuple[str, int]]:
    return [(line.kind.value, line.amount.amount) for line in state.money]


def test_charge_that_failed_is_made_once_more_when_the_record_is_closed_again() -> None:
    state = fulfilled(sold("failed"))
    assert lines(state) == [("charge", 6_000), ("charge", 6_000)]
    assert len({line.id for line in state.money}) == 2
    state = after(state, c.ReopenRecord(WHY), c.AcceptRecord(), by=SOFIA, held=selling(spa()))
    assert len(fulfilled(state).money) == 2


@pytest.mark.parametrize(
    ("stands", "at", "then"),
    [
        ("done", None, []),
        ("done", 8_000, [("charge", 2_000)]),
        ("requested", 8_000, [("charge", 2_000)]),
        ("done", 5_000, [("refund", 1_000)]),
    ],
)
def test_price_that_changed_after_a_reopen_is_settled_by_the_difference(
    stands: str, at: int | None, then: list[tuple[str, int]]
) -> None:
    state = fulfilled(sold(stands), at)
    assert (lines(state), charged(state)) == ([("charge", 6_000), *then], at or 6_000)
    assert len({line.id for line in state.money}) == len(state.money)


def test_lower_price_waits_until_the_charge_is_known_to_stand() -> None:
    state = after(sold("unknown"), c.ProposeChange("p1", {"price": price(5_000)}, WHY), held=selling(spa()))
    state = after(state, c.DecideProposal("p1", True, WHY), by=MARTA, held=selling(spa()))
    state = after(state, c.ApproveRecord(), held=selling(spa()))
    assert refused(state, c.CompleteRecord(Outcome.FULFILLED, WHY), selling(spa())) == "charge_unsettled"


GIVEN = [
    c.ReassignRecord("rui", WHY),
    c.HandOff(Department.HOUSEKEEPING, c.Ownership("rui", "on_duty"), c.Ownership("sofia", "supervisor")),
]


@pytest.mark.parametrize("give", GIVEN)
def test_who_is_given_paused_work_has_the_usual_time_to_accept_from_when_it_goes_on(give: c.Command) -> None:
    hours = dt.timedelta(hours=1)
    state = after(in_status(Status.PENDING), blocked())
    state = after(state, give, by=SOFIA, now=NOW + 9 * hours)
    state = after(state, c.UnblockRecord(), by=RUI, now=NOW + 10 * hours)
    assert state.accept_by == NOW + 10 * hours + dt.timedelta(seconds=state.sla.accept_s)
    assert state.accept_by <= state.due_at
