"""The life of a proposed version: one person asks, another decides, bound to what was shown, in force from its day."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import AppError
from shared.contracts.proposals import (
    MOST_OPEN,
    Dated,
    Head,
    VersionState,
    Wish,
    bound,
    decide,
    propose,
    standing,
    withdraw,
)

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
FIRST = Head()


def asked(head: Head = FIRST, day: dt.datetime | None = None) -> Dated:
    """A version of a place that waits."""
    return propose(Dated, Wish("city", {"limit": 7}, "gil", day), head, NOW)


def code(act: Callable[[], object]) -> str:
    """The code that it is refused with."""
    with pytest.raises(AppError) as refused:
        act()
    return refused.value.code


def test_proposal_takes_the_next_number_and_event_and_binds_what_it_says() -> None:
    made = asked(Head(last=3, seq=8, approved=2, open=1))
    assert (made.version, made.base, made.seq, made.state) == (4, 2, 9, VersionState.PROPOSED)
    assert made.digest == bound("city", 4, 2, {"limit": 7}, None)
    assert made.digest != asked(Head(last=3, seq=8, approved=2), NOW + HOUR).digest


def test_decision_is_anothers_of_what_was_shown_and_on_what_it_was_made() -> None:
    waiting = asked()
    assert code(lambda: decide(waiting, Head(), True, "gil", None, NOW)) == "own_request"
    assert code(lambda: decide(waiting, Head(), True, "clara", "f" * 64, NOW)) == "version_differs"
    assert code(lambda: decide(waiting, Head(approved=1), True, "clara", None, NOW)) == "version_void"
    done = decide(waiting, Head(seq=5), True, "clara", waiting.digest, NOW)
    assert (done.state, done.decided_by, done.seq, done.starts_at) == (VersionState.APPROVED, "clara", 6, NOW)
    assert code(lambda: decide(done, Head(), False, "clara", None, NOW)) == "version_decided"
    assert decide(waiting, Head(approved=1), False, "clara", None, NOW).state is VersionState.REJECTED


def test_what_waits_is_taken_back_and_what_is_in_force_is_not() -> None:
    later = decide(asked(day=NOW + HOUR), Head(), True, "clara", None, NOW)
    gone = withdraw(later, Head(seq=2), "gil", NOW)
    assert (gone.state, gone.starts_at, gone.seq) == (VersionState.WITHDRAWN, None, 3)
    assert code(lambda: withdraw(later, Head(), "gil", NOW + HOUR)) == "version_in_force"
    assert code(lambda: withdraw(gone, Head(), "gil", NOW)) == "version_decided"


def test_too_many_wait_or_a_day_that_has_passed_is_refused() -> None:
    assert code(lambda: asked(Head(open=MOST_OPEN))) == "too_many_waiting"
    with pytest.raises(AppError) as refused:
        asked(day=NOW)
    assert [one.rule for one in refused.value.breaches] == ["in_future"]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(0, 6))
def test_in_force_is_the_latest_that_has_started_and_of_equals_the_last_written(days: list[int], after: int) -> None:
    versions = [
        decide(asked(Head(last=number), NOW + day * HOUR), Head(approved=0), True, "clara", None, NOW)
        for number, day in enumerate(days)
    ]
    at = NOW + after * HOUR
    started = [one for one in versions if one.started(at)]
    expected = max(started, key=lambda one: (one.starts_at or at, one.version), default=None)
    assert standing(versions, at) == expected
