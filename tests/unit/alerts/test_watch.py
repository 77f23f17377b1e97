"""Clocks of one record: when they are armed, ring, end and turn out never to have been late."""

import datetime as dt

from services.alerts.domain.book import DEFAULT, AlertRules, merged
from services.alerts.domain.rules import RuleEdit
from services.alerts.domain.subject import record_subjects
from services.alerts.domain.watch import Plan, Watch, fire, observe
from shared.contracts.envelope import Envelope, read
from shared.contracts.identity import Role
from shared.contracts.records import Outcome, RecordEvent, Review, Status
from tests.factories.records import CHAIN, NOON, PROPERTY, Story, minutes

DUE = NOON + minutes(60)


def seen(before: Watch | None, event: Envelope) -> Plan:
    """One event of a record observed."""
    record = read(event, RecordEvent).record
    fresh = Watch(id=record.id, chain=CHAIN, property_id=PROPERTY, subjects=record_subjects(record, event.time))
    return observe(before, fresh, event.time)


def told(story: Story) -> list[Plan]:
    """All plans of a story, each on the watch the one before left."""
    plans: list[Plan] = []
    for event in story.events:
        plans.append(seen(plans[-1].watch if plans else None, event))
    return plans


def rules_opened(plans: list[Plan]) -> list[str]:
    """The rules that rang, in order."""
    return [opening.rule for plan in plans for opening in plan.opened]


def retractions(plan: Plan) -> list[bool]:
    """Whether each ended alert was retracted."""
    return [closing.retracted for closing in plan.closed]


def test_watch_arms_accept_warning_and_deadline_when_a_record_opens() -> None:
    [plan] = told(Story())
    assert {clock.rule: clock.due for clock in plan.armed} == {
        "accept_near": NOON + minutes(10),
        "accept_overdue": NOON + minutes(15),
        "at_risk": NOON + minutes(50),
        "overdue": DUE,
    }
    assert plan.opened == ()


def test_watch_arms_nothing_again_when_neither_due_time_nor_cause_changes() -> None:
    plans = told(Story().then("noted", NOON + minutes(1), notes=1).then("edited", NOON + minutes(2)))
    assert [plan.armed for plan in plans[1:]] == [(), ()]
    assert {clock.generation for clock in plans[-1].watch.clocks} == {1}


def test_watch_disarms_the_accept_deadline_when_the_record_is_accepted() -> None:
    plans = told(Story().accepted(NOON + minutes(5)))
    assert plans[1].disarmed == ("breach|accept_near|rec-1", "breach|accept_overdue|rec-1")


def test_watch_disarms_while_paused_and_arms_the_moved_deadline_when_it_goes_on() -> None:
    story = Story().accepted(NOON + minutes(5)).blocked(NOON + minutes(20)).unblocked(NOON + minutes(80))
    plans = told(story)
    assert set(plans[2].disarmed) == {"breach|at_risk|rec-1", "breach|overdue|rec-1"}
    overdue = next(clock for clock in plans[3].armed if clock.rule == "overdue")
    assert (overdue.due, overdue.generation) == (DUE + minutes(60), 2)


def test_watch_ends_every_clock_when_the_record_completes_in_time() -> None:
    plans = told(Story().accepted(NOON + minutes(5)).completed(NOON + minutes(30)))
    assert rules_opened(plans) == []
    assert all(clock.due is None for clock in plans[-1].watch.clocks)


def test_watch_rings_and_ends_when_a_late_completion_outruns_the_timer() -> None:
    plans = told(Story().accepted(NOON + minutes(5)).completed(NOON + minutes(61)))
    assert rules_opened(plans) == ["at_risk", "overdue"]
    assert "breach|overdue|rec-1" in plans[-1].disarmed
    assert {closing.alert_id for closing in plans[-1].closed} == {o.alert_id for o in plans[-1].opened}
    assert retractions(plans[-1]) == [False, False]


def test_watch_does_not_ring_when_the_completion_is_at_the_due_moment_itself() -> None:
    plans = told(Story().accepted(NOON + minutes(5)).completed(DUE))
    assert "overdue" not in rules_opened(plans)


def test_watch_opens_one_alert_whether_the_timer_or_the_event_sees_the_breach() -> None:
    [opened] = told(Story())
    by_timer = fire(opened.watch, "overdue|rec-1", 1)
    by_event = told(Story().then("noted", DUE + minutes(1)))[-1]
    assert by_timer is not None
    assert by_timer.opened[0].alert_id in {opening.alert_id for opening in by_event.opened}


def test_watch_retracts_when_news_of_a_timely_completion_comes_after_the_timer() -> None:
    story = Story().completed(NOON + minutes(59))
    [opened] = told(Story())
    rung = fire(opened.watch, "overdue|rec-1", 1)
    assert rung is not None
    plan = seen(rung.watch, story.events[1])
    assert {c.alert_id: c.retracted for c in plan.closed}[rung.opened[0].alert_id] is True


def test_watch_keeps_an_alert_when_a_record_is_blocked_after_its_deadline() -> None:
    [opened] = told(Story())
    rung = fire(opened.watch, "overdue|rec-1", 1)
    assert rung is not None
    story = Story().blocked(DUE + minutes(5)).unblocked(DUE + minutes(15))
    blocked = seen(rung.watch, story.events[1])
    assert "overdue" not in [c.alert_id for c in blocked.closed]
    resumed = seen(blocked.watch, story.events[2])
    clock = resumed.watch.clock("overdue|rec-1")
    assert clock is not None
    assert clock.alert == rung.opened[0].alert_id


def test_watch_ignores_a_timer_of_an_older_generation() -> None:
    story = Story().blocked(NOON + minutes(20)).unblocked(NOON + minutes(30))
    watch = told(story)[-1].watch
    assert fire(watch, "overdue|rec-1", 1) is None
    assert fire(watch, "overdue|rec-1", 2) is not None


def test_watch_ignores_a_timer_that_has_rung_already() -> None:
    [opened] = told(Story())
    rung = fire(opened.watch, "overdue|rec-1", 1)
    assert rung is not None
    assert fire(rung.watch, "overdue|rec-1", 1) is None


def test_watch_ends_the_warning_when_the_deadline_rings() -> None:
    [opened] = told(Story())
    warned = fire(opened.watch, "at_risk|rec-1", 1)
    assert warned is not None
    rung = fire(warned.watch, "overdue|rec-1", 1)
    assert rung is not None
    assert [closing.alert_id for closing in rung.closed] == [warned.opened[0].alert_id]


def test_watch_rings_at_once_when_no_owner_rule_matched() -> None:
    [plan] = told(Story(owner_rule="fallback"))
    assert rules_opened([plan]) == ["no_rule_owner"]


def test_watch_rings_once_when_the_fallback_owner_stays() -> None:
    plans = told(Story(owner_rule="fallback").then("noted", NOON + minutes(1)).then("noted", NOON + minutes(2)))
    assert rules_opened(plans) == ["no_rule_owner"]


def test_watch_watches_a_review_and_ends_it_when_it_is_decided() -> None:
    review = Review(
        id="rev-1", what="exception", requested_by="staff-ana", reviewer_role=Role.SUPERVISOR, since=NOON + minutes(2)
    )
    story = Story().then("exception_raised", NOON + minutes(2), reviews=(review,))
    story.then("exception_reviewed", NOON + minutes(9), reviews=())
    plans = told(story)
    assert [(c.rule, c.due) for c in plans[1].armed] == [("review_waiting", NOON + minutes(32))]
    assert plans[2].disarmed == ("breach|review_waiting|rev-1",)


def test_watch_rings_for_a_record_first_heard_of_when_closed_late() -> None:
    late = Story().completed(DUE + minutes(1)).events[1]
    plan = seen(None, late)
    assert rules_opened([plan]) == ["overdue"]
    assert len(plan.closed) == 1


def test_watch_stays_still_for_a_record_first_heard_of_when_closed_in_time() -> None:
    plan = seen(None, Story().completed(DUE - minutes(1)).events[1])
    assert (plan.opened, plan.closed, plan.armed) == ((), (), ())


def test_watch_rings_when_a_record_is_closed_late_from_a_paused_state() -> None:
    story = Story().accepted(NOON + minutes(5)).blocked(NOON + minutes(20))
    late = DUE + minutes(9)
    story.then("completed", late, status=Status.COMPLETE, outcome=Outcome.CANCELLED, closed_at=late, paused_at=None)
    assert rules_opened(told(story)) == ["overdue"]


def test_watch_arms_a_new_generation_when_a_record_is_reopened() -> None:
    story = Story().completed(DUE + minutes(1)).reopened(DUE + minutes(5), due_at=DUE + dt.timedelta(hours=2))
    plans = told(story)
    overdue = next(clock for clock in plans[-1].armed if clock.rule == "overdue")
    assert overdue.generation == 2
    assert overdue.alert_id not in {opening.alert_id for plan in plans for opening in plan.opened}


def test_book_laid_over_another_knows_its_own_rules_only() -> None:
    assert "overdue" in DEFAULT.by_code
    off = merged(DEFAULT, AlertRules(edits={"overdue": RuleEdit(enabled=False)}))
    on = merged(off, AlertRules(edits={"overdue": RuleEdit(enabled=True, plus_s=60)}))
    assert ("overdue" in off.by_code, on.by_code["overdue"].plus_s, DEFAULT.by_code["overdue"].plus_s) == (False, 60, 0)
