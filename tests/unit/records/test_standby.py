"""What stands in line: never charged nor given a slot before its hour, granted once, let go and told."""

import datetime as dt
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.offers import OfferVersion, offer_faults
from services.records.domain.standby import InLine, in_line
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import Reason
from services.records.usecases.alarms import GRANT, timers_of
from shared.contracts.errors import AppError
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Money
from tests.factories.guest_records import MACHINE, NOW, WHY, after, done, opened, stay
from tests.factories.offers import offer, offer_terms, sale_of, selling_terms

DAY = "2026-07-11"
HOUR = dt.datetime(2026, 7, 11, 13, 0, tzinfo=dt.UTC)
GUEST = c.Doer(Actor(kind=ActorKind.GUEST, id="guest"))
YES = {"guest_answer": "accepted"}
STANDBY: dict[str, Any] = {"way": "standby", "decided_at": "14:00", "capacity": 1}
BIDS: dict[str, Any] = {"way": "bid", "decided_at": "14:00", "capacity": 1, "floor": 3_000, "ceiling": 9_000}
FULL = {DAY: frozenset({0})}
GRANTED = c.GrantSale("message-1")


def held(sold: OfferVersion, **more: Any) -> Terms:
    return selling_terms("pre_arrival_offer", sold, **more)


def offered(sold: OfferVersion) -> RecordState:
    state = opened("pre_arrival_offer", held(sold), **sale_of(sold))
    return after(state, c.AcceptRecord(), c.CheckValue(), c.ApproveRecord(), held=held(sold))


def waiting(sold: OfferVersion) -> RecordState:
    edit = c.EditFields("edit-1", YES, Reason(code="guest_said"))
    return done(offered(sold), edit, by=GUEST, held=held(sold)).state


def bid(state: RecordState, sold: OfferVersion, amount: int, by: c.Doer = GUEST, **more: Any) -> RecordState:
    command = c.PlaceBid(Money(amount=amount, currency="EUR"), WHY)
    return done(state, command, by=by, held=held(sold), **more).state


def code(refusal: pytest.ExceptionInfo[AppError]) -> str:
    return refusal.value.code


def test_yes_to_a_standby_takes_a_place_in_line_and_neither_slot_nor_money() -> None:
    state = waiting(offer(**STANDBY))
    assert state.sale is not None
    assert (state.sale.state, state.sale.claims, state.money) == ("waiting", (), ())
    assert (state.sale.decides_at, state.due_at, state.ends_at) == (HOUR, HOUR, None)
    assert state.next_action.code == "await_grant"
    assert [(each.kind, each.due_at) for each in timers_of(state).values()] == [(GRANT, HOUR)]


def test_what_stands_in_line_cannot_be_fulfilled_before_it_is_granted() -> None:
    sold = offer(**STANDBY)
    with pytest.raises(AppError) as refusal:
        done(waiting(sold), c.CompleteRecord(Outcome.FULFILLED, WHY), held=held(sold))
    assert code(refusal) == "awaits_grant"
    with pytest.raises(AppError) as refusal:
        done(offered(sold), c.CompleteRecord(Outcome.FULFILLED, WHY, YES), held=held(sold))
    assert code(refusal) == "awaits_grant"


def test_grant_takes_the_slot_tells_the_guest_and_leaves_the_work_to_a_person() -> None:
    sold = offer(**STANDBY)
    state = done(waiting(sold), GRANTED, by=MACHINE, held=held(sold), now=HOUR).state
    assert state.sale is not None
    assert (state.sale.state, state.sale.claims, state.status) == ("held", (f"{DAY}#0",), Status.APPROVED)
    assert [each.id for each in state.guest_messages] == ["message-1"]
    assert (state.money, timers_of(state)) == ((), {})
    state = done(state, c.CompleteRecord(Outcome.FULFILLED, WHY), held=held(sold), now=HOUR).state
    assert [line.amount.amount for line in state.money] == [6_000]


def test_instant_standby_is_charged_once_when_it_is_granted() -> None:
    sold = offer(**STANDBY, instant=True)
    state = done(waiting(sold), GRANTED, by=MACHINE, held=held(sold), now=HOUR).state
    assert (state.outcome, [line.amount.amount for line in state.money]) == (Outcome.FULFILLED, [6_000])
    with pytest.raises(AppError) as refusal:
        done(state, GRANTED, by=MACHINE, held=held(sold), now=HOUR)
    assert code(refusal) == "record_closed"


def test_policy_puts_an_instant_standby_in_line_and_no_further() -> None:
    sold = offer(**STANDBY, instant=True)
    state = opened("pre_arrival_offer", held(sold), **sale_of(sold))
    state = done(state, c.EditFields("edit-1", YES, WHY), by=GUEST, held=held(sold)).state
    state = done(state, c.ConfirmSale("rita"), by=MACHINE, held=held(sold)).state
    assert state.sale is not None
    assert (state.status, state.sale.state, state.money) == (Status.APPROVED, "waiting", ())
    with pytest.raises(AppError) as refusal:
        done(state, c.ConfirmSale("rita"), by=MACHINE, held=held(sold))
    assert code(refusal) == "awaits_grant"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"taken": FULL}, "sold_out"),
        ({"of": stay(status="cancelled")}, "offer_not_eligible"),
        ({"current": offer(2, live=False, **STANDBY)}, "offer_not_eligible"),
    ],
)
def test_grant_is_refused_when_it_is_taken_or_no_longer_theirs(more: Any, expected: str) -> None:
    sold = offer(**STANDBY)
    with pytest.raises(AppError) as refusal:
        done(waiting(sold), GRANTED, by=MACHINE, held=held(sold, **more), now=HOUR)
    assert code(refusal) == expected


def test_notice_that_was_kept_when_they_stood_in_line_is_not_asked_again() -> None:
    sold = offer(**STANDBY, notice_hours=24)
    state = done(waiting(sold), GRANTED, by=MACHINE, held=held(sold), now=HOUR).state
    assert state.sale is not None
    assert state.sale.state == "held"


def test_what_is_let_go_is_told_and_closes_without_money() -> None:
    sold = offer(**STANDBY)
    state = done(waiting(sold), c.LetSaleGo("message-1", "sold_out"), by=MACHINE, held=held(sold), now=HOUR).state
    assert state.sale is not None
    assert (state.outcome, state.sale.state, state.money) == (Outcome.DECLINED, "released", ())
    assert ([each.id for each in state.guest_messages], in_line(state)) == (["message-1"], None)


def test_guest_leaves_the_line_with_a_no_or_by_cancelling_at_any_time() -> None:
    sold = offer(**STANDBY)
    no = c.EditFields("edit-2", {"guest_answer": "declined"}, Reason(code="guest_said"))
    assert in_line(done(waiting(sold), no, by=GUEST, held=held(sold)).state) is None
    state = done(waiting(sold), c.CancelSale(), by=GUEST, held=held(sold)).state
    assert (state.outcome, in_line(state)) == (Outcome.CANCELLED, None)


def test_bid_becomes_the_price_and_a_higher_one_takes_its_place() -> None:
    sold = offer(**BIDS)
    state = bid(offered(sold), sold, 4_000)
    assert state.sale is not None
    assert (state.sale.state, state.sale.quoted.amount, state.fields["price"]["amount"]) == ("waiting", 4_000, 4_000)
    assert state.checked is not None
    assert (state.checked.value["amount"], state.checked.rule, state.checked.on_behalf_of) == (4_000, "bid", "rita")
    later = bid(state, sold, 5_000, now=NOW + dt.timedelta(hours=1))
    before, after_it = in_line(state), in_line(later)
    assert before is not None
    assert after_it is not None
    assert (after_it.bid, after_it.since > before.since) == (5_000, True)
    granted = done(later, GRANTED, by=MACHINE, held=held(sold), now=HOUR).state
    granted = done(granted, c.CompleteRecord(Outcome.FULFILLED, WHY), held=held(sold), now=HOUR).state
    assert [line.amount.amount for line in granted.money] == [5_000]


def test_plain_yes_to_bids_bids_the_price_that_was_told() -> None:
    state = waiting(offer(**BIDS))
    assert state.sale is not None
    assert state.sale.bid == Money(amount=6_000, currency="EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [(2_999, "EUR", "price_floor"), (9_001, "EUR", "price_ceiling"), (4_000, "USD", "currency")],
)
def test_bid_outside_the_offers_terms_is_refused(amount: int, currency: str, rule: str) -> None:
    sold = offer(**BIDS)
    with pytest.raises(AppError) as refusal:
        done(offered(sold), c.PlaceBid(Money(amount=amount, currency=currency), WHY), held=held(sold))
    assert [(each.field, each.rule) for each in refusal.value.breaches] == [("price", rule)]


def test_bids_are_closed_at_their_hour_and_where_a_price_is_asked() -> None:
    sold, fixed = offer(**BIDS), offer()
    with pytest.raises(AppError) as refusal:
        bid(offered(sold), sold, 4_000, now=HOUR)
    assert code(refusal) == "bids_closed"
    with pytest.raises(AppError) as refusal:
        bid(offered(fixed), fixed, 4_000)
    assert code(refusal) == "no_bids"


def test_bid_under_the_reserve_is_not_granted_and_the_reserve_is_not_said() -> None:
    sold = offer(**BIDS, reserve=5_555)
    state = bid(offered(sold), sold, 5_554)
    with pytest.raises(AppError) as refusal:
        done(state, GRANTED, by=MACHINE, held=held(sold), now=HOUR)
    assert (code(refusal), "55" in refusal.value.message) == ("under_reserve", False)


def test_bid_is_kept_when_the_stay_moves_and_stands_in_line_again_once_approved() -> None:
    sold = offer(**BIDS)
    moved = stay(arrival=dt.date(2026, 7, 12), departure=dt.date(2026, 7, 15))
    state = done(bid(offered(sold), sold, 4_000), c.MoveSale(), by=MACHINE, held=held(sold, of=moved)).state
    assert state.sale is not None
    assert (state.status, state.sale.state, state.sale.quoted.amount) == (Status.PENDING, "open", 4_000)
    state = after(state, c.CheckValue(), c.ApproveRecord(), held=held(sold, of=moved))
    place = in_line(state)
    assert place is not None
    assert (place.bid, place.moment) == (4_000, HOUR + dt.timedelta(days=1))


def test_line_is_ordered_by_bid_and_of_equals_by_who_waits_longest() -> None:
    places = [
        InLine("resort", "offer", HOUR, amount, NOW + dt.timedelta(minutes=minutes), name)
        for amount, minutes, name in ((4_000, 0, "a"), (5_000, 9, "b"), (5_000, 3, "c"))
    ]
    assert [each.record_id for each in sorted(places, key=lambda each: each.rank)] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"way": "standby", "capacity": 1}, "decided_at"),
        ({"way": "standby", "decided_at": "14:00"}, "capacity"),
        ({"way": "bid", "decided_at": "14:00", "capacity": 1}, "floor"),
        ({**STANDBY, "reserve": 5_000}, "reserve"),
        ({**BIDS, "reserve": 2_000}, "reserve"),
        ({"decided_at": "14:00"}, "decided_at"),
    ],
)
def test_offer_that_contradicts_its_way_is_refused(changed: Any, place: str) -> None:
    found = offer_faults(offer_terms(**changed), "EUR", {"spa"})
    assert [each.field for each in found] == [place]
