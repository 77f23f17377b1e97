"""A tally of versions knows a gap whatever the order, and no gap where everything came."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.completeness import Tally
from shared.contracts.audit import GapEvent, GapState

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
EMPTY = Tally(chain="grand", topic="records.v1", aggregate="r1", property_id="city")


@given(st.integers(1, 40).flatmap(lambda n: st.permutations(range(1, n + 1))), st.integers(1, 7))
def test_everything_in_any_order_and_any_batches_leaves_no_gap(versions: list[int], at_once: int) -> None:
    tally = EMPTY
    for first in range(0, len(versions), at_once):
        tally = tally.seen([*versions[first : first + at_once], *versions[:1]], NOW)
    assert (tally.next, tally.ahead, tally.since) == (len(versions) + 1, (), None)


@given(st.sets(st.integers(1, 30), min_size=1))
def test_gap_is_what_lies_below_a_later_version(versions: set[int]) -> None:
    tally = EMPTY.seen(versions, NOW)
    missing = set(range(1, max(versions) + 1)) - versions
    assert (tally.since is not None) is bool(missing)
    assert tally.next == min(missing, default=max(versions) + 1)


def test_gap_keeps_the_moment_it_was_first_seen_until_it_is_closed() -> None:
    later = NOW + dt.timedelta(hours=1)
    open_since = EMPTY.seen([1, 3], NOW).seen([4], later)
    assert (open_since.since, open_since.ahead) == (NOW, (3, 4))
    assert open_since.seen([2], later).since is None


def test_gap_and_its_end_are_versions_of_one_aggregate() -> None:
    told, found = EMPTY.seen([1, 4], NOW).told("found", NOW, NOW + dt.timedelta(minutes=10))
    _, filled = told.seen([2, 3], NOW).told("filled", NOW, NOW)
    assert isinstance(found.body, GapEvent)
    assert isinstance(filled.body, GapEvent)
    assert (found.sequence, found.body.gap.first, found.body.gap.last) == (1, 2, 3)
    assert (filled.sequence, filled.body.gap.state, filled.subject) == (2, GapState.FILLED, found.subject)
