"""Timelines: whatever happens to a record, its stretches sum to its life, pauses apart."""

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain import facts_hash, recompute
from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.timeline import by_department, held, timing, waterfall
from shared.contracts.identity import Department
from shared.contracts.records import Status
from tests.factories.records import NOON, Story, minutes, mixed

FRONT, KEEPING = Department.FRONT_OFFICE, Department.HOUSEKEEPING
# The nights in which Lisbon's clocks go forward and back: durations are UTC arithmetic and must not notice.
STARTS = st.sampled_from(
    [
        NOON,
        dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC),
    ]
)
MOVES = st.lists(
    st.tuples(st.sampled_from(["note", "block", "unblock", "front", "keeping", "close", "reopen"]), st.integers(0, 90)),
    max_size=12,
)


def told(start: dt.datetime, moves: list[tuple[str, int]], record_id: str = "rec-1") -> Story:
    """A record told by random moves, those that are not possible left out."""
    story, at = Story(record_id, at=start), start
    for move, gap in moves:
        at += minutes(gap)
        record = story.record
        closed, paused = record.status is Status.COMPLETE, record.paused_at is not None
        possible = {
            ("block", False, False): lambda t=at: story.blocked(t),
            ("unblock", True, False): lambda t=at: story.unblocked(t),
            ("front", False, False): lambda t=at: story.handed_to(FRONT, "staff-f", t),
            ("keeping", False, False): lambda t=at: story.handed_to(KEEPING, "staff-k", t),
            ("close", False, False): lambda t=at: story.completed(t),
            ("reopen", False, True): lambda t=at: story.reopened(t, due_at=t + minutes(60)),
        }
        possible.get((move, paused, closed), lambda t=at: story.then("noted", t))()
    return story


def fact_of(story: Story) -> tuple[Fact, Life]:
    """The fact of one record."""
    fact = recompute(story.events)[story.record.id]
    assert fact.life is not None
    return fact, fact.life


@given(STARTS, MOVES, st.integers(0, 500))
def test_stretches_sum_to_the_time_the_record_was_open(
    start: dt.datetime, moves: list[tuple[str, int]], after: int
) -> None:
    story = told(start, moves)
    now = story.events[-1].time + minutes(after)
    _, life = fact_of(story)
    runs = [(one.closed_at - one.began_at).total_seconds() for one in life.closes]
    last_began = max([one.closed_at for one in life.closes], default=start)
    reopened = next((s.start for s in life.stretches if s.start >= last_began), now)
    expected = sum(runs) + ((now - reopened).total_seconds() if life.is_open else 0.0)
    assert held(life.stretches, now).total_s == expected


@given(STARTS, MOVES, st.integers(0, 500))
def test_stretches_never_overlap_and_departments_share_them_out(
    start: dt.datetime, moves: list[tuple[str, int]], after: int
) -> None:
    story = told(start, moves)
    now = story.events[-1].time + minutes(after)
    _, life = fact_of(story)
    ends = [one.end or now for one in life.stretches]
    assert all(end >= one.start for one, end in zip(life.stretches, ends, strict=True))
    assert all(end <= later.start for end, later in zip(ends, life.stretches[1:], strict=False))
    shared_out = by_department(life.stretches, now).values()
    assert sum(one.total_s for one in shared_out) == held(life.stretches, now).total_s
    assert sum(one.paused_s for one in shared_out) == held(life.stretches, now).paused_s


@given(STARTS, MOVES, MOVES, st.randoms(use_true_random=False))
def test_facts_are_the_same_whatever_is_delivered_twice_or_out_of_order(
    start: dt.datetime, one: list[tuple[str, int]], two: list[tuple[str, int]], chance: random.Random
) -> None:
    events = mixed([told(start, one, "rec-1"), told(start, two, "rec-2")])
    delivered = events + events[: len(events) // 2]
    chance.shuffle(delivered)
    assert facts_hash(recompute(delivered).values()) == facts_hash(recompute(events).values())


def test_pause_is_a_stretch_of_its_own() -> None:
    story = Story().accepted(NOON + minutes(5)).blocked(NOON + minutes(10)).unblocked(NOON + minutes(40))
    _, life = fact_of(story.completed(NOON + minutes(50)))
    whole = held(life.stretches, NOON)
    assert (whole.total_s, whole.paused_s, whole.worked_s) == (3000, 1800, 1200)


def test_timeline_does_not_run_backwards_when_an_event_is_dated_before_the_last() -> None:
    story = Story().accepted(NOON + minutes(5)).handed_to(FRONT, "staff-f", NOON + minutes(3))
    _, life = fact_of(story.completed(NOON + minutes(9)))
    assert held(life.stretches, NOON).total_s == 540


def test_record_first_heard_of_late_counts_from_its_trigger() -> None:
    story = Story().accepted(NOON + minutes(5)).completed(NOON + minutes(30))
    fact = recompute(story.events[2:])["rec-1"]
    assert fact.life is not None
    assert fact.life.closes[0].began_at == NOON


def test_timing_says_late_at_risk_and_neither() -> None:
    _, life = fact_of(Story().accepted(NOON + minutes(5)))
    moments = [timing(life, NOON + minutes(after)) for after in (49, 50, 60, 61)]
    assert [(one.at_risk, one.late) for one in moments] == [(False, False), (True, False), (True, False), (False, True)]


def test_timing_stands_still_while_paused_in_time_and_not_when_paused_late() -> None:
    _, in_time = fact_of(Story().blocked(NOON + minutes(20)))
    _, too_late = fact_of(Story().blocked(NOON + minutes(70)))
    now = NOON + minutes(300)
    assert (timing(in_time, now).late, timing(too_late, now).late) == (False, True)


def test_waterfall_shows_each_stretch_and_what_each_department_held() -> None:
    story = Story().accepted(NOON + minutes(5)).handed_to(FRONT, "staff-f", NOON + minutes(20))
    fact, _ = fact_of(story.blocked(NOON + minutes(30)))
    picture = waterfall(fact, NOON + minutes(45))
    assert picture is not None
    assert [(row.department, row.status, row.paused, row.seconds) for row in picture.rows] == [
        (KEEPING, Status.NEW, False, 300),
        (KEEPING, Status.PENDING, False, 900),
        (FRONT, Status.PENDING, False, 600),
        (FRONT, Status.BLOCKED, True, 900),
    ]
    assert picture.departments[FRONT].paused_s == 900
    assert picture.total_s == 2700
