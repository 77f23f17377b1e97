"""A request to forget somebody goes from asking to the last store's word, by two people, and by no other way."""

import datetime as dt

import pytest

from services.integrations.domain.erasures import (
    CONFIRM_WITHIN,
    ErasureRow,
    Why,
    approved,
    confirmed,
    orders,
    rejected,
    repeated,
    told,
)
from services.integrations.domain.following import Delivered, Loaded, follow
from services.integrations.domain.guests import guest_id
from services.integrations.domain.reservations import Reservation
from services.integrations.pms.hotel_bookings import webhook
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.guests import STORES, Erasure, ErasureState, GuestErased, Store
from shared.contracts.identity import system
from tests.factories.bookings import payloads, small_schedule

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
KEY = b"k" * 32


def asked() -> ErasureRow:
    """A request of Ana's, with words."""
    erasure = Erasure(
        id="erasure-1",
        guest_id="guest-a",
        property_id="city",
        state=ErasureState.REQUESTED,
        reason_code="guest_asked",
        requested_by="ana",
        requested_at=NOW,
        version=1,
    )
    why = Why(ref="why-1", salt="0" * 32, text="Mrs Silva wrote to us")
    return ErasureRow(chain="grand", erasure=erasure, why=why, correlation="corr-0001")


def payloads_read() -> tuple[str, Reservation]:
    """A reservation with its guest, as a webhook tells it."""
    return webhook.read(payloads(small_schedule())[0], "city", "EUR")[0]


def running() -> ErasureRow:
    return approved(asked(), "gil", NOW, 1)


def test_second_person_starts_it_and_the_words_of_the_request_go() -> None:
    row = running()
    assert (row.erasure.state, row.erasure.run, row.erasure.version, row.why) == (ErasureState.RUNNING, 1, 2, None)
    assert row.erasure.confirm_by == NOW + CONFIRM_WITHIN
    assert row.erasure.missing == STORES


@pytest.mark.parametrize("decide", [lambda row, by: approved(row, by, NOW, 1), lambda row, by: rejected(row, by, NOW)])
def test_nobody_decides_their_own_request_or_one_twice(decide: object) -> None:
    assert callable(decide)
    with pytest.raises(AppError) as own:
        decide(asked(), "ana")
    with pytest.raises(AppError) as twice:
        decide(running(), "rita")
    assert (own.value.code, twice.value.kind) == ("own_request", ErrorKind.CONFLICT)


def test_last_stores_word_completes_it() -> None:
    row: ErasureRow | None = running()
    for store in STORES:
        assert row is not None
        assert row.erasure.state is ErasureState.RUNNING
        row = confirmed(row, store, 1, values=2, files=1, now=NOW)
    assert row is not None
    assert (row.erasure.state, row.erasure.completed_at, row.erasure.missing) == (ErasureState.DONE, NOW, ())
    assert row.erasure.version == 2 + len(STORES)


def test_word_said_twice_or_of_an_older_run_changes_nothing() -> None:
    once = confirmed(running(), Store.RECORDS, 1, 1, 0, NOW)
    assert once is not None
    assert confirmed(once, Store.RECORDS, 1, 1, 0, NOW) is None
    again = repeated(once, NOW, 2)
    assert confirmed(again, Store.RECORDS, 1, 1, 0, NOW) is None
    assert confirmed(again, Store.RECORDS, 2, 0, 0, NOW) is not None


def test_repeated_run_waits_for_every_store_again() -> None:
    assert repeated(running(), NOW, 2).erasure.missing == STORES


def test_events_hold_ids_and_digests_and_no_words() -> None:
    row = asked()
    assert row.why is not None
    said = told("requested", row, reason=row.why.reference, at=NOW).body.model_dump_json()
    assert "Silva" not in said
    assert row.why.reference.digest in said
    [lost, ordered] = orders(running(), range(1, 3), ("stay-1",), at=NOW)
    assert (lost.subject, lost.sequence) == (ordered.subject, 1)
    assert (ordered.type, ordered.subject, ordered.sequence) == ("guest.erased.v1", "guest-a", 2)


@pytest.mark.parametrize(
    ("guest", "stay", "theirs"),
    [
        ("guest-a", "s-9", True),
        ("guest-b", "s-1", False),
        (None, "s-1", True),
        (None, "s-9", False),
        (None, None, False),
    ],
)
def test_stay_counts_only_where_no_guest_is_named(guest: str | None, stay: str | None, theirs: bool) -> None:
    asked_for = GuestErased(actor=system("tests"), guest_id="guest-a", stay_ids=("s-1",))
    assert asked_for.concerns(guest, stay) is theirs


def test_delivery_does_not_bring_an_erased_name_back() -> None:
    _, reservation = payloads_read()
    assert reservation.guest is not None
    who = guest_id(KEY, "grand", reservation.pms, reservation.guest.profile)
    delivery = [Delivered("e-1", reservation)]
    before = follow(Loaded(), delivery, KEY, "grand", NOW)
    after = follow(Loaded(erased=frozenset({who})), delivery, KEY, "grand", NOW)
    assert (set(before.profiles), set(after.profiles)) == ({who}, set())
    assert [stay.stay.guest_id for stay in after.stays.values()] == [who]
