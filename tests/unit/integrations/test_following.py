"""Stays follow their PMS: any order and any doubling of deliveries end in the same stays, and names stay here."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.integrations.domain.balances import balanced
from services.integrations.domain.following import Delivered, Followed, Kept, Loaded, backfilled, follow
from services.integrations.domain.guests import guest_id, profile_of, renewed, search_keys
from services.integrations.domain.reservations import Guest
from services.integrations.pms.hotel_bookings import webhook
from shared.contracts.envelope import encode
from shared.contracts.stays import Stay, StayEvent, StayStatus
from tests.factories.bookings import CHAIN, KEY, payloads, small_schedule

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
TOLD = [Delivered(*each) for payload in payloads(small_schedule()) for each in webhook.read(payload, "city", "EUR")]
VERSIONS = {"version", "profile_version"}


def after(batch: Iterable[Delivered], one_by_one: bool = True) -> Followed:
    """Everything that deliveries lead to."""
    whole, loaded = Followed(), Loaded()
    steps: Iterable[Sequence[Delivered]] = [[each] for each in batch] if one_by_one else [list(batch)]
    for step in steps:
        done = follow(loaded, step, KEY, CHAIN, NOW)
        loaded.stays |= done.stays
        loaded.profiles |= done.profiles
        whole.events += done.events
        whole.unchanged += done.unchanged
    whole.stays, whole.profiles = loaded.stays, loaded.profiles
    return whole


def content(done: Followed) -> dict[str, dict[str, object]]:
    """What the stays say, without how many steps it took."""
    return {stay_id: kept.stay.model_dump(exclude=VERSIONS) for stay_id, kept in done.stays.items()}


def stay_of_event(event: object) -> Stay:
    """The stay in an event's body."""
    assert isinstance(event, StayEvent)
    return event.stay


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_shuffled_and_doubled_deliveries_end_in_the_same_stays(data: st.DataObject) -> None:
    some = TOLD[:40]
    twice = some + data.draw(st.lists(st.sampled_from(some), max_size=20))
    shuffled = data.draw(st.permutations(twice))

    assert content(after(shuffled)) == content(after(some))


@given(st.permutations(TOLD[:30]))
@settings(max_examples=15, deadline=None)
def test_versions_count_the_events_whatever_the_order(shuffled: list[Delivered]) -> None:
    done = after(shuffled)

    for kept in done.stays.values():
        versions = [event.sequence for event in done.events if event.subject == kept.stay.id]
        assert versions == list(range(1, kept.stay.version + 1))


def test_batch_does_what_its_deliveries_do_one_by_one() -> None:
    assert content(after(TOLD, one_by_one=False)) == content(after(TOLD))
    assert len(after(TOLD, one_by_one=False).events) == len(after(TOLD).events)


def test_same_deliveries_again_say_nothing_new() -> None:
    done = after(TOLD)

    again = follow(Loaded(done.stays, done.profiles), TOLD, KEY, CHAIN, NOW)

    assert again.events == []
    assert again.stays == {}
    assert again.unchanged == len(TOLD)


def test_newer_word_without_news_is_no_event_but_keeps_older_ones_out() -> None:
    [first] = TOLD[:1]
    later = dataclasses.replace(first.reservation, source_time=first.reservation.source_time + dt.timedelta(hours=2))
    between = dataclasses.replace(
        first.reservation, source_time=first.reservation.source_time + dt.timedelta(hours=1), parking=3
    )

    done = after([first, Delivered("same", later), Delivered("old", between)])

    assert len(done.events) == 1
    assert done.stays[first.stay_id].stay.parking == first.reservation.parking


def test_event_is_named_after_what_happened() -> None:
    base = TOLD[0].reservation
    steps = [
        {"status": StayStatus.BOOKED},
        {"status": StayStatus.BOOKED, "parking": 2},
        {"status": StayStatus.BOOKED, "parking": 2, "room": "412", "room_type_assigned": "D"},
        {"status": StayStatus.CHECKED_IN, "parking": 2, "room": "414", "room_type_assigned": "D"},
        {"status": StayStatus.CHECKED_OUT, "parking": 2, "room": "414", "room_type_assigned": "D"},
    ]
    told = [
        Delivered(f"e{place}", dataclasses.replace(base, source_time=NOW + dt.timedelta(minutes=place), **step))
        for place, step in enumerate(steps)
    ]

    kinds = [event.type.removeprefix("stay.").removesuffix(".v1") for event in after(told).events]

    assert kinds == ["booked", "changed", "room_changed", "checked_in", "checked_out"]


def test_change_names_the_fields_before_and_after() -> None:
    base = TOLD[0].reservation
    newer = dataclasses.replace(base, parking=4, source_time=base.source_time + dt.timedelta(minutes=1))

    event = after([TOLD[0], Delivered("newer", newer)]).events[-1]

    assert [(change.field, change.before, change.after) for change in event.body.changes] == [("parking", 0, 4)]


def test_no_name_mail_or_telephone_is_in_any_event() -> None:
    canary = Guest("P-1", "Zacharias", "Quuxington", "quux@example.com", "+351000424242", "pt", "PRT")
    told = [Delivered(e.event_id, dataclasses.replace(e.reservation, guest=canary)) for e in TOLD]

    done = after(told)
    everything = b"".join(encode(event.body) + repr(event).encode() for event in done.events)
    everything += b"".join(encode(event.body) for event in backfilled(told[:1], KEY, CHAIN, NOW).events)

    assert done.profiles
    for word in (b"Zacharias", b"Quuxington", b"quux", b"424242", b"P-1"):
        assert word not in everything


def test_guest_id_says_nothing_without_the_key_and_is_the_same_with_it() -> None:
    assert guest_id(KEY, CHAIN, "hotel_bookings", "P-1") == guest_id(KEY, CHAIN, "hotel_bookings", "P-1")
    assert guest_id(KEY, CHAIN, "hotel_bookings", "P-1") != guest_id(b"another key", CHAIN, "hotel_bookings", "P-1")


def test_profile_takes_the_newest_word_and_masks_card_numbers() -> None:
    guest = Guest("P-1", "Ana", "4111 1111 1111 1111")
    first = profile_of(guest, "g", CHAIN, "city", NOW)

    older = renewed(first, profile_of(Guest("P-1", "Old", "Name"), "g", CHAIN, "resort", NOW - dt.timedelta(days=1)))
    newer = renewed(first, profile_of(Guest("P-1", "Anna", "Sá"), "g", CHAIN, "city", NOW + dt.timedelta(days=1)))

    assert "4111 1111" not in first.last_name
    assert older is not None
    assert (older.first_name, older.properties, older.version) == ("Ana", {"city", "resort"}, 1)
    assert newer is not None
    assert (newer.first_name, newer.version) == ("Anna", 2)
    assert "anna sa" in search_keys(newer)


def test_imported_stay_is_marked_until_its_first_live_event() -> None:
    past = backfilled(TOLD[:1], KEY, CHAIN, NOW)
    [kept] = past.stays.values()
    [event] = past.events
    assert isinstance(event.body, StayEvent)
    assert (kept.backfill, event.body.backfill) == (True, True)

    base = TOLD[0].reservation
    newer = dataclasses.replace(base, parking=4, source_time=base.source_time + dt.timedelta(days=1))
    live = follow(Loaded({kept.stay.id: kept}), [Delivered("live", newer)], KEY, CHAIN, NOW)

    assert live.stays[kept.stay.id].backfill is False
    assert stay_of_event(live.events[0].body).version == 2


@pytest.mark.parametrize(("posted", "events"), [(2500, 1), (0, 0)])
def test_posting_raises_the_balance_once(posted: int, events: int) -> None:
    [kept] = after(TOLD[:1]).stays.values()

    moved, event = balanced(kept, posted, NOW)

    assert moved.stay.balance.amount == kept.stay.balance.amount + posted
    assert (event is not None) == bool(events)


def test_posted_lines_survive_the_next_word_of_the_pms() -> None:
    [kept] = after(TOLD[:1]).stays.values()
    moved, _ = balanced(kept, 2500, NOW)
    base = TOLD[0].reservation
    newer = dataclasses.replace(base, parking=4, source_time=base.source_time + dt.timedelta(days=1))

    done = follow(Loaded({moved.stay.id: moved}), [Delivered("newer", newer)], KEY, CHAIN, NOW)

    assert done.stays[kept.stay.id].stay.balance.amount == base.balance.amount + 2500
    assert isinstance(done.stays[kept.stay.id], Kept)
