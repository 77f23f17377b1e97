"""When reports come by themselves: at the hotel's own time, whatever its clocks do."""

import datetime as dt
import itertools

import pytest

from services.reporting.domain.forecast import Expected, What
from services.reporting.domain.schedule import Terms, When, busy_due, due_before, next_daily, next_look
from shared.contracts.values import instant_of, zone

LISBON = "Europe/Lisbon"
BUSY = Terms(report="exceptions", when=When.BEFORE_BUSY, at=dt.time(15), hours_before=6, busy_percent=50)


def full(day: dt.date) -> tuple[Expected, ...]:
    """A day on which every room is taken."""
    return (
        Expected(day=day, what=What.OCCUPANCY, days_ahead=0, on_the_books=9, pickup=0, compared_with=0, expected=9),
    )


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (dt.date(2026, 3, 28), dt.datetime(2026, 3, 28, 9, tzinfo=dt.UTC)),  # winter: 09:00 in Lisbon
        (dt.date(2026, 3, 30), dt.datetime(2026, 3, 30, 8, tzinfo=dt.UTC)),  # summer: 09:00 in Lisbon
    ],
)
def test_busy_report_is_due_at_the_stated_local_time_and_not_a_second_before(day: dt.date, due: dt.datetime) -> None:
    assert due_before(BUSY, LISBON, day) == due
    assert busy_due(BUSY, LISBON, 9, full(day), due - dt.timedelta(seconds=1)) == []
    assert busy_due(BUSY, LISBON, 9, full(day), due) == [(day, due)]
    assert busy_due(BUSY, LISBON, 9, full(day), due + dt.timedelta(hours=6)) == []


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 6, 1)])
@pytest.mark.parametrize("at", [dt.time(0, 30), dt.time(1, 30), dt.time(15)])
@pytest.mark.parametrize("hours", [0, 6, 30, 72])
def test_every_due_moment_is_looked_at_when_it_comes(day: dt.date, at: dt.time, hours: int) -> None:
    terms = BUSY.model_copy(update={"at": at, "hours_before": hours})
    due = due_before(terms, LISBON, day)
    assert due + dt.timedelta(hours=hours) == instant_of(dt.datetime.combine(day, at), zone(LISBON))
    looks, moment = list[dt.datetime](), due - dt.timedelta(hours=5, minutes=7)
    while moment < due:
        moment = next_look(terms, LISBON, moment)
        looks.append(moment)
    assert looks[-1] == due
    assert max(later - earlier for earlier, later in itertools.pairwise(looks)) <= dt.timedelta(hours=1)


def test_a_day_that_gets_busy_after_its_moment_is_told_of_while_it_is_ahead() -> None:
    day = dt.date(2026, 6, 1)
    due = due_before(BUSY, LISBON, day)
    assert busy_due(BUSY, LISBON, 9, full(day), due + dt.timedelta(hours=5, minutes=59)) == [(day, due)]


def test_daily_report_comes_once_on_days_on_which_the_clocks_change() -> None:
    terms = Terms(report="day", at=dt.time(1, 30))  # on 29 March there is no 01:30, on 25 October there are two
    spring = next_daily(terms, LISBON, dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC))
    assert spring == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    autumn = next_daily(terms, LISBON, dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC))
    assert autumn is not None
    after = next_daily(terms, LISBON, autumn)
    assert after is not None
    assert (after - autumn) > dt.timedelta(hours=24)
