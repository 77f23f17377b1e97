"""Whatever happens to a record, in whatever order timers and events meet, its late share has rung and nothing else."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.subject import record_subjects
from services.alerts.domain.watch import Plan, Watch, fire, observe
from shared.contracts.envelope import read
from shared.contracts.records import RecordEvent
from tests.factories.records import CHAIN, NOON, PROPERTY, Story, minutes

MOVES = st.lists(st.tuples(st.sampled_from(["note", "block", "unblock", "hand"]), st.integers(1, 40)), max_size=8)


def _told(moves: list[tuple[str, int]], close_after: int) -> Story:
    story, at = Story(), NOON
    for move, gap in moves:
        at += minutes(gap)
        paused = story.record.paused_at is not None
        {
            ("block", False): lambda s, t: s.blocked(t),
            ("unblock", True): lambda s, t: s.unblocked(t),
            ("hand", False): lambda s, t: s.handed_to(s.record.department, "staff-bo", t),
        }.get((move, paused), lambda s, t: s.then("noted", t))(story, at)
    return _unpaused(story, at).completed(at + minutes(close_after))


def _unpaused(story: Story, at: dt.datetime) -> Story:
    return story.unblocked(at) if story.record.paused_at else story


def _played(story: Story, lag: int) -> tuple[set[str], set[str], list[str]]:
    """Events arrive `lag` minutes after they happened; timers fire at their moment. Open, retracted and rung rules."""
    watch: Watch | None = None
    rung: dict[str, str] = {}
    retracted: set[str] = set()
    opened: list[str] = []

    def note(plan: Plan) -> Watch:
        opened.extend(opening.rule for opening in plan.opened)
        rung.update({opening.alert_id: opening.rule for opening in plan.opened})
        retracted.update(closing.alert_id for closing in plan.closed if closing.retracted)
        return plan.watch

    for event in story.events:
        for clock in sorted(watch.clocks if watch else (), key=lambda c: c.due or NOON):
            fired = clock.due is not None and clock.due < event.time + minutes(lag)
            plan = fire(watch, clock.key, clock.generation) if fired else None
            watch = note(plan) if plan else watch
        record = read(event, RecordEvent).record
        fresh = Watch(id=record.id, chain=CHAIN, property_id=PROPERTY, subjects=record_subjects(record, event.time))
        watch = note(observe(watch, fresh, event.time))
    stood = {rule for alert, rule in rung.items() if alert not in retracted}
    return stood, retracted, opened


@given(MOVES, st.integers(1, 90), st.integers(0, 30))
def test_overdue_stands_exactly_when_the_record_closed_late(
    moves: list[tuple[str, int]], close_after: int, lag: int
) -> None:
    story = _told(moves, close_after)
    closed = story.record.closed_at
    assert closed is not None
    stood, _, _ = _played(story, lag)
    assert ("overdue" in stood) is (closed > story.record.due_at)


@given(MOVES, st.integers(1, 90))
def test_timers_and_events_open_the_same_alerts_when_news_is_instant(
    moves: list[tuple[str, int]], close_after: int
) -> None:
    story = _told(moves, close_after)
    by_timer, _, _ = _played(story, lag=0)
    by_event, _, _ = _played(story, lag=-10_000)
    assert by_timer == by_event
