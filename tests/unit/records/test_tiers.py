"""Whose yes an amount needs: tiers, sums that splitting gets round no more, deputies, and time that runs out."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.domain import commands as c
from services.records.domain.rules import Tier
from services.records.domain.stakes import Spent, spent_elsewhere, standing
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from shared.contracts.errors import AppError
from shared.contracts.identity import Role
from shared.contracts.records import LineKind, Status
from shared.contracts.values import Money
from tests.factories.guest_records import (
    ANA,
    MARTA,
    NOW,
    RUI,
    SOFIA,
    WHY,
    after,
    doer,
    done,
    entered,
    in_status,
    new_id,
    opened,
    terms,
)

DAY = dt.timedelta(days=1)
GIL = doer("gil", Role.GENERAL_MANAGER)
TIERS = (Tier(above=2_000, role=Role.SUPERVISOR), Tier(above=6_000, role=Role.GENERAL_MANAGER))
HELD = terms("guest_request", terms().rules.model_copy(update={"tiers": TIERS}))
OFFER = terms("pre_arrival_offer", terms("pre_arrival_offer").rules.model_copy(update={"tiers": TIERS}))


def line(amount: int) -> c.AddLine:
    return c.AddLine(new_id("line"), LineKind.REFUND, Money(amount=amount, currency="EUR"), WHY)


def price(amount: int) -> dict[str, Any]:
    return {"price": {"amount": amount, "currency": "EUR"}}


def checked() -> RecordState:
    return after(in_status(Status.PENDING), c.CheckValue())


def refused(state: RecordState, command: c.Command, by: c.Doer = ANA, held: Terms | None = None) -> str:
    with pytest.raises(AppError) as refusal:
        done(state, command, by=by, held=held)
    return refusal.value.code


@pytest.mark.parametrize(("amount", "role"), [(2_000, None), (2_001, Role.SUPERVISOR), (6_001, Role.GENERAL_MANAGER)])
def test_line_needs_the_role_of_the_tier_that_it_passes(amount: int, role: Role | None) -> None:
    state = after(checked(), line(amount), held=HELD)
    assert [each.reviewer_role for each in state.reviews] == ([role] if role else [])


def test_supervisor_is_refused_and_general_manager_taken_when_the_higher_tier_is_passed() -> None:
    big = line(6_001)
    state = after(checked(), big, held=HELD)
    assert refused(state, c.DecideProposal(big.line_id, True, WHY), SOFIA, HELD) == "role_required"
    assert after(state, c.DecideProposal(big.line_id, True, WHY), by=GIL, held=HELD).money[0].approved_by == "gil"


def test_splitting_on_one_record_gets_round_no_tier() -> None:
    state = after(checked(), line(1_500), held=HELD)
    assert (len(state.money), state.reviews) == (1, ())
    split = after(state, line(1_500), by=RUI, held=HELD)
    assert [each.reviewer_role for each in split.reviews] == [Role.SUPERVISOR]


@pytest.mark.parametrize("spent", [Spent(stay=1_900), Spent(day=1_900)])
def test_splitting_over_a_stay_or_a_day_gets_round_no_tier(spent: Spent) -> None:
    state = after(checked(), line(200), held=replace(HELD, spent=spent))
    assert [each.reviewer_role for each in state.reviews] == [Role.SUPERVISOR]


def test_tier_counts_stay_and_day_by_their_own_bounds_when_the_hotel_gives_them() -> None:
    tier = Tier(above=2_000, above_stay=50_000, above_day=90_000, role=Role.SUPERVISOR)
    held = terms("guest_request", terms().rules.model_copy(update={"tiers": (tier,)}))
    assert after(checked(), line(200), held=replace(held, spent=Spent(stay=40_000, day=80_000))).reviews == ()
    assert after(checked(), line(200), held=replace(held, spent=Spent(stay=49_900))).reviews != ()


def test_small_lines_of_one_person_on_one_stay_need_another_when_together_above_the_limit() -> None:
    state = after(checked(), line(6_000))
    assert (len(state.money), len(after(state, line(6_000)).reviews)) == (1, 1)
    assert after(state, line(4_000)).reviews == ()
    assert after(state, line(6_000), by=RUI).reviews == ()
    elsewhere = replace(terms(), spent=Spent(stay=9_000, day=9_000, stay_day=9_000))
    assert len(after(checked(), line(2_000), held=elsewhere).reviews) == 1


def test_rejected_amount_counts_no_more() -> None:
    big = line(5_000)
    state = after(checked(), big, held=HELD)
    assert [each.amount for each in standing(state)] == [5_000]
    rejected = after(state, c.DecideProposal(big.line_id, False, WHY), by=SOFIA, held=HELD)
    assert standing(rejected) == []
    assert after(rejected, line(1_900), held=HELD).reviews == ()


def test_change_of_a_price_is_weighed_by_the_difference() -> None:
    state = in_status(Status.PENDING, "pre_arrival_offer")
    small = after(state, c.EditFields("p1", price(4_000), WHY), held=OFFER)
    large = after(state, c.EditFields("p2", price(12_000), WHY), held=OFFER)
    assert [small.reviews[0].reviewer_role, large.reviews[0].reviewer_role] == [Role.DUTY_MANAGER, Role.GENERAL_MANAGER]


def test_first_amount_above_a_tier_is_a_proposal_too() -> None:
    empty = after(opened("pre_arrival_offer", fields={"offer": "spa"}), c.AcceptRecord())
    assert after(empty, c.EditFields("e1", price(1_500), WHY), held=OFFER).fields["price"]["amount"] == 1_500
    proposed = after(empty, c.EditFields("e1", price(2_500), WHY), held=OFFER)
    assert ("price" in proposed.fields, len(proposed.reviews)) == (False, 1)


def test_approval_needs_the_role_of_the_tier_that_the_record_s_own_money_passes() -> None:
    state = after(in_status(Status.PENDING, "pre_arrival_offer"), c.CheckValue())
    assert refused(state, c.ApproveRecord(), ANA, OFFER) == "role_required"
    assert after(state, c.ApproveRecord(), by=SOFIA, held=OFFER).status is Status.APPROVED


def test_money_that_a_person_opens_records_with_counts_and_a_topic_s_does_not() -> None:
    mine = entered("pre_arrival_offer")
    assert [each.amount for each in standing(mine)] == [5_000]
    assert standing(opened("pre_arrival_offer")) == []


def test_sums_elsewhere_are_of_the_stay_and_of_the_person_s_day_at_this_hotel() -> None:
    here = checked()
    same_stay = after(checked(), line(100), by=RUI)
    other_stay = after(checked(), line(200)).model_copy(update={"stay_id": "stay-2"})
    other_hotel = after(checked(), line(400)).model_copy(update={"property_id": "city"})
    both = after(checked(), line(1_000))
    others = [here, same_stay, other_stay, other_hotel, both]
    assert spent_elsewhere(here, others, "ana", NOW) == Spent(stay=1_100, day=1_200, stay_day=1_000)
    assert spent_elsewhere(here, others, "ana", NOW + DAY) == Spent(stay=1_100, day=0, stay_day=0)


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=12))
def test_nobody_alone_puts_more_on_a_record_than_the_lowest_tier_however_it_is_split(amounts: list[int]) -> None:
    state = checked()
    for amount in amounts:
        state = after(state, line(amount), held=HELD)
    assert sum(each.amount.amount for each in state.money) <= 2_000


def deputy(principal: str, *roles: Role, off_duty: bool = True, staff: str = "rui") -> c.Doer:
    stands = c.StandIn(principal, frozenset(roles), off_duty)
    return replace(doer(staff), stands_in=(stands,))


def proposed(by: c.Doer = ANA) -> RecordState:
    return after(checked(), c.EditFields("p1", {"promised_time": "16:00"}, WHY), by=by)


def test_deputy_decides_for_a_principal_who_is_off_duty_and_it_is_said() -> None:
    state = after(proposed(), c.DecideProposal("p1", True, WHY), by=deputy("sofia", Role.SUPERVISOR))
    assert (state.proposals[0].decided_by, state.proposals[0].decided_for) == ("rui", "sofia")


@pytest.mark.parametrize(
    ("by", "asked_by", "code"),
    [
        (deputy("sofia", Role.SUPERVISOR, off_duty=False), ANA, "role_required"),
        (deputy("sofia", Role.ASSOCIATE), ANA, "role_required"),
        (deputy("sofia", Role.SUPERVISOR), SOFIA, "principals_request"),
        (deputy("sofia", Role.SUPERVISOR, staff="ana"), ANA, "own_request"),
        (
            replace(MARTA, stands_in=(c.StandIn("sofia", frozenset({Role.SUPERVISOR}), False),)),
            SOFIA,
            "principals_request",
        ),
    ],
)
def test_s21_deputy_is_refused_on_duty_without_the_role_and_for_the_principal_s_or_own(
    by: c.Doer, asked_by: c.Doer, code: str
) -> None:
    assert refused(proposed(asked_by), c.DecideProposal("p1", True, WHY), by) == code


def test_s21_second_session_of_a_person_is_the_same_person() -> None:
    other = replace(SOFIA, actor=SOFIA.actor.model_copy(update={"session": "another-phone"}))
    assert refused(proposed(SOFIA), c.DecideProposal("p1", True, WHY), other) == "own_request"


def test_proposal_expires_and_its_owner_goes_on_when_nobody_decides_in_time() -> None:
    state = proposed()
    by = state.proposals[0].approve_by
    assert by == NOW + DAY
    with pytest.raises(AppError) as early:
        done(state, c.ExpireProposal("p1"), now=by - dt.timedelta(seconds=1))
    decision = done(state, c.ExpireProposal("p1"), now=by)
    assert early.value.code == "not_expired"
    assert [event.type for event in decision.events] == ["record.proposal_expired.v1"]
    assert (decision.state.proposals[0].state, decision.state.next_action.code) == ("expired", "approve")
    assert decision.state.next_action.staff_id == "ana"
    with pytest.raises(AppError) as late:
        done(state, c.DecideProposal("p1", True, WHY), by=SOFIA, now=by)
    assert late.value.code == "proposal_expired"


@pytest.mark.parametrize(
    ("kind", "value"), [("guest_request", "12:00"), ("pre_arrival_offer", {"amount": 900, "currency": "EUR"})]
)
def test_confirming_is_no_way_round_the_reason_or_the_other_person(kind: str, value: Any) -> None:
    state = in_status(Status.PENDING, kind)
    assert refused(state, c.CheckValue(value)) == "value_differs"
    assert after(state, c.CheckValue(state.fields[terms(kind).kind.checked_field])).checked is not None
