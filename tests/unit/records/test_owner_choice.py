"""The owner rule in depth: skill, absence, those who declined, an even load, and why it chose."""

import asyncio
import datetime as dt
import random
from collections import Counter

import pytest

from services.records.domain.owners import (
    AFTER_DECLINES,
    FALLBACK,
    Need,
    Standing,
    choose,
    may_be_given,
    supervisor,
    weighed,
)
from services.records.domain.ownership import MOST_SHOWN
from services.records.domain.rules import KindOverride, KindRules, sla
from services.records.usecases.loads import Loads
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Absence
from shared.contracts.values import Scope
from tests.factories.guest_records import LISBON, NOW, member, opened, roster
from tests.fakes.records import FakeDatabase, FakeRecords

DESK = Department.FRONT_OFFICE
NEED = Need("resort", DESK, "pt")
AWAY = (Absence(start=NOW),)
OFF = {"shifts": ()}


def need(**given: object) -> Need:
    return Need("resort", DESK, "pt", **given)  # type: ignore[arg-type]  # names of Need's own fields


def test_skill_comes_before_language_when_the_hotel_asks_for_one() -> None:
    people = (member("ana", languages=("pt",)), member("rui", skills=("cellar",)))
    chosen = choose(need(skill="cellar"), roster(*people, load={"rui": 9}), NOW)
    assert (chosen.owner, chosen.rule) == ("rui", "on_duty_skill")


def test_skill_and_language_come_first_when_one_has_both() -> None:
    people = (member("rui", skills=("cellar",)), member("ze", skills=("cellar",), languages=("pt",)))
    chosen = choose(need(skill="cellar"), roster(*people, load={"ze": 9}), NOW)
    assert (chosen.owner, chosen.rule) == ("ze", "on_duty_skill_language")


def test_work_is_given_all_the_same_when_nobody_on_duty_has_the_skill() -> None:
    people = (member("ana"), member("rui", skills=("cellar",), **OFF))
    chosen = choose(need(skill="cellar"), roster(*people), NOW)
    assert (chosen.owner, chosen.rule) == ("ana", "on_duty")


def test_absent_owner_is_passed_over_when_on_shift() -> None:
    people = (member("ana", absences=AWAY), member("rui"))
    assert choose(NEED, roster(*people, load={"rui": 50}), NOW).owner == "rui"


def test_absent_person_is_no_fallback_either() -> None:
    people = (member("ana", absences=AWAY), member("gil", Role.GENERAL_MANAGER, departments=(), **OFF))
    chosen = choose(NEED, roster(*people, front_office="ana"), NOW)
    assert (chosen.owner, chosen.rule) == ("gil", FALLBACK)


def test_work_goes_back_to_one_who_declined_never_when_another_is_on_duty() -> None:
    people = (member("ana"), member("rui"))
    assert choose(need(declined=frozenset({"ana"})), roster(*people, load={"rui": 50}), NOW).owner == "rui"


def test_supervisor_has_it_when_everybody_on_duty_declined() -> None:
    people = (member("ana"), member("rui"), member("sofia", Role.SUPERVISOR, **OFF))
    chosen = choose(need(declined=frozenset({"ana", "rui"})), roster(*people), NOW)
    assert (chosen.owner, chosen.rule) == ("sofia", AFTER_DECLINES)


def test_manager_has_it_when_the_supervisor_declined_too() -> None:
    people = (member("sofia", Role.SUPERVISOR), member("gil", Role.GENERAL_MANAGER, departments=()))
    assert choose(need(declined=frozenset({"sofia"})), roster(*people), NOW).owner == "gil"


def test_supervisor_after_hand_offs_is_another_when_one_declined() -> None:
    people = (member("sofia", Role.SUPERVISOR), member("tome", Role.SUPERVISOR, **OFF))
    assert supervisor(need(declined=frozenset({"sofia"})), roster(*people), NOW).owner == "tome"


@pytest.mark.parametrize(
    ("person", "barred"),
    [
        (member("ana"), None),
        (member("ana", **OFF), None),
        (member("gil", Role.DUTY_MANAGER, departments=()), None),
        (member("cook", departments=(Department.FOOD_BEVERAGE,)), "other_department"),
        (member("gone", active=False), "not_here"),
        (member("far", properties=("city",)), "not_here"),
        (member("ill", absences=AWAY), "absent"),
    ],
)
def test_person_can_be_given_work_by_name(person: object, barred: str | None) -> None:
    assert may_be_given(person, NEED, NOW, LISBON) == barred  # type: ignore[arg-type]  # members of the staff


def test_choice_says_what_it_went_by() -> None:
    people = (*(member(f"p{number}", languages=("pt",)) for number in range(8)), member("mute"))
    why = choose(NEED, roster(*people, load={f"p{number}": 9 - number for number in range(8)}), NOW).because
    assert why is not None
    assert (why.rule, why.on_duty, why.equals, why.at) == ("on_duty_language", 9, 8, NOW)
    assert [(each.staff_id, each.load) for each in why.candidates] == [
        ("p7", 2),
        ("p6", 3),
        ("p5", 4),
        ("p4", 5),
        ("p3", 6),
    ]
    assert len(why.candidates) == MOST_SHOWN


def test_everybody_of_the_department_is_weighed_best_first() -> None:
    people = (
        member("off", **OFF),
        member("ill", absences=AWAY),
        member("no"),
        member("busy"),
        member("free"),
        member("cook", departments=(Department.FOOD_BEVERAGE,)),
    )
    found = weighed(need(declined=frozenset({"no"})), roster(*people, load={"busy": 3}), NOW)
    assert [(one.candidate.staff_id, one.standing) for one in found] == [
        ("free", Standing.ON_DUTY),
        ("busy", Standing.ON_DUTY),
        ("off", Standing.OFF_DUTY),
        ("no", Standing.DECLINED),
        ("ill", Standing.ABSENT),
    ]


def test_skill_of_the_chain_is_overridden_and_taken_away_when_the_hotel_says_so() -> None:
    chain = KindRules(sla=sla(5, 60, 10), skill="cellar")
    asked = [KindOverride(skill=said).over(chain).skill for said in (None, "spa", "none")]
    assert asked == ["cellar", "spa", None]


def test_load_is_even_when_ten_thousand_records_of_any_language_are_closed_at_random() -> None:
    chance = random.Random(5)
    people = [member(f"staff-{n}", languages=("en", "pt")) for n in range(9)]
    load: dict[str, int] = {}
    given: Counter[str] = Counter()
    open_work: list[str] = []
    for number in range(10_000):
        asked = Need("resort", DESK, chance.choice(["en", "pt", "ja"]), lot=f"task-{number}")
        owner = choose(asked, roster(*people, load=load), NOW + dt.timedelta(seconds=chance.randint(0, 600))).owner
        given[owner] += 1
        load[owner] = load.get(owner, 0) + 1
        open_work.append(owner)
        closed = chance.sample(range(len(open_work)), k=min(len(open_work), chance.randint(0, 2)))
        for place in sorted(closed, reverse=True):
            load[open_work.pop(place)] -= 1
    assert max(given.values()) <= 1.2 * sum(given.values()) / len(people)


class Shop:
    """Several processes that give out work of one store, each looking at it only now and then."""

    def __init__(self, processes: int) -> None:
        self.seconds = 0.0
        self.database = FakeDatabase()
        records = FakeRecords(self.database)
        self.loads = [Loads(records, 1.0, lambda: self.seconds) for _ in range(processes)]

    async def give(self, process: int, people: tuple[object, ...]) -> None:
        load = await self.loads[process].of(Scope(chain="demo"), "resort")
        owner = choose(NEED, roster(*people, load=load), NOW).owner  # type: ignore[arg-type]  # members of the staff
        load[owner] = load.get(owner, 0) + 1
        state = opened().model_copy(update={"owner": owner})
        self.database.tables.records[state.id] = state


async def test_load_is_even_when_four_processes_look_once_in_a_while() -> None:
    shop, chance = Shop(4), random.Random(7)
    people = tuple(member(f"staff-{n}") for n in range(7))
    for _ in range(2_000):
        await shop.give(chance.randrange(4), people)
        shop.seconds += 0.02
    counts = Counter(each.owner for each in shop.database.tables.records.values())
    assert len(counts) == 7
    assert max(counts.values()) <= 1.2 * 2_000 / 7


async def test_load_is_read_once_when_many_ask_at_the_same_time() -> None:
    shop = Shop(1)
    found = await asyncio.gather(*(shop.loads[0].of(Scope(chain="demo"), "resort") for _ in range(50)))
    assert all(each is found[0] for each in found)
