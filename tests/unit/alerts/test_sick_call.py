"""A sick call of today's or the next shift rings the supervisor, until the person is back or the shift is over."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from services.alerts.domain.default_rules import RULES
from services.alerts.domain.watch import Plan, Watch, observe
from services.alerts.events import sighting_of
from services.auth.domain.own_time import away, back, missing, passed
from services.auth.domain.staff import staff_event
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department, Role, system
from shared.contracts.staff import Property, StaffMember
from tests.factories.records import CHAIN, PROPERTY, envelope
from tests.factories.staff import ANA, shift

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HOTEL = Property(
    id=PROPERTY,
    chain=CHAIN,
    name="City",
    zone="Europe/Lisbon",
    currency="EUR",
    departments=(Department.HOUSEKEEPING,),
    version=1,
)
LATE = ANA.model_copy(update={"shifts": (shift("14:00", "22:00", (0,)),)})  # today, in an hour
THEN = dt.datetime(2026, 6, 1, 22, tzinfo=ZoneInfo("Europe/Lisbon"))


def called(person: StaffMember = LATE, start: dt.datetime = NOW, end: dt.datetime | None = None) -> StaffMember:
    """Somebody who has just called in sick."""
    return missing(away(person, start, end, NOW), start, HOTEL, NOW)


def told(before: StaffMember, after: StaffMember, at: dt.datetime) -> Envelope:
    """The event of a change of somebody."""
    event = staff_event(before, after, system("auth"), at)
    return envelope(event.type, event.subject, event.sequence, at, event.body)


def seen(before: Watch | None, event: Envelope) -> Plan:
    """What alerts does about it."""
    sighting = sighting_of(event)
    assert sighting is not None
    fresh = Watch(id=sighting.aggregate, chain=CHAIN, property_id=PROPERTY, subjects=sighting.subjects)
    return observe(before, fresh, sighting.at)


def test_sick_call_of_todays_shift_rings_the_supervisor_of_its_department_at_once() -> None:
    plan = seen(None, told(LATE, called(), NOW))
    assert [one.rule for one in plan.opened] == ["missing_on_shift"]
    assert (plan.opened[0].subject.department, plan.opened[0].subject.zone) == (Department.HOUSEKEEPING, HOTEL.zone)
    assert next(one for one in RULES if one.code == "missing_on_shift").audience is Role.SUPERVISOR


@pytest.mark.parametrize(
    ("start", "end"),
    [(NOW + 48 * HOUR, None), (NOW, NOW + dt.timedelta(minutes=30)), (NOW + 10 * HOUR, NOW + 12 * HOUR)],
)
def test_absence_that_leaves_no_shift_of_today_or_tomorrow_open_rings_nobody(
    start: dt.datetime, end: dt.datetime | None
) -> None:
    assert sighting_of(told(LATE, called(LATE, start, end), NOW)) is None


def test_being_back_ends_it_and_another_change_of_the_person_does_not() -> None:
    sick = called()
    plan = seen(None, told(LATE, sick, NOW))
    other = sick.model_copy(update={"languages": ("pt",), "version": sick.version + 1})
    still = seen(plan.watch, told(sick, other, NOW + HOUR))
    assert (still.opened, still.closed) == ((), ())
    ended = seen(still.watch, told(other, back(other, NOW + 2 * HOUR), NOW + 2 * HOUR))
    assert [one.at for one in ended.closed] == [NOW + 2 * HOUR]


def test_it_ends_with_the_shift_and_the_next_sick_call_rings_anew() -> None:
    sick = called()
    assert passed(sick, THEN - HOUR) is sick
    over = passed(sick, THEN)
    first = seen(None, told(LATE, sick, NOW))
    done = seen(first.watch, told(sick, over, THEN))
    assert len(done.closed) == 1
    well = back(over, THEN + HOUR)
    rested = seen(done.watch, told(over, well, THEN + HOUR))
    week = dt.timedelta(days=7)
    again = missing(away(well, NOW + week, None, NOW + week), NOW + week, HOTEL, NOW + week)
    rung = seen(rested.watch, told(well, again, NOW + week))
    assert [one.rule for one in rung.opened] == ["missing_on_shift"]
    assert rung.opened[0].alert_id != first.opened[0].alert_id


def test_people_who_are_hired_or_changed_are_watched_by_nobody() -> None:
    hired = staff_event(None, LATE, system("auth"), NOW)
    assert sighting_of(envelope(hired.type, hired.subject, hired.sequence, NOW, hired.body)) is None
