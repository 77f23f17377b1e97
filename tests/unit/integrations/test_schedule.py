"""The schedule of a feed: the same for the same seed, at plausible hours of the hotel's day, rooms given once."""

import datetime as dt
from collections import defaultdict

import pytest

from services.integrations.pms.hotel_bookings import webhook
from services.integrations.pms.hotel_bookings.player import play
from services.integrations.pms.hotel_bookings.schedule import Plan, Timed, build, deliveries
from services.integrations.pms.hotel_bookings.source import generated
from services.integrations.pms.hotel_bookings.windows import Window, needed
from shared.chassis.clock import Clock
from shared.contracts.errors import AppError
from shared.contracts.stays import StayStatus
from tests.factories.bookings import FIRST, HOTELS, LISBON, TODAY, payloads, small_schedule

DAY = dt.timedelta(days=1)


def hours(event: str, schedule_events: tuple[Timed, ...]) -> list[int]:
    """The local hours at which an event happens to those who stay at least a night."""
    return [
        one.at.astimezone(LISBON).hour
        for one in schedule_events
        if one.payload["event"] == event
        and one.payload["reservation"]["arrival"] != one.payload["reservation"]["departure"]
    ]


def test_same_seed_gives_the_same_schedule_and_another_one_another() -> None:
    assert small_schedule() == small_schedule()
    assert small_schedule() != small_schedule(seed=8)


def test_event_ids_are_distinct_and_the_same_in_every_run() -> None:
    ids = [event.payload["event_id"] for event in small_schedule().events]

    assert len(set(ids)) == len(ids)
    assert ids == [event.payload["event_id"] for event in small_schedule().events]


def test_window_lands_on_the_wanted_local_day() -> None:
    schedule = small_schedule()

    assert schedule.start.astimezone(LISBON) == dt.datetime.combine(TODAY, dt.time(), LISBON)
    live = [event for event in schedule.events if event.at >= schedule.start]
    assert {event.at.astimezone(LISBON).date() for event in live} == {TODAY}
    assert {event.payload["reservation"]["arrival"] for event in live} == {TODAY.isoformat()}


def test_what_was_before_the_start_is_told_once_for_each_reservation() -> None:
    schedule = small_schedule()
    known = [event.payload["reservation"]["number"] for event in schedule.events if event.at < schedule.start]

    assert known
    assert len(set(known)) == len(known) == schedule.known


@pytest.mark.parametrize(("event", "first", "last"), [("checked_in", 9, 23), ("checked_out", 7, 12), ("booked", 7, 21)])
def test_events_happen_at_plausible_hours(event: str, first: int, last: int) -> None:
    window = Window(FIRST, days=3, ahead=0)
    some = [booking for booking in generated(7, FIRST - 2 * DAY, FIRST + 2 * DAY) if booking.line % 7 == 0]

    found = hours(event, build(some, HOTELS, Plan(window, TODAY)).events)

    assert found
    assert all(first <= hour <= last for hour in found)


def test_states_of_a_reservation_rise_in_time_and_end_where_the_file_says() -> None:
    window = Window(FIRST - 3 * DAY, days=30, ahead=0)
    some = [booking for booking in generated(7, FIRST, FIRST) if booking.line % 5 == 0]
    by_number = defaultdict(list)
    for event in build(some, HOTELS, Plan(window, TODAY)).events:
        by_number[event.payload["reservation"]["number"]].append(event)

    for events in by_number.values():
        times = [event.at for event in events]
        assert times == sorted(set(times))
    ends = sorted(events[-1].payload["reservation"]["status"] for events in by_number.values())
    assert ends == sorted(booking.status.value for booking in some if needed(booking, window))


def test_another_room_type_than_reserved_is_a_room_change() -> None:
    window = Window(FIRST, days=1, ahead=0)
    moved = [
        booking
        for booking in generated(7, FIRST, FIRST)
        if booking.assigned != booking.reserved and booking.status is StayStatus.CHECKED_OUT
    ]

    told = payloads(build(moved, HOTELS, Plan(window, TODAY)))

    changes = [one["reservation"] for one in told if one["event"] == "room_changed"]
    assert changes
    assert all(one["room_type_assigned"] != one["room_type_reserved"] and one["room"] for one in changes)


def test_no_room_is_given_to_two_guests_of_one_night() -> None:
    window = Window(FIRST, days=7, ahead=0)
    schedule = build(list(generated(7, FIRST - 10 * DAY, FIRST + 6 * DAY)), HOTELS, Plan(window, TODAY))
    last = {
        (event.property_id, event.payload["reservation"]["number"]): event.payload["reservation"]
        for event in schedule.events
    }
    taken: set[tuple[str, str, dt.date]] = set()
    nights = [
        (hotel, said["room"], dt.date.fromisoformat(said["arrival"]) + night * DAY)
        for (hotel, _), said in last.items()
        if said["room"]
        for night in range((dt.date.fromisoformat(said["departure"]) - dt.date.fromisoformat(said["arrival"])).days)
    ]
    taken.update(nights)

    assert len(taken) == len(nights) > 100


def test_payload_reads_back_as_the_state_it_was_written_from() -> None:
    for payload in payloads(small_schedule()):
        [(event_id, reservation)] = webhook.read(payload, "city", "EUR")

        assert webhook.write(event_id, payload["event"], reservation) == payload


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        (("reservation", "arrival"), "tomorrow", "reservation.arrival"),
        (("reservation", "departure"), "2020-01-01", "reservation"),
        (("reservation", "adults"), -1, "reservation.adults"),
        (("reservation", "currency"), "USD", "reservation.currency"),
        (("reservation", "adr"), "NaN", "reservation.adr"),
        (("reservation", "number"), "no spaces!", "reservation.number"),
        (("guest", "language"), "portuguese", "guest.language"),
    ],
)
def test_wrong_payload_names_its_field(place: tuple[str, str], value: object, field: str) -> None:
    payload = payloads(small_schedule())[0]
    payload[place[0]][place[1]] = value

    with pytest.raises(AppError) as refused:
        webhook.read(payload, "city", "EUR")

    assert field in [breach.field for breach in refused.value.breaches]


def test_deliveries_double_and_delay_but_lose_nothing_and_are_never_early() -> None:
    schedule = small_schedule()
    due = {event.payload["event_id"]: max(event.at, schedule.start) for event in schedule.events}

    planned = deliveries(schedule, duplicates=0.5, shuffle=0.5)

    assert {one.payload["event_id"] for one in planned} == set(due)
    assert len(planned) > len(due)
    assert all(one.at >= due[one.payload["event_id"]] for one in planned)
    assert [one.payload["event_id"] for one in planned] != [one.payload["event_id"] for one in schedule.events]


async def test_player_pushes_everything_in_order_and_grouped_by_hotel() -> None:
    schedule = small_schedule()
    seen: list[tuple[str, str]] = []

    async def post(property_id: str, batch: list[dict[str, object]]) -> None:
        seen.extend((property_id, str(one["event_id"])) for one in batch)

    long_over = Clock(schedule.end, 1.0, dt.datetime.now(dt.UTC) - DAY)
    count = await play(deliveries(schedule), long_over, post)

    assert count == len(seen) == len(schedule.events)
    for hotel in ("city", "resort"):
        told = [event.payload["event_id"] for event in schedule.events if event.property_id == hotel]
        assert [event_id for property_id, event_id in seen if property_id == hotel] == told


async def test_player_waits_until_an_event_is_due() -> None:
    schedule = small_schedule()
    real = dt.datetime.now(dt.UTC)
    clock = Clock(schedule.start - dt.timedelta(minutes=1), 86_400 * 4, real)
    early: list[dict[str, object]] = []

    async def post(_: str, batch: list[dict[str, object]]) -> None:
        now = clock.now()
        early.extend(one for one in batch if now < schedule.start)

    await play(deliveries(schedule), clock, post)

    assert early == []
