"""The owner rule: never nobody, on duty first, then language, then load."""

import datetime as dt
import random

import pytest

from services.records.domain.owners import FALLBACK, Need, choose, supervisor
from services.records.domain.rota import on_shift
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift, StaffMember
from tests.factories.guest_records import LISBON, NOW, member, roster

DESK = Need("resort", Department.FRONT_OFFICE, "pt")
NIGHT = Shift(days=(0, 1, 2, 3, 4, 5, 6), start=dt.time(23), end=dt.time(7))
MORNING = Shift(days=(0, 1, 2, 3, 4, 5, 6), start=dt.time(7), end=dt.time(15))
NEVER: tuple[Shift, ...] = ()


def random_staff(chance: random.Random, number: int) -> StaffMember:
    return member(
        f"staff-{number}",
        *chance.sample(list(Role), chance.randint(1, 2)),
        properties=chance.choice([None, ("resort",), ("city",)]),
        departments=tuple(chance.sample(list(Department), chance.randint(0, 3))),
        languages=tuple(chance.sample(["en", "pt", "de", "fr"], 2)),
        shifts=chance.choice([NEVER, (NIGHT,), (MORNING,), (NIGHT, MORNING)]),
        active=chance.random() < 0.9,
    )


def test_owner_is_always_named_when_ten_thousand_records_open_at_random() -> None:
    chance = random.Random(20260701)
    rosters = [roster(*(random_staff(chance, n) for n in range(chance.randint(0, 12)))) for _ in range(100)]
    needs = [
        Need(chance.choice(["resort", "city"]), chance.choice(list(Department)), chance.choice(["en", "pt", "ja"]))
        for _ in range(100)
    ]
    chosen = [
        choose(need, each, NOW + dt.timedelta(minutes=chance.randint(0, 10_000))) for each in rosters for need in needs
    ]
    assert len(chosen) == 10_000
    assert [one for one in chosen if not one.owner or not one.rule] == []


def test_owner_is_inactive_or_of_another_property_never_when_anyone_else_is_there() -> None:
    people = (member("gone", active=False), member("far", properties=("city",)), member("here"))
    assert choose(DESK, roster(*people), NOW).owner == "here"


def test_owner_speaks_the_guests_language_when_one_on_duty_does() -> None:
    people = (member("ana"), member("rui", languages=("en", "pt")))
    chosen = choose(DESK, roster(*people, load={"rui": 9}), NOW)
    assert (chosen.owner, chosen.rule) == ("rui", "on_duty_language")


def test_owner_is_the_least_loaded_and_stable_when_all_else_is_equal() -> None:
    people = (member("c"), member("b"), member("a"))
    assert choose(DESK, roster(*people, load={"a": 2, "b": 1, "c": 1}), NOW).owner == "b"
    assert choose(DESK, roster(*reversed(people), load={"a": 2, "b": 1, "c": 1}), NOW).owner == "b"


def test_load_is_even_when_each_record_adds_to_it() -> None:
    people = [member(f"staff-{n}") for n in range(7)]
    load: dict[str, int] = {}
    for _ in range(700):
        owner = choose(DESK, roster(*people, load=load), NOW).owner
        load[owner] = load.get(owner, 0) + 1
    assert set(load.values()) == {100}


def test_owner_falls_back_on_the_named_person_when_nobody_is_on_duty() -> None:
    people = (member("ana", shifts=NEVER), member("bea", shifts=NEVER))
    chosen = choose(DESK, roster(*people, front_office="bea"), NOW)
    assert (chosen.owner, chosen.rule) == ("bea", FALLBACK)


def test_owner_falls_back_on_the_supervisor_when_nobody_is_named() -> None:
    people = (member("ana", shifts=NEVER), member("sofia", Role.SUPERVISOR, shifts=NEVER))
    assert choose(DESK, roster(*people), NOW).owner == "sofia"


def test_owner_is_the_general_manager_when_the_department_is_empty() -> None:
    people = (
        member("gm", Role.GENERAL_MANAGER, departments=()),
        member("cook", departments=(Department.FOOD_BEVERAGE,)),
    )
    chosen = choose(DESK, roster(*people), NOW)
    assert (chosen.owner, chosen.rule) == ("gm", FALLBACK)


def test_owner_is_the_post_itself_when_no_staff_is_known() -> None:
    assert choose(DESK, roster(), NOW).owner == "general-manager@resort"


def test_supervisor_on_duty_comes_first_when_there_are_two() -> None:
    people = (member("away", Role.SUPERVISOR, shifts=NEVER), member("here", Role.SUPERVISOR))
    assert supervisor(DESK, roster(*people), NOW).owner == "here"


@pytest.mark.parametrize(
    ("local", "working"),
    [("22:59", False), ("23:00", True), ("02:00", True), ("06:59", True), ("07:00", False), ("12:00", False)],
)
def test_shift_past_midnight_covers_both_sides_when_asked_in_local_time(local: str, working: bool) -> None:
    moment = dt.datetime.combine(dt.date(2026, 7, 1), dt.time.fromisoformat(local), LISBON)
    assert on_shift((NIGHT,), moment.astimezone(dt.UTC), LISBON) is working


def test_night_shift_of_friday_covers_saturday_morning_and_no_other_when_days_are_given() -> None:
    friday = Shift(days=(4,), start=dt.time(23), end=dt.time(7))
    saturday_at_three = dt.datetime(2026, 7, 4, 3, tzinfo=LISBON)
    assert on_shift((friday,), saturday_at_three, LISBON)
    assert not on_shift((friday,), saturday_at_three - dt.timedelta(days=1), LISBON)
