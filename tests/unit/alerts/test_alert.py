"""An alert's chain: owner, supervisor, duty manager, general manager, until somebody answers."""

import pytest

from services.alerts.domain.alert import LiveAlert, acknowledge, advance, close, opened, ring_again
from services.alerts.domain.book import DEFAULT
from services.alerts.domain.roster import Roster, roster_of
from services.alerts.domain.subject import record_subjects
from services.alerts.domain.watch import Opening
from shared.contracts.alerts import AlertState
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Role
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, minutes, snapshot
from tests.factories.staff import ANA, DUTY, GENERAL, SUPERVISOR, TEAM, member, shift

DUE = NOON + minutes(60)
ROSTER = roster_of(TEAM, PROPERTY, ZONE)
NIGHT = (shift("22:00", "06:00"),)


def overdue(rule: str = "overdue", late: float = 0) -> LiveAlert:
    """An alert just opened, nobody told yet."""
    record = snapshot()
    subject = record_subjects(record, NOON)[0]
    opening = Opening(alert_id="alert-1", terms=DEFAULT.by_code[rule], subject=subject, due=DUE)
    return opened(opening, CHAIN, ZONE, DUE + minutes(late))


def climbed(roster: Roster, times: int) -> list[tuple[str, ...]]:
    """Who was told at each of the first steps, each given at its own moment."""
    live, now, told = overdue(), DUE, []
    for _ in range(times):
        live, step = advance(live, roster, now)
        told.append(step[-1].people)
        assert live.next_at is not None
        now = live.next_at
    return told


def test_alert_climbs_from_owner_to_general_manager_when_nobody_answers() -> None:
    assert climbed(ROSTER, 4) == [("staff-ana",), ("staff-sue",), ("staff-dan",), ("staff-gil",)]


def test_alert_schedules_the_next_step_from_the_breach_when_it_opens() -> None:
    live, _ = advance(overdue(), ROSTER, DUE)
    assert live.next_at == DUE + minutes(10)
    assert live.alert.version == 1


def test_alert_opened_late_gives_each_step_a_minute_when_it_catches_up() -> None:
    now = DUE + minutes(120)
    live, _ = advance(overdue(late=120), ROSTER, now)
    assert live.next_at == now + minutes(1)
    assert live.alert.late_ms == 120 * 60_000


def test_alert_passes_to_the_next_step_at_once_when_nobody_is_on_duty() -> None:
    asleep = member("staff-sue", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,), shifts=NIGHT)
    roster = roster_of((ANA, asleep, DUTY), PROPERTY, ZONE)
    live, _ = advance(overdue(), roster, DUE)
    live, told = advance(live, roster, DUE + minutes(10))
    assert [(one.role, one.empty) for one in told] == [(Role.SUPERVISOR, True), (Role.DUTY_MANAGER, False)]
    assert live.alert.step == 2


def test_alert_tells_the_next_step_too_when_its_owner_is_off_shift() -> None:
    away = ANA.model_copy(update={"shifts": NIGHT})
    live, told = advance(overdue(), roster_of((away, SUPERVISOR), PROPERTY, ZONE), DUE)
    assert [one.people for one in told] == [("staff-ana",), ("staff-sue",)]
    assert told[0].off_duty == ("staff-ana",)
    assert live.alert.audience == ("staff-sue",)


def test_alert_tells_the_last_step_off_duty_when_the_whole_house_sleeps() -> None:
    asleep = GENERAL.model_copy(update={"shifts": NIGHT})
    _, told = advance(overdue(), roster_of((asleep,), PROPERTY, ZONE), DUE)
    assert told[-1].people == ("staff-gil",)
    assert told[-1].off_duty == ("staff-gil",)


def test_alert_reaches_no_supervisor_of_another_department() -> None:
    other = member("staff-kim", Role.SUPERVISOR, departments=(Department.MAINTENANCE,))
    roster = roster_of((ANA, other, SUPERVISOR, DUTY), PROPERTY, ZONE)
    assert climbed(roster, 2)[1] == ("staff-sue",)


def test_alert_is_exhausted_after_its_reminders_when_nobody_ever_answers() -> None:
    live, now, steps = overdue(), DUE, 0
    while live.next_at is not None or live.alert.step < 0:
        live, _ = advance(live, ROSTER, now)
        now = live.next_at or now
        steps += 1
    assert live.exhausted
    assert steps == 4 + 3


def test_acknowledge_stops_the_chain_and_keeps_the_second_limit() -> None:
    live, _ = advance(overdue(), ROSTER, DUE)
    taken = acknowledge(live, "staff-ana", DUE + minutes(2))
    assert taken.alert.state is AlertState.ACKNOWLEDGED
    assert taken.tick == live.tick + 1
    assert taken.next_at == DUE + minutes(62)
    assert taken.alert.version == live.alert.version + 1


def test_acknowledge_is_refused_when_the_alert_is_not_open() -> None:
    done = close(overdue(), DUE, retracted=False)
    with pytest.raises(AppError, match="resolved already"):
        acknowledge(done, "staff-ana", DUE)


def test_alert_rings_again_from_its_owner_when_the_second_limit_passes() -> None:
    live, _ = advance(overdue(), ROSTER, DUE)
    again = ring_again(acknowledge(live, "staff-ana", DUE), DUE + minutes(60))
    told_again, told = advance(again, ROSTER, DUE + minutes(60))
    assert again.alert.state is AlertState.OPEN
    assert told[-1].people == ("staff-ana",)
    assert told_again.next_at == DUE + minutes(70)
    assert told_again.alert.version == again.alert.version


def test_close_retracts_when_the_breach_never_was() -> None:
    assert close(overdue(), DUE, retracted=True).alert.state is AlertState.RETRACTED


def test_alert_climbs_from_its_first_step_again_when_its_rule_loops() -> None:
    live = overdue()
    live = live.model_copy(update={"rule": live.rule.model_copy(update={"loop": True, "repeat_s": (600, 600)})})
    now, told = DUE, []
    while live.alert.step < 0 or live.next_at is not None:
        live, step = advance(live, ROSTER, now)
        told.append((step[-1].people[0], int((now - DUE).total_seconds() // 60)))
        now = live.next_at or now
    climb = [("staff-ana", 0), ("staff-sue", 10), ("staff-dan", 30), ("staff-gil", 60)]
    assert told == [(who, again * 70 + minute) for again in range(3) for who, minute in climb]
    assert live.exhausted
