"""Comments, circuit breakers, marks' patience, vendors' values: the pure parts of following a PMS."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.integrations.domain.comments import Comment, Whose, noted
from services.integrations.domain.connections import Connection, ConnectionSpec
from services.integrations.domain.endpoints import FAILURES, Endpoint
from services.integrations.domain.marks import LONGEST, again_at
from services.integrations.pms import values
from services.integrations.pms.calling import retry_after
from services.integrations.pms.pacing import Pace
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable
from shared.contracts.values import Money, zone

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
WHOSE = Whose("demo", "city", "stay-1", "guest-1")
SPEC = ConnectionSpec(property_id="city", chain="demo", pms="apaleo", hotel="BER", zone="Europe/Berlin", currency="EUR")


def ids() -> "itertools.count[int]":
    """New ids."""
    return itertools.count(1)


def test_comment_said_again_is_the_same_and_one_that_is_gone_is_no_work() -> None:
    count = ids()
    first = noted([], [Comment("Quiet room"), Comment("Late")], WHOSE, NOW, lambda: f"c{next(count)}")

    again = noted(first, [Comment("Late")], WHOSE, NOW, lambda: f"c{next(count)}")

    assert [(one.id, one.open) for one in first] == [("c1", True), ("c2", True)]
    assert [(one.id, one.open, one.gone) for one in again] == [("c2", True, False), ("c1", False, True)]


def test_comment_that_was_edited_is_new_work() -> None:
    count = ids()
    first = noted([], [Comment("Late", ref="7")], WHOSE, NOW, lambda: f"c{next(count)}")

    after = noted(first, [Comment("Very late", ref="7")], WHOSE, NOW, lambda: f"c{next(count)}")

    assert [(one.text, one.gone) for one in after] == [("Very late", False), ("Late", True)]


def test_lines_we_wrote_are_no_comment_and_card_numbers_are_masked() -> None:
    said = [Comment("bellboard:note-1 Nuts"), Comment("Pays with 4111 1111 1111 1111\nbellboard:note-2 Cot")]

    [kept] = noted([], said, WHOSE, NOW, lambda: "c1")

    assert kept.text == "Pays with •••• 1111"


def test_breaker_opens_at_the_fifth_failure_and_for_longer_each_time() -> None:
    endpoint, pauses = Endpoint("city"), []
    for _ in range(FAILURES + 6):
        endpoint = endpoint.failed("no_answer", NOW)
        pauses.append((endpoint.open_until - NOW).total_seconds() if endpoint.open_until else 0)

    assert pauses == [0, 0, 0, 0, 15, 30, 60, 120, 240, 300, 300]
    assert not endpoint.closed(NOW)
    assert endpoint.closed(NOW + dt.timedelta(minutes=5))
    assert endpoint.worked(NOW) == Endpoint("city", failure="no_answer", failed_at=NOW, worked_at=NOW)


@given(st.integers(0, 10_000))
def test_patience_with_a_mark_has_an_end(tries: int) -> None:
    assert dt.timedelta(seconds=1) <= again_at(tries, NOW) - NOW <= LONGEST


def test_what_a_vendor_asks_for_goes_before_our_own_patience() -> None:
    assert again_at(9, NOW, dt.timedelta(seconds=7)) == NOW + dt.timedelta(seconds=7)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("99999999", 900), (None, 5), ("soon", 5), ("Tue, 10 Mar 2026 12:00:30 GMT", 30), ("-3", 5)],
)
def test_retry_after_is_read_in_either_form_and_never_believed_for_long(header: str | None, seconds: int) -> None:
    assert retry_after(header, NOW) == dt.timedelta(seconds=seconds)


def test_pace_lets_so_many_through_in_a_window() -> None:
    pace = Pace(most=3, window=dt.timedelta(seconds=30))
    for second in range(3):
        pace.keep("city", NOW + dt.timedelta(seconds=second))
    with pytest.raises(PmsBusy) as busy:
        pace.keep("city", NOW + dt.timedelta(seconds=10))

    assert busy.value.after == dt.timedelta(seconds=20)
    pace.keep("resort", NOW)
    pace.keep("city", NOW + dt.timedelta(seconds=30))


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [(12.5, "EUR", 1250), ("12.50", "EUR", 1250), (1200, "JPY", 1200), ("1.234", "KWD", 1234), (None, "EUR", 0)],
)
def test_amounts_are_whole_minor_units(value: object, currency: str, minor: int) -> None:
    assert values.money(value, currency) == Money(amount=minor, currency=currency)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e30", "ten", {}], ids=str)
def test_what_is_no_amount_is_unreadable(value: object) -> None:
    with pytest.raises(PmsUnreadable):
        values.money(value, "EUR")


def test_time_without_a_zone_is_the_hotels_own() -> None:
    assert values.moment("2021-07-08 11:15:38.0", zone("Europe/Berlin")) == dt.datetime(
        2021, 7, 8, 9, 15, 38, tzinfo=dt.UTC
    )


@pytest.mark.parametrize(
    ("word", "code"), [("Booking.com", "booking_com"), ("4PM", "c_4pm"), ("Übernachtung", "ubernachtung"), ("…", None)]
)
def test_words_of_vendors_become_codes(word: str, code: str | None) -> None:
    assert values.code(word) == code


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example.com",
        "https://user:pass@api.example.com",
        "https://api.example.com/?x=1",
        "ftp://a",
        "https://",
    ],
)
def test_secrets_are_sent_to_plain_https_addresses_only(address: str) -> None:
    with pytest.raises(ValueError):
        ConnectionSpec(**SPEC.model_dump(exclude={"base_url"}), base_url=address)


@pytest.mark.parametrize(
    ("sources", "caller", "may"),
    [
        ((), None, True),
        (("34.240.36.71/32",), "34.240.36.71", True),
        (("34.240.36.71/32",), "34.240.36.72", False),
        (("10.0.0.0/8",), None, False),
        (("10.0.0.0/8",), "name", False),
    ],
)
def test_hotel_may_say_whence_its_pms_calls(sources: tuple[str, ...], caller: str | None, may: bool) -> None:
    held = Connection(**SPEC.model_dump(exclude={"sources"}), sources=sources, token="t" * 32)

    assert held.called_from(caller) is may


def test_link_to_the_pms_holds_no_other_address_than_its_pattern() -> None:
    held = Connection(**SPEC.model_dump(), token="t" * 32)

    assert held.page("https://pms/{hotel}/{number}", "A/../?x=1") == "https://pms/BER/A%2F..%2F%3Fx%3D1"
