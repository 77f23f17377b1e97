"""An exception report nobody reviewed rings, and so does work that is handed around; no rule goes without a test."""

import datetime as dt
from pathlib import Path

from services.alerts.domain.default_rules import RULES
from services.alerts.domain.watch import Plan, Watch, fire, observe
from services.alerts.events import sighting_of
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Role, system
from shared.contracts.reports import ReportEvent, ReportRun
from tests.factories.records import CHAIN, NOON, PROPERTY, Story, envelope, minutes

BY = NOON + minutes(180)
RUN = ReportRun(
    id="run-1", property_id=PROPERTY, report="exceptions", audience=Role.DUTY_MANAGER, delivered_at=NOON,
    review_by=BY, version=1,
)  # fmt: skip


def told(verb: str, at: dt.datetime, **changed: object) -> Envelope:
    run = RUN.model_copy(update=changed)
    return envelope(f"report.{verb}.v1", run.id, run.version, at, ReportEvent(actor=system("reporting"), run=run))


def seen(before: Watch | None, event: Envelope) -> Plan:
    sighting = sighting_of(event)
    assert sighting is not None
    fresh = Watch(id=sighting.aggregate, chain=CHAIN, property_id=PROPERTY, subjects=sighting.subjects)
    return observe(before, fresh, sighting.at)


def test_report_rings_the_duty_manager_when_nobody_has_reviewed_it_in_time() -> None:
    watch = seen(None, told("delivered", NOON)).watch
    assert [(clock.rule, clock.due) for clock in watch.clocks] == [("report_unreviewed", BY)]
    plan = fire(watch, "report_unreviewed|run-1", 1)
    assert plan is not None
    assert [(each.rule, each.subject.role) for each in plan.opened] == [("report_unreviewed", Role.DUTY_MANAGER)]


def test_reviewed_report_rings_nobody() -> None:
    watch = seen(None, told("delivered", NOON)).watch
    reviewed = told("reviewed", NOON + minutes(30), reviewed_by="staff-gil", reviewed_at=NOON + minutes(30), version=2)
    plan = seen(watch, reviewed)
    assert (plan.opened, plan.disarmed) == ((), ("breach|report_unreviewed|run-1",))


def test_record_that_was_handed_on_twice_without_being_accepted_rings_once() -> None:
    story = Story()
    for number in (1, 2, 3):
        story.then("handed_off", NOON + minutes(number), handoffs=number)
    plans: list[Plan] = []
    for event in story.events:
        plans.append(seen(plans[-1].watch if plans else None, event))
    opened = [[each.rule for each in plan.opened] for plan in plans]
    assert opened == [[], [], ["handed_around"], []]


def test_every_rule_is_named_in_a_test() -> None:
    tests = Path(__file__).resolve().parents[2]
    said = "".join(path.read_text() for path in tests.rglob("test_*.py"))
    assert [rule.code for rule in RULES if f'"{rule.code}' not in said and f"'{rule.code}" not in said] == []
