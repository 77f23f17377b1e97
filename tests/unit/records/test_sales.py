"""What a record sells, through its life: held to its price and slots at each step, refunded once, given back."""

from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.decide import Decision
from services.records.domain.offers import OfferVersion
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import Reason
from services.records.workflows import CATALOGUE
from shared.contracts.errors import AppError
from shared.contracts.identity import Actor, ActorKind, Role
from shared.contracts.records import LineKind, Outcome, Status
from tests.factories.guest_records import ANA, MACHINE, MARTA, WHY, after, doer, done, opened, stay
from tests.factories.offers import offer, sale_of, selling_terms

DAY = "2026-07-11"
GUEST = c.Doer(Actor(kind=ActorKind.GUEST, id="guest"))
YES = {"guest_answer": "accepted"}
NO = {"guest_answer": "declined"}


def held(sold: OfferVersion, **more: Any) -> Terms:
    return selling_terms("pre_arrival_offer", sold, **more)


def offered(sold: OfferVersion) -> RecordState:
    return opened("pre_arrival_offer", held(sold), **sale_of(sold))


def approved(sold: OfferVersion) -> RecordState:
    return after(offered(sold), c.AcceptRecord(), c.CheckValue(), c.ApproveRecord(), held=held(sold))


def answered(state: RecordState, sold: OfferVersion, answer: dict[str, str], **more: Any) -> RecordState:
    edit = c.EditFields("edit-1", answer, Reason(code="guest_said"))
    return done(state, edit, by=GUEST, held=held(sold, **more)).state


def sold_record(sold: OfferVersion) -> RecordState:
    fulfilled = c.CompleteRecord(Outcome.FULFILLED, WHY, YES)
    return after(approved(sold), fulfilled, held=held(sold))


def settled(state: RecordState, sold: OfferVersion, to: str) -> RecordState:
    return done(state, c.SettleLine(state.money[0].id, to), by=MACHINE, held=held(sold)).state


def cancelled(state: RecordState, sold: OfferVersion, by: c.Doer = ANA) -> Decision:
    return done(state, c.CancelSale(WHY if by is ANA else Reason()), by=by, held=held(sold))


def code(refusal: pytest.ExceptionInfo[AppError]) -> str:
    return refusal.value.code


def test_slot_is_taken_with_the_guests_yes_to_a_promise_and_not_before() -> None:
    spa = offer(capacity=3)
    state = approved(spa)
    assert (state.sale and state.sale.claims) == ()
    said_yes = answered(state, spa, YES)
    assert said_yes.sale is not None
    assert (said_yes.sale.state, [claim.split("#")[0] for claim in said_yes.sale.claims]) == ("held", [DAY])
    said_no = answered(said_yes, spa, NO)
    assert said_no.sale is not None
    assert (said_no.sale.state, said_no.sale.claims) == ("open", ())


def test_yes_that_comes_too_late_is_kept_and_cannot_be_fulfilled_when_sold_out() -> None:
    spa, full = offer(capacity=1), {DAY: frozenset({0})}
    state = answered(approved(spa), spa, YES, taken=full)
    assert state.sale is not None
    assert (state.fields["guest_answer"], state.sale.state, state.sale.claims) == ("accepted", "missed", ())
    with pytest.raises(AppError) as refusal:
        done(state, c.CompleteRecord(Outcome.FULFILLED, WHY), held=held(spa, taken=full))
    assert code(refusal) == "sold_out"


def test_staff_hear_that_it_is_sold_out_when_they_take_down_a_yes() -> None:
    spa = offer(capacity=1)
    with pytest.raises(AppError) as refusal:
        done(approved(spa), c.EditFields("e", YES), held=held(spa, taken={DAY: frozenset({0})}))
    assert code(refusal) == "sold_out"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"price": {"amount": 7_000, "currency": "EUR"}}, "price_changed"),
        ({"notice_hours": 24 * 30}, "offer_not_eligible"),
        ({"capacity": 0}, "sold_out"),
    ],
)
def test_approval_is_refused_when_the_catalogue_says_otherwise_by_then(now: Any, expected: str) -> None:
    spa = offer()
    state = after(offered(spa), c.AcceptRecord(), c.CheckValue(), held=held(spa))
    with pytest.raises(AppError) as refusal:
        done(state, c.ApproveRecord(), held=held(spa, current=offer(2, **now)))
    assert code(refusal) == expected
    assert refusal.value.breaches


def test_price_is_told_with_both_versions_and_taken_over_when_asked() -> None:
    spa, dearer = offer(), offer(2, price={"amount": 7_000, "currency": "EUR"})
    state = after(offered(spa), c.AcceptRecord(), c.CheckValue(), held=held(spa))
    with pytest.raises(AppError, match=r"60\.00 EUR \(version 1\).*70\.00 EUR \(version 2\)"):
        done(state, c.ApproveRecord(), held=held(spa, current=dearer))
    state = done(state, c.TakePrice(WHY), held=held(spa, current=dearer)).state
    assert (state.checked, state.fields["price"]["amount"], state.sale and state.sale.offer_version) == (None, 7_000, 2)
    state = after(state, c.CheckValue(), c.ApproveRecord(), held=held(dearer))
    assert state.status is Status.APPROVED


def test_promise_is_kept_when_the_price_rises_after_approval() -> None:
    spa, dearer = offer(), offer(2, price={"amount": 7_000, "currency": "EUR"})
    state = done(approved(spa), c.CompleteRecord(Outcome.FULFILLED, WHY, YES), held=held(spa, current=dearer)).state
    assert [line.amount.amount for line in state.money] == [6_000]


@pytest.mark.parametrize(("amount", "rule"), [(4_000, "price_floor"), (9_000, "price_ceiling")])
def test_price_by_hand_stays_between_floor_and_ceiling(amount: int, rule: str) -> None:
    spa = offer(floor=4_500, ceiling=8_000)
    given = sale_of(spa)
    given["fields"] |= {"price": {"amount": amount, "currency": "EUR"}}
    state = after(opened("pre_arrival_offer", held(spa), **given), c.AcceptRecord(), held=held(spa))
    with pytest.raises(AppError) as refusal:
        done(state, c.CheckValue(), held=held(spa))
    assert [breach.rule for breach in refusal.value.breaches] == [rule]


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.CANCELLED])
def test_slots_are_given_back_when_the_record_ends_otherwise(outcome: Outcome) -> None:
    spa = offer(capacity=3)
    state = answered(approved(spa), spa, YES)
    ended = done(state, c.CompleteRecord(outcome, WHY), held=held(spa)).state
    assert ended.sale is not None
    assert (ended.sale.state, ended.sale.claims) == ("released", ())


def test_slots_are_given_back_when_taken_back_to_pending_and_taken_again_when_approved() -> None:
    spa = offer(capacity=3)
    state = done(answered(approved(spa), spa, YES), c.ResumeRecord(WHY), held=held(spa)).state
    assert (state.sale and state.sale.claims) == ()
    state = done(state, c.ApproveRecord(), held=held(spa)).state
    assert state.sale is not None
    assert len(state.sale.claims) == 1


def test_instant_sale_is_closed_and_charged_by_the_policy_when_the_guest_says_yes() -> None:
    spa = offer(instant=True, capacity=3)
    state = answered(approved(spa), spa, YES)
    decided = done(state, c.ConfirmSale("rita"), by=MACHINE, held=held(spa))
    state = decided.state
    assert (state.outcome, state.sale and state.sale.state) == (Outcome.FULFILLED, "sold")
    assert [(line.kind, line.amount.amount) for line in state.money] == [(LineKind.CHARGE, 6_000)]
    assert {event.body.actor.kind for event in decided.events} == {ActorKind.POLICY}


def test_policy_promises_what_a_guest_asked_for_and_leaves_the_work_to_people() -> None:
    spa = offer(instant=True, capacity=1)
    bound = selling_terms("upsell_guest_request", spa)
    fields = {"service": "spa", "price": {"amount": 6_000, "currency": "EUR"}}
    state = opened("upsell_guest_request", bound, **(sale_of(spa) | {"fields": fields}))
    state = done(state, c.ConfirmSale("rita"), by=MACHINE, held=bound).state
    assert (state.status, state.accepted, state.owner) == (Status.APPROVED, True, "ana")
    assert state.checked is not None
    assert (state.checked.checker.kind, state.checked.on_behalf_of) == (ActorKind.POLICY, "rita")
    assert state.sale is not None
    assert state.sale.claims == (f"{DAY}#0",)


def test_policy_leaves_a_price_by_hand_to_a_person() -> None:
    spa = offer(instant=True)
    given = sale_of(spa)
    given["fields"] |= {"price": {"amount": 5_000, "currency": "EUR"}}
    with pytest.raises(AppError) as refusal:
        done(opened("pre_arrival_offer", held(spa), **given), c.ConfirmSale("rita"), by=MACHINE, held=held(spa))
    assert code(refusal) == "price_by_hand"


def test_cancelled_sale_is_refunded_at_once_when_its_charge_stands() -> None:
    spa = offer(capacity=3)
    state = settled(sold_record(spa), spa, "done")
    after_all = cancelled(state, spa).state
    charge, refund = after_all.money
    assert (refund.kind, refund.amount, refund.adjusts) == (LineKind.REFUND, charge.amount, charge.id)
    assert after_all.sale is not None
    assert (after_all.sale.state, after_all.sale.claims, after_all.status) == ("cancelled", (), Status.COMPLETE)


@pytest.mark.parametrize("standing", ["requested", "sending", "unknown"])
def test_refund_waits_until_the_charge_is_known_to_stand(standing: str) -> None:
    spa = offer()
    state = sold_record(spa).model_copy()
    lines = tuple(line.model_copy(update={"state": standing}) for line in state.money)
    state = cancelled(state.model_copy(update={"money": lines}), spa).state
    assert ([line.kind for line in state.money], state.sale and state.sale.state) == ([LineKind.CHARGE], "cancelling")
    state = settled(state, spa, "done")
    assert [line.kind for line in state.money] == [LineKind.CHARGE, LineKind.REFUND]
    assert state.sale is not None
    assert state.sale.state == "cancelled"
    again = done(state, c.SettleLine(state.money[0].id, "unknown"), by=MACHINE, held=held(spa)).state
    again = settled(again, spa, "done")
    assert len(again.money) == 2


def test_nothing_is_refunded_when_the_charge_failed_after_all() -> None:
    spa = offer()
    state = settled(cancelled(sold_record(spa), spa).state, spa, "failed")
    assert ([line.kind for line in state.money], state.sale and state.sale.state) == ([LineKind.CHARGE], "cancelled")
    state = cancelled(settled(sold_record(spa), spa, "failed"), spa).state
    assert [line.kind for line in state.money] == [LineKind.CHARGE]


def test_sale_is_cancelled_once_and_never_sold_again_by_the_same_record() -> None:
    spa = offer()
    state = cancelled(settled(sold_record(spa), spa, "done"), spa).state
    with pytest.raises(AppError) as refusal:
        cancelled(state, spa)
    assert code(refusal) == "nothing_sold"
    state = after(state, c.ReopenRecord(WHY), c.AcceptRecord(), held=held(spa))
    with pytest.raises(AppError) as refusal:
        done(state, c.ApproveRecord(), held=held(spa))
    assert code(refusal) == "sale_cancelled"


def test_guest_cancels_by_themselves_until_the_offer_says_and_not_after() -> None:
    spa = offer(cancel_until_hours=24)
    state = settled(sold_record(spa), spa, "done")
    assert cancelled(state, spa, GUEST).state.money[-1].kind is LineKind.REFUND
    late = state.sale and state.sale.cancel_until
    assert late is not None
    with pytest.raises(AppError) as refusal:
        done(state, c.CancelSale(), by=GUEST, held=held(spa), now=late.replace(day=late.day + 1))
    assert code(refusal) == "too_late_to_cancel"
    with pytest.raises(AppError) as refusal:
        cancelled(settled(sold_record(offer()), offer(), "done"), offer(), GUEST)
    assert code(refusal) == "too_late_to_cancel"


def test_large_refund_needs_who_may_decide_it() -> None:
    spa = offer(price={"amount": 20_000, "currency": "EUR"})
    state = settled(sold_record(spa), spa, "done")
    with pytest.raises(AppError) as refusal:
        cancelled(state, spa)
    assert code(refusal) == "role_required"
    assert done(state, c.CancelSale(WHY), by=MARTA, held=held(spa)).state.money[-1].adjusts


def test_open_record_is_cancelled_with_its_sale() -> None:
    spa = offer(capacity=2)
    state = cancelled(answered(approved(spa), spa, YES), spa).state
    assert (state.outcome, state.money, state.sale and state.sale.claims) == (Outcome.CANCELLED, (), ())


def test_sale_is_priced_and_approved_again_when_the_nights_change() -> None:
    parking = offer(per="night", uses="each_night", capacity=5)
    state = answered(approved(parking), parking, YES)
    assert state.sale is not None
    assert len(state.sale.claims) == 3
    longer = stay(departure=stay().departure.replace(day=16))
    state = done(state, c.MoveSale(), by=MACHINE, held=held(parking, of=longer)).state
    assert (state.status, state.checked, state.fields["price"]["amount"]) == (Status.PENDING, None, 30_000)
    assert state.sale is not None
    assert state.sale.claims == ()


def test_reopened_sale_keeps_its_slots_and_is_charged_once() -> None:
    spa = offer(capacity=2)
    state = sold_record(spa)
    state = after(state, c.ReopenRecord(WHY), by=doer("sofia", Role.SUPERVISOR), held=held(spa))
    assert state.sale is not None
    assert (state.sale.state, len(state.sale.claims)) == ("held", 1)
    state = after(state, c.AcceptRecord(), c.ApproveRecord(), c.CompleteRecord(Outcome.FULFILLED, WHY), held=held(spa))
    assert (len(state.money), state.sale and state.sale.state) == (1, "sold")


def test_each_department_that_delivers_gets_a_request_when_sold() -> None:
    dinner = offer(code="dinner", service="half_board", departments=["food_beverage", "concierge"])
    before = approved(dinner)
    state = sold_record(dinner)
    found = CATALOGUE.follow_ons(before, state.model_copy(update={"id": before.id}), CATALOGUE.defaults)
    assert [each.department for each in found] == ["food_beverage", "concierge"]
    assert len({each.key for each in found}) == 2
    assert {each.fields["topic"] for each in found} == {"half_board"}


@pytest.mark.parametrize("segment", ["groups", None])
def test_sale_keeps_the_segment_that_the_stay_had_when_it_was_offered(segment: str | None) -> None:
    assert sale_of(offer(), stay(segment=segment))["sale"].segment == segment
