"""Each PMS of a hotel is a feed of its own: the one that is silent rings, by its name, and the others do not."""

import datetime as dt
from typing import Any

import pytest

from services.alerts.domain.feeds import Heard, feeds_watch
from services.alerts.domain.watch import Clock, Plan, Watch, fire, observe
from services.alerts.events import sighting_of
from shared.contracts.connections import ConnectionChange, ConnectionEvent
from shared.contracts.envelope import EventBody
from shared.contracts.feeds import Feed, FeedEvent
from shared.contracts.identity import system
from shared.contracts.partners import SubscriptionEvent, SubscriptionState
from shared.contracts.tasks import PmsTask, TaskEvent
from tests.factories.records import CHAIN, NOON, PROPERTY, envelope, minutes

ME = system("tests")
HOURS = dt.timedelta(hours=1)


def after(plan: Plan | None, sign: Heard, at: dt.datetime) -> Plan | None:
    """What a sign of a PMS means."""
    before = plan.watch if plan else None
    fresh = feeds_watch(before, sign, CHAIN, PROPERTY, at)
    return observe(before, fresh, at) if fresh else plan


def running(plan: Plan | None) -> dict[str, tuple[str, dt.datetime]]:
    """By PMS: which rule waits for it, and until when."""
    assert plan is not None
    return {one.subject.rpartition("|")[2]: (one.rule, one.due) for one in plan.watch.clocks if one.due is not None}


def rung(watch: Watch, clock: Clock) -> Plan:
    """The clock's timer fires."""
    plan = fire(watch, clock.key, clock.generation)
    assert plan is not None
    return plan


def test_each_pms_of_a_hotel_has_a_clock_of_its_own() -> None:
    plan = after(None, Heard(pms="apaleo", answered_at=NOON), NOON)
    plan = after(plan, Heard(pms="spa", answered_at=NOON + HOURS), NOON + HOURS)
    plan = after(plan, Heard(pms="apaleo", answered_at=NOON + 3 * HOURS), NOON + 3 * HOURS)
    assert running(plan) == {
        "apaleo": ("feed_silent", NOON + 15 * HOURS),
        "spa": ("feed_silent", NOON + 13 * HOURS),
    }


def test_connection_that_is_asked_again_and_again_rings_within_the_hour_and_is_named() -> None:
    plan = after(None, Heard(pms="mews", answered_at=NOON, checked=True), NOON)
    assert plan is not None
    assert running(plan) == {"mews": ("connection_silent", NOON + HOURS)}
    [clock] = [one for one in plan.watch.clocks if one.due]
    opened = rung(plan.watch, clock)
    assert [(one.rule, one.subject.facts["field"]) for one in opened.opened] == [("connection_silent", "mews")]
    back = after(opened, Heard(pms="mews", answered_at=NOON + 2 * HOURS, checked=True), NOON + 2 * HOURS)
    assert back is not None
    assert [one.alert_id for one in back.closed] == [clock.alert_id]


def test_failing_is_no_answer() -> None:
    plan = after(None, Heard(pms="mews", answered_at=NOON, checked=True), NOON)
    failing = Heard(pms="mews", answered_at=NOON, checked=True, failing_since=NOON + minutes(20), failure="unreachable")
    plan = after(plan, failing, NOON + minutes(20))
    assert plan is not None
    assert plan.watch.subjects[0].facts["failing"] is True
    assert running(plan) == {"mews": ("connection_silent", NOON + HOURS)}


def test_hotel_with_another_pms_waits_for_the_old_one_no_more() -> None:
    plan = after(None, Heard(pms="mews", answered_at=NOON, checked=True), NOON)
    plan = after(plan, Heard(pms="ohip", answered_at=NOON + HOURS / 2, alone=True), NOON + HOURS / 2)
    assert running(plan) == {"ohip": ("feed_silent", NOON + 12.5 * HOURS)}


def test_pms_that_never_said_a_word_rings_from_the_moment_it_was_connected() -> None:
    plan = after(None, Heard(pms="ohip", answered_at=NOON, alone=True), NOON)
    never = Heard(pms="ohip", answered_at=None, checked=True, failing_since=NOON, failure="signed_out_401")
    assert running(after(plan, never, NOON + minutes(5))) == {"ohip": ("connection_silent", NOON + HOURS)}


def test_older_word_and_the_same_word_again_are_no_news() -> None:
    plan = after(None, Heard(pms="mews", answered_at=NOON + HOURS), NOON + HOURS)
    assert plan is not None
    assert feeds_watch(plan.watch, Heard(pms="mews", answered_at=NOON), CHAIN, PROPERTY, NOON) is None
    soon = NOON + HOURS + minutes(5)
    assert feeds_watch(plan.watch, Heard(pms="mews", answered_at=soon), CHAIN, PROPERTY, soon) is None


TASK = PmsTask(
    id="task-1", property_id=PROPERTY, pms="mews", number="7", source_event="e", code="other", at=NOON, version=1
)
FEED = Feed(id=f"feed:{PROPERTY}", property_id=PROPERTY, pms="mews", answered_at=NOON, version=1)
CONNECTED = ConnectionChange(
    id=f"connection:{PROPERTY}", property_id=PROPERTY, pms="mews", fields=("pms", "zone"), version=1
)


@pytest.mark.parametrize(
    ("kind", "body", "heard"),
    [
        ("task.seen.v1", TaskEvent(actor=ME, task=TASK), Heard(pms="mews", answered_at=NOON)),
        ("feed.answered.v1", FeedEvent(actor=ME, feed=FEED), Heard(pms="mews", answered_at=NOON, checked=True)),
        (
            "connection.changed.v1",
            ConnectionEvent(actor=ME, connection=CONNECTED),
            Heard(pms="mews", answered_at=NOON, alone=True),
        ),
    ],
)
def test_every_word_of_a_pms_is_a_sign_of_it(kind: str, body: EventBody, heard: Heard) -> None:
    sighting = sighting_of(envelope(kind, "one", 1, NOON, body))
    assert sighting is not None
    assert sighting.heard == heard


def test_change_of_a_connection_that_keeps_its_pms_is_no_sign_of_it() -> None:
    other = ConnectionEvent(actor=ME, connection=CONNECTED.model_copy(update={"fields": ("zone",)}))
    assert sighting_of(envelope("connection.changed.v1", "one", 1, NOON, other)) is None


def subscription(**told: Any) -> SubscriptionEvent:
    state = SubscriptionState(id="sub-1", partner="spa-app", delivery="webhook", state="disabled", version=2)
    return SubscriptionEvent(actor=ME, subscription=state.model_copy(update=told))


def seen(body: SubscriptionEvent) -> Watch:
    sighting = sighting_of(envelope("subscription.disabled.v1", "subscription:sub-1", 2, NOON, body))
    assert sighting is not None
    return Watch(id="subscription:sub-1", chain=CHAIN, property_id="*", subjects=sighting.subjects)


def test_partner_that_was_switched_off_rings_until_it_goes_on() -> None:
    plan = observe(None, seen(subscription()), NOON)
    assert [(one.rule, one.subject.facts["field"]) for one in plan.opened] == [("partner_deaf", "spa-app")]
    back = observe(plan.watch, seen(subscription(state="active")), NOON + minutes(5))
    assert len(back.closed) == 1


def test_partner_of_one_hotel_rings_there() -> None:
    [subject] = seen(subscription(properties=("resort",))).subjects
    assert subject.property_id == "resort"
