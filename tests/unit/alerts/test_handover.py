"""A handover that nobody takes over rings, and work without a rule's owner does."""

import datetime as dt

import pytest

from services.alerts.domain.alert import advance, opened
from services.alerts.domain.roster import roster_of
from services.alerts.domain.watch import Opening, Plan, Watch, fire, observe
from services.alerts.events import sighting_of
from shared.contracts.envelope import Envelope
from shared.contracts.handovers import Handover, HandoverEvent, HandoverState
from shared.contracts.identity import Department, Role, system
from shared.contracts.staff import Absence
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, Story, envelope, minutes
from tests.factories.staff import member, shift

BY = NOON + minutes(15)
HEAD = Handover(
    id="handover-1",
    property_id=PROPERTY,
    department=Department.HOUSEKEEPING,
    business_day=NOON.date(),
    shift="from_1500",
    open_records=3,
    zone=ZONE,
    at=NOON,
    acknowledge_by=BY,
    version=1,
)
DESK = (Department.FRONT_OFFICE, Department.HOUSEKEEPING)


def told(verb: str, at: dt.datetime, **changed: object) -> Envelope:
    head = HEAD.model_copy(update=changed)
    body = HandoverEvent(actor=system("records"), handover=head)
    return envelope(f"handover.{verb}.v1", head.id, head.version, at, body)


def seen(before: Watch | None, event: Envelope) -> Plan:
    sighting = sighting_of(event)
    assert sighting is not None
    fresh = Watch(id=sighting.aggregate, chain=CHAIN, property_id=PROPERTY, subjects=sighting.subjects)
    return observe(before, fresh, sighting.at)


def test_handover_arms_its_deadline_when_it_is_prepared() -> None:
    plan = seen(None, told("prepared", NOON))
    assert [(clock.rule, clock.due) for clock in plan.armed] == [("handover_unacknowledged", BY)]


def test_handover_rings_the_supervisor_of_its_department_first_when_nobody_takes_it_over() -> None:
    watch = seen(None, told("prepared", NOON)).watch
    plan = fire(watch, "handover_unacknowledged|handover-1", 1)
    assert plan is not None
    (opening,) = plan.opened
    assert isinstance(opening, Opening)
    live = opened(opening, CHAIN, ZONE, BY)
    staff = (
        member("sue", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,)),
        member("sam", Role.SUPERVISOR, departments=(Department.FRONT_OFFICE,)),
        member("dan", Role.DUTY_MANAGER),
    )
    _, reached = advance(live, roster_of(staff, PROPERTY, ZONE), BY)
    assert [one.people for one in reached] == [("sue",)]
    assert [step.role for step in live.alert.steps] == [Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER]


@pytest.mark.parametrize("state", [HandoverState.ACKNOWLEDGED, HandoverState.SUPERSEDED])
def test_handover_rings_never_when_it_was_taken_over_or_replaced(state: HandoverState) -> None:
    first = seen(None, told("prepared", NOON))
    plan = seen(first.watch, told(state.value, NOON + minutes(5), state=state, version=2))
    assert plan.disarmed == ("breach|handover_unacknowledged|handover-1",)


def test_handover_rings_once_when_the_word_that_it_is_overdue_comes_before_the_timer() -> None:
    first = seen(None, told("prepared", NOON))
    plan = seen(first.watch, told("overdue", BY + minutes(1), overdue=True, version=2))
    assert [one.rule for one in plan.opened] == ["handover_unacknowledged"]
    again = seen(plan.watch, told("overdue", BY + minutes(2), overdue=True, version=3))
    assert again.opened == ()


def test_record_rings_when_the_fallback_owner_has_it() -> None:
    event = Story(owner_rule="fallback").events[0]
    assert [one.rule for one in seen(None, event).opened] == ["no_rule_owner"]


def test_record_rings_when_its_owner_fell_ill_and_only_the_fallback_is_left() -> None:
    story = Story().then("reassigned", NOON + minutes(2), owner="gil", owner_rule="fallback", accepted=False)
    plan = seen(None, story.events[0])
    plan = seen(plan.watch, story.events[1])
    assert [one.rule for one in plan.opened] == ["no_rule_owner"]


def test_absent_person_is_not_called() -> None:
    away = (Absence(start=NOON - minutes(1), end=NOON + minutes(1)),)
    ill = member("dan", Role.DUTY_MANAGER).model_copy(update={"absences": away})
    roster = roster_of((ill,), PROPERTY, ZONE)
    called = [roster.on_duty(Role.DUTY_MANAGER, None, NOON + minutes(number)) for number in (-1, 0, 1)]
    assert called == [(), (), ("dan",)]
    assert not roster.is_on_duty("dan", NOON)


def test_person_is_called_for_the_department_of_the_shift() -> None:
    here = shift("00:00", "23:59").model_copy(update={"department": Department.HOUSEKEEPING})
    roster = roster_of((member("sue", Role.SUPERVISOR, departments=DESK, shifts=(here,)),), PROPERTY, ZONE)
    called = [roster.on_duty(Role.SUPERVISOR, department, NOON) for department in DESK]
    assert called == [(), ("sue",)]
