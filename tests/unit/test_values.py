"""Money, local time and card numbers."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.values import Money, Scope, card_numbers, instant_of, iso, luhn, mask_cards, stay_id, total, zone

LISBON, APIA, LORD_HOWE = ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Apia"), ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("local", "tz", "utc"),
    [
        ("2026-07-01T09:00", LISBON, "2026-07-01T08:00:00.000Z"),
        ("2026-03-29T01:30", LISBON, "2026-03-29T01:00:00.000Z"),
        ("2026-03-29T01:00", LISBON, "2026-03-29T01:00:00.000Z"),
        ("2026-10-25T01:30", LISBON, "2026-10-25T00:30:00.000Z"),
        ("2011-12-30T12:00", APIA, "2011-12-30T10:00:00.000Z"),
        ("2026-10-04T02:15", LORD_HOWE, "2026-10-03T15:30:00.000Z"),
    ],
    ids=["summer", "in the gap", "gap begins", "in the fold", "a day that never was", "half an hour of gap"],
)
def test_instant_of_wall_clock_time(local: str, tz: ZoneInfo, utc: str) -> None:
    assert iso(instant_of(dt.datetime.fromisoformat(local), tz)) == utc


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 1, 1)), st.sampled_from([LISBON, LORD_HOWE]))
def test_instant_of_never_goes_back(local: dt.datetime, tz: ZoneInfo) -> None:
    minute = local.replace(second=0, microsecond=0)
    assert instant_of(minute, tz).astimezone(tz).replace(tzinfo=None) >= minute


def test_zone_refuses_a_name_that_is_none() -> None:
    with pytest.raises(ValueError, match="IANA"):
        zone("Europe/Faro")


@pytest.mark.parametrize("amount", [1.5, "12", 10**12 + 1, True])
def test_money_refuses_what_is_not_whole_minor_units(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "EUR"})


def test_money_refuses_to_mix_currencies() -> None:
    with pytest.raises(ValueError, match="USD"):
        total([Money(amount=1, currency="EUR"), Money(amount=1, currency="USD")], "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "text"), [(1250, "EUR", "12.50 EUR"), (-5, "EUR", "-0.05 EUR"), (7, "JPY", "7 JPY")]
)
def test_money_reads_as_people_write_it(amount: int, currency: str, text: str) -> None:
    assert str(Money(amount=amount, currency=currency)) == text


def test_scope_covers_only_its_properties_and_narrows() -> None:
    chain, one = Scope(chain="grand"), Scope(chain="grand", properties=frozenset({"city"}))
    assert chain.covers("resort")
    assert not one.covers("resort")
    assert one.narrow(["resort"]).properties == frozenset()
    assert chain.narrow(["city"]) == one


def test_stay_id_is_the_same_for_all_and_differs_by_part() -> None:
    assert stay_id("city", "csv", "R1") == stay_id("city", "csv", "R1")
    assert len({stay_id("city", "csv", "R1"), stay_id("city", "csv", "R2"), stay_id("resort", "csv", "R1")}) == 3


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "pay 5555-5555-5555-4444 now", "378282246310005"])
def test_card_numbers_are_found_and_masked(text: str) -> None:
    assert len(card_numbers(text)) == 1
    assert card_numbers(mask_cards(text)) == []


@pytest.mark.parametrize("text", ["room 412", "4111 1111 1111 1112", "0000000000000000", "+351 912 345 678"])
def test_card_numbers_are_not_seen_in_other_numbers(text: str) -> None:
    assert card_numbers(text) == []


@given(st.integers(10**11, 10**17))
def test_luhn_accepts_exactly_one_check_digit(number: int) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


@given(st.text(), st.text(), st.text())
def test_ids_are_version_5_uuids_of_our_namespace(property_id: str, pms: str, reservation: str) -> None:
    namespace = uuid.UUID("6f1b6a52-5d0e-5a7d-9f43-1f6d7d0c3a11")
    assert stay_id(property_id, pms, reservation) == str(
        uuid.uuid5(namespace, f"{property_id}\x1f{pms}\x1f{reservation}")
    )
