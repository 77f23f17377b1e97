"""Offers as values: what may be published, what they cost, who may have them, and how slots are taken."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.records.domain.capacity import claims_for, days_of, free_on, of_claim
from services.records.domain.offers import image_url, in_words, offer_faults
from services.records.domain.pricing import quote, tax_of
from services.records.workflows import CATALOGUE
from shared.contracts.errors import AppError
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money
from tests.factories.guest_records import NOW, stay
from tests.factories.offers import offer, offer_terms, unmet_rules

TODAY = NOW.date()
HOUR = dt.timedelta(hours=1)


def faults(**given: Any) -> set[tuple[str, str]]:
    found = offer_faults(offer_terms(**given), "EUR", CATALOGUE.services)
    return {(each.field, each.rule) for each in found}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, set()),
        ({"service": "moon_flight"}, {("service", "choice")}),
        ({"price": {"amount": 6000, "currency": "USD"}}, {("price", "currency")}),
        ({"price": {"amount": 0, "currency": "EUR"}}, {("price", "positive")}),
        ({"price": {"amount": -1, "currency": "EUR"}}, {("price", "positive")}),
        ({"price": {"amount": 10**11, "currency": "EUR"}}, {("price", "positive")}),
        ({"floor": 6001}, {("floor", "order")}),
        ({"ceiling": 5999}, {("ceiling", "order")}),
        ({"valid_from": "2026-08-01", "valid_until": "2026-07-01"}, {("valid_until", "order")}),
        ({"images": ["http://example.com/a.jpg"]}, {("images.0", "url")}),
        ({"texts": {"en": {"title": "Pay to 4111 1111 1111 1111"}}}, {("texts.en", "card_number")}),
        ({"departments": ["concierge", "concierge"]}, {("departments", "twice")}),
        (
            {"eligibility": [{"rule": "odd", "expression": "stay.nights >", "message": "No."}]},
            {("eligibility.odd", "expression")},
        ),
        (
            {"eligibility": [{"rule": "odd", "expression": "record.kind == 'x'", "message": "No."}]},
            {("eligibility.odd", "expression")},
        ),
        (
            {"eligibility": [{"rule": "odd", "expression": "stay.vip", "message": "No."}] * 2},
            {("eligibility.odd", "twice")},
        ),
    ],
)
def test_offer_is_faulted_at_each_place_when_it_cannot_be_sold_so(given: Any, expected: Any) -> None:
    assert faults(**given) == expected


@pytest.mark.parametrize(
    "given",
    [
        {"price": {"amount": 59.5, "currency": "EUR"}},
        {"price": {"amount": "6000", "currency": "EUR"}},
        {"tax_bp": 19.0},
        {"capacity": -1},
        {"capacity": 10**6},
        {"notice_hours": -1},
        {"texts": {}},
        {"texts": {"english": {"title": "x"}}},
        {"departments": []},
        {"state": "live"},
        {"valid_from": 0},
    ],
)
def test_offer_is_refused_by_its_shape_when_a_value_is_of_another_kind(given: Any) -> None:
    with pytest.raises(ValidationError):
        offer_terms(**given)


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://images.example.com/spa.jpg", True),
        ("https://images.example.com/spa.jpg?w=2", True),
        ("https://user:secret@example.com/a.jpg", False),
        ("https://example.com:8443/a.jpg", False),
        ("https://127.0.0.1/a.jpg", False),
        ("https://localhost/a.jpg", False),
        ("https://example.com/a.jpg#x", False),
        ("https://example.com/a b.jpg", False),
        ("javascript:alert(1)", False),
        ("//example.com/a.jpg", False),
        ("https://example.com\\@evil.example/a.jpg", False),
    ],
)
def test_image_is_a_plain_https_address_or_refused(address: str, fine: bool) -> None:
    assert image_url(address) is fine


@pytest.mark.parametrize(("per", "units"), [("stay", 1), ("night", 3), ("person", 3), ("person_night", 9), ("unit", 1)])
def test_price_counts_what_it_is_for_when_quoted(per: str, units: int) -> None:
    booked = stay(party=Party(adults=2, children=1, babies=1))
    assert quote(offer_terms(per=per).model_copy(), booked, TODAY).units == units
    assert quote(offer_terms(per=per), booked, TODAY, 2).total == Money(amount=6_000 * units * 2, currency="EUR")


def test_nights_that_are_past_are_not_paid_when_delivered_each_night() -> None:
    held, second = offer_terms(per="night", uses="each_night"), dt.date(2026, 7, 12)
    assert quote(held, stay(), second).units == 2
    assert days_of(held, stay(), second) == (second, dt.date(2026, 7, 13))


@given(st.integers(0, 10**9), st.integers(0, 10_000), st.booleans(), st.integers(1, 99))
def test_net_and_tax_add_up_to_what_is_paid_for_every_price(
    amount: int, tax_bp: int, included: bool, quantity: int
) -> None:
    held = offer_terms(tax_bp=tax_bp, tax_included=included).model_copy(
        update={"price": Money(amount=amount, currency="EUR")}
    )
    told = quote(held, stay(), TODAY, quantity)
    assert told.net + told.tax == told.total
    listed = amount * quantity
    assert (told.total.amount if included else told.net.amount) == listed
    # Right to half a minor unit, in whole numbers.
    assert abs(2 * told.net.amount * tax_bp - 2 * told.tax.amount * 10_000) <= 10_000 + tax_bp


def test_tax_is_rounded_half_up() -> None:
    assert (tax_of(50, 100, included=False), tax_of(49, 100, included=False)) == (1, 0)
    assert tax_of(12_300, 2_300, included=True) == 2_300


@pytest.mark.parametrize("quantity", [0, 100, -1])
def test_quantity_outside_the_range_is_refused_when_quoted(quantity: int) -> None:
    with pytest.raises(AppError):
        quote(offer_terms(), stay(), TODAY, quantity)


def test_words_are_the_guests_or_english_or_the_first() -> None:
    assert in_words(offer_terms(), "de").title == "Ein Tag im Spa"
    assert in_words(offer_terms(), "fr").title == "A day in the spa"
    assert in_words(offer_terms(texts={"pt": {"title": "Um dia"}}), "fr").title == "Um dia"


@pytest.mark.parametrize(
    ("sold", "of", "missing"),
    [
        ({}, {}, []),
        ({"valid_until": "2026-07-10"}, {}, ["valid_dates"]),
        ({"uses": "each_night", "valid_until": "2026-07-12"}, {}, ["valid_dates"]),
        ({"notice_hours": 24 * 20}, {}, ["notice"]),
        ({}, {"status": StayStatus.CANCELLED}, ["stay_status"]),
        ({}, {"property_id": "city"}, ["property"]),
        ({}, {"rate": Money(amount=1, currency="USD")}, ["currency"]),
        ({"eligibility": [{"rule": "long", "expression": "stay.nights >= 7", "message": "A week."}]}, {}, ["long"]),
        ({"eligibility": [{"rule": "gold", "expression": "stay.tier == 'gold'", "message": "Gold."}]}, {}, ["gold"]),
    ],
)
def test_each_condition_says_whether_it_is_met(sold: Any, of: Any, missing: list[str]) -> None:
    assert unmet_rules(offer(**sold), stay(**of)) == missing


def test_offer_is_not_live_when_withdrawn_and_not_free_when_its_day_is_full() -> None:
    assert unmet_rules(offer(live=False), stay()) == ["live"]
    full = {"2026-07-11": frozenset({0, 1})}
    assert unmet_rules(offer(capacity=2), stay(), taken=full) == ["capacity"]
    assert unmet_rules(offer(capacity=3), stay(), taken=full) == []
    assert unmet_rules(offer(capacity=3), stay(), taken=full, quantity=2) == ["capacity"]


def test_notice_counts_from_noon_of_the_first_day_on_the_hotels_clock() -> None:
    noon = dt.datetime(2026, 7, 11, 11, tzinfo=dt.UTC)  # noon in Lisbon, in summer
    sold = offer(notice_hours=24)
    assert unmet_rules(sold, stay(), noon - 24 * HOUR) == []
    assert unmet_rules(sold, stay(), noon - 24 * HOUR + dt.timedelta(seconds=1)) == ["notice"]
    assert unmet_rules(offer(), stay(), noon + 5 * HOUR) == []


SLOTS = st.frozensets(st.integers(0, 12), max_size=13)


@given(SLOTS, st.integers(0, 10), st.integers(1, 4), st.text("ab", max_size=3))
def test_slots_are_free_and_within_what_is_left_for_every_ledger(
    taken: frozenset[int], capacity: int, wanted: int, name: str
) -> None:
    day = dt.date(2026, 7, 11)
    ledger = {day.isoformat(): taken}
    claims = claims_for(name, capacity, [day], wanted, ledger)
    left = free_on(day.isoformat(), capacity, ledger)
    assert (claims is None) == (left < wanted)
    slots = {of_claim(claim)[1] for claim in claims or ()}
    assert not slots & taken
    assert len(slots) == (0 if claims is None else wanted)
    assert len(slots | taken) <= max(capacity, len(taken))


@given(st.integers(1, 8), st.lists(st.text("abc", min_size=1), unique=True, min_size=12, max_size=12))
def test_records_that_claim_one_after_another_fill_a_day_and_no_more(capacity: int, names: list[str]) -> None:
    day, taken = dt.date(2026, 7, 11), frozenset[int]()
    told = []
    for name in names:
        claims = claims_for(name, capacity, [day], 1, {day.isoformat(): taken})
        taken |= {of_claim(claim)[1] for claim in claims or ()}
        told.append(claims is not None)
    assert (sum(told), taken) == (capacity, frozenset(range(capacity)))


def test_nothing_is_claimed_when_there_is_no_limit() -> None:
    assert claims_for("record-1", None, [TODAY], 3, {}) == ()
