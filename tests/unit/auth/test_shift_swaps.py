"""Swaps of shifts: who can do whose, what a proposal goes through, and the rota it makes."""

import datetime as dt
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.own_time import calendar, duties
from services.auth.domain.shift_swaps import (
    Floor,
    SwapDraft,
    answered,
    decided,
    expired,
    proposed,
    require_possible,
    swapped,
    withdrawn,
)
from services.records.domain.rota import Dial
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Absence, ShiftSwap, StaffMember, SwapState
from tests.factories.records import PROPERTY
from tests.factories.staff import member, shift

LISBON = ZoneInfo("Europe/Lisbon")
NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)  # a Monday
FLOOR = Floor(LISBON, NOW)
HOUR = dt.timedelta(hours=1)
HOUSE = (Department.HOUSEKEEPING,)
ANA = member("ana", departments=HOUSE, shifts=(shift("07:00", "15:00", (1,)),))
BEA = member("bea", departments=HOUSE, shifts=(shift("07:00", "15:00", (3,)),))
TUESDAY, THURSDAY = (dt.datetime(2026, 6, day, 6, tzinfo=dt.UTC) for day in (2, 4))


def offer(asker: StaffMember = ANA, colleague: StaffMember = BEA, **more: Any) -> ShiftSwap:
    """Ana's Tuesday to Bea, unless said otherwise."""
    asked = {"property_id": PROPERTY, "colleague": colleague.id, "start": TUESDAY} | more
    return proposed("swap-1", SwapDraft(**asked), asker, colleague, FLOOR, approval=False)


def test_swap_moves_both_shifts_and_nobody_counts_as_on_duty_twice() -> None:
    swap = answered(offer(in_return=THURSDAY), "bea", True, False, NOW)
    assert swap.state is SwapState.AGREED
    ana, bea = swapped(swap, ANA, BEA, NOW)
    starts = {one.id: [each.start for each in duties(one, LISBON, NOW, 6)] for one in (ana, bea)}
    assert starts == {"ana": [THURSDAY], "bea": [TUESDAY]}
    assert f"DTSTART:{TUESDAY:%Y%m%dT%H%M%SZ}" in calendar("bea", duties(bea, LISBON, NOW), NOW)
    tuesday, thursday = Dial(TUESDAY + HOUR, LISBON), Dial(THURSDAY + HOUR, LISBON)
    assert [tuesday.on_duty(ana, HOUSE[0]), tuesday.on_duty(bea, HOUSE[0])] == [False, True]
    assert [thursday.on_duty(ana, HOUSE[0]), thursday.on_duty(bea, HOUSE[0])] == [True, False]
    assert (ana.version, bea.version, ana.epoch) == (ANA.version + 1, BEA.version + 1, ANA.epoch)


@given(st.sets(st.integers(0, 6), min_size=1), st.sets(st.integers(0, 6), min_size=1), st.integers(0, 23))
def test_agreed_swap_loses_and_doubles_no_hour_and_leaves_everybody_their_rest(
    mine: set[int], theirs: set[int], hour: int
) -> None:
    ana = ANA.model_copy(update={"shifts": (shift("07:00", "15:00", tuple(mine)),)})
    bea = BEA.model_copy(update={"shifts": (shift(f"{hour:02}:00", f"{(hour + 8) % 24:02}:00", tuple(theirs)),)})
    offered = next(each.start for each in duties(ana, LISBON, NOW) if each.start > NOW)
    swap, broken = _tried(ana, bea, offered)
    assert (swap is None) == bool(broken & {"rest", "double_booking"})
    gave, took = swapped(swap, ana, bea, NOW) if swap else (ana, bea)
    assert _hours(gave) + _hours(took) == _hours(ana) + _hours(bea)
    rota = duties(took, LISBON, NOW)
    beside = [(one, later) for one, later in pairwise(rota) if swap and offered in (one.start, later.start)]
    assert all(later.start - one.end >= FLOOR.rest for one, later in beside)


def _tried(asker: StaffMember, colleague: StaffMember, start: dt.datetime) -> tuple[ShiftSwap | None, set[str]]:
    draft = SwapDraft(property_id=PROPERTY, colleague=colleague.id, start=start)
    try:
        return proposed("s", draft, asker, colleague, FLOOR, approval=False), set()
    except AppError as refused:
        return None, {each.rule for each in refused.breaches}


def _hours(person: StaffMember) -> float:
    return sum((each.end - each.start).total_seconds() for each in duties(person, LISBON, NOW))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"departments": (Department.CONCIERGE,)}, "same_department"),
        ({"properties": ("elsewhere",)}, "same_property"),
        ({"roles": (Role.FINANCE,)}, "same_role"),
        ({"absences": (Absence(start=TUESDAY - HOUR),)}, "absent_then"),
        ({"shifts": (shift("10:00", "18:00", (1,)),)}, "double_booking"),
        ({"shifts": (shift("21:00", "23:30", (0,)),)}, "rest"),
        ({"shifts": (shift("01:00", "03:00", (2,)),)}, "rest"),
    ],
)
def test_swap_with_somebody_who_cannot_do_the_shift_is_refused_by_rule(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(AppError) as refused:
        offer(colleague=BEA.model_copy(update=changed))
    assert [(each.field, each.rule) for each in refused.value.breaches] == [("colleague", rule)]


def test_swap_names_all_that_is_against_it_at_once_skills_included() -> None:
    skilled = ANA.model_copy(update={"skills": ("suites",)})
    other = BEA.model_copy(update={"departments": (), "skills": ("laundry",)})
    with pytest.raises(AppError) as refused:
        offer(skilled, other)
    assert {each.rule for each in refused.value.breaches} == {"same_department", "skills_needed"}


def test_what_the_asker_takes_in_return_is_held_to_the_same_rules() -> None:
    busy = ANA.model_copy(
        update={"shifts": (*ANA.shifts, shift("16:00", "20:00", (2,)), shift("10:00", "12:00", (3,)))}
    )
    with pytest.raises(AppError) as refused:
        offer(busy, in_return=THURSDAY)
    assert [(each.field, each.rule) for each in refused.value.breaches] == [("in_return", "double_booking")]


@pytest.mark.parametrize(
    ("asked", "field", "rule"),
    [
        ({"start": TUESDAY + HOUR}, "start", "own_shift"),
        ({"start": TUESDAY - dt.timedelta(days=7)}, "start", "own_shift"),
        ({"in_return": TUESDAY}, "in_return", "own_shift"),
    ],
)
def test_shift_that_is_nobodys_is_refused_by_field(asked: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(AppError) as refused:
        offer(**asked)
    assert [(each.field, each.rule) for each in refused.value.breaches] == [(field, rule)]


def test_nobody_swaps_with_themselves() -> None:
    with pytest.raises(AppError, match="somebody else"):
        offer(ANA, ANA)


def test_supervisor_agrees_where_it_is_asked_and_never_one_of_the_two_nor_with_their_rights() -> None:
    waits = answered(offer().model_copy(update={"approval": True}), "bea", True, False, NOW)
    assert (waits.state, waits.answer_by) == (SwapState.ACCEPTED, TUESDAY)
    for by, lenders in (("ana", ()), ("bea", ()), ("sue", ("ana",)), ("sue", ("gil", "bea"))):
        with pytest.raises(AppError, match="asked for themselves"):
            decided(waits, by, lenders, True, NOW)
    assert decided(waits, "sue", (), True, NOW).state is SwapState.AGREED
    assert decided(waits, "sue", (), False, NOW).state is SwapState.REJECTED


def test_unanswered_proposal_ends_by_itself_and_late_answers_are_refused() -> None:
    swap = offer()
    assert swap.answer_by == TUESDAY
    assert expired(swap, TUESDAY - HOUR) is None
    over = expired(swap, TUESDAY)
    assert over is not None
    assert over.state is SwapState.EXPIRED
    with pytest.raises(AppError, match="not answered in time"):
        answered(swap, "bea", True, False, TUESDAY)
    with pytest.raises(AppError, match="This swap is expired"):
        answered(over, "bea", True, False, NOW)
    later = offer(start=TUESDAY + dt.timedelta(days=14))
    assert later.answer_by == NOW + dt.timedelta(hours=72)


def test_only_the_colleague_answers_and_only_the_asker_takes_back() -> None:
    with pytest.raises(AppError, match="who was asked"):
        answered(offer(), "ana", True, False, NOW)
    with pytest.raises(AppError, match="takes it back"):
        withdrawn(offer(), "bea", NOW)
    assert withdrawn(offer(), "ana", NOW).state is SwapState.WITHDRAWN
    declined = answered(offer(), "bea", False, False, NOW)
    with pytest.raises(AppError, match="is declined"):
        withdrawn(declined, "ana", NOW)


def test_shift_that_went_meanwhile_is_not_swapped() -> None:
    swap = offer()
    sick = ANA.model_copy(update={"absences": (Absence(start=TUESDAY),)})
    with pytest.raises(AppError, match="not \\(any more\\)"):
        require_possible(swap, sick, BEA, FLOOR)
    gone, _ = swapped(swap, ANA, BEA, NOW)
    with pytest.raises(AppError, match="not \\(any more\\)"):
        require_possible(swap, gone, BEA, FLOOR)
