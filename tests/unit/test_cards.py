"""Card numbers and security codes are found however they are written, and what is none is left alone (S32, S33)."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.cards import card_numbers, holds_code, luhn, mask_cards

PANS = ("4111111111111111", "5500005555555559", "378282246310005", "6011000990139424", "30569309025904")


@pytest.mark.parametrize("pan", PANS)
@pytest.mark.parametrize(
    "written",
    [
        "{}",
        "card-{}",
        "{}-",
        "Room 20 {} thanks",
        "on 2026 {} and 12",
        "x{}y",
        "the card:{}.",
        "(tel 351) {}",
    ],
)
def test_card_is_found_and_masked_whatever_stands_beside_it(pan: str, written: str) -> None:
    text = written.format(pan)
    assert card_numbers(text) != []
    assert pan not in mask_cards(text)
    assert pan[-4:] in mask_cards(text)


@pytest.mark.parametrize("between", [" ", "-", ".", "/", "_", "\u00a0", "–", " - ".strip() + " ", "  "])
def test_card_in_groups_is_found(between: str) -> None:
    text = f"pay with {between.join(('4111', '1111', '1111', '1111'))} please"
    assert card_numbers(text) != []
    assert "4111" not in mask_cards(text)


def test_digits_of_another_script_are_digits() -> None:
    assert card_numbers("٤١١١١١١١١١١١١١١١") != []
    assert mask_cards("٤١١١١١١١١١١١١١١١").endswith("1111")


@pytest.mark.parametrize("text", ["CVV 123", "cvc: 1234", "my CVV2 is 987", "card security code 123", "(CVC) 123"])
def test_security_code_is_found_and_masked(text: str) -> None:
    assert card_numbers(text) != []
    assert not [char for char in mask_cards(text).replace("CVV2", "CVV") if char.isdigit()]


@pytest.mark.parametrize("name", ["cvv", "CVC", "security_code", "cardSecurityCode", "CVV2"])
def test_field_for_a_security_code_is_known_by_its_name(name: str) -> None:
    assert holds_code(name)
    assert not holds_code("room")


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "+351 912 345 678",
        "2026-07-01 to 2026-07-03",
        "room 1204, 14:30, 3 guests",
        "0b6d2f3e-5a41-5c0e-8f6e-3d0a4a0c9d11",
        "door code 4711",
        "",
    ],
)
def test_what_is_no_card_is_left_alone(text: str) -> None:
    assert card_numbers(text) == []
    assert mask_cards(text) == text


@given(st.uuids(version=4).map(str))
def test_id_is_no_card(one: str) -> None:
    assert card_numbers(one) == []


@given(st.text(st.sampled_from("0123456789 -abc\u00a0")), st.sampled_from(PANS), st.text(st.sampled_from(" abc.,")))
def test_masked_text_holds_no_card_any_more(before: str, pan: str, after: str) -> None:
    masked = mask_cards(f"{before} a {pan} {after}")
    assert pan not in masked
    assert mask_cards(masked) == masked


def test_luhn_agrees_with_a_known_number() -> None:
    assert luhn("4539578763621486")
    assert not luhn(str(uuid.UUID(int=7).int) + "1")
