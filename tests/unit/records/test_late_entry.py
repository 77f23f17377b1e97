"""Entering from paper: within which time, and that nothing else is refused."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from services.records.domain.late_entry import OLDEST, late_breaches

NOW = dt.datetime(2026, 11, 22, 7, 5, tzinfo=dt.UTC)


@given(st.timedeltas(min_value=-OLDEST * 2, max_value=OLDEST * 2))
def test_moment_is_refused_when_it_lies_ahead_or_more_than_a_week_back(gap: dt.timedelta) -> None:
    rules = [each.rule for each in late_breaches(NOW + gap, NOW)]
    expected = ["not_in_the_future"] * (gap > dt.timedelta(0)) + ["too_old"] * (gap < -OLDEST)
    assert rules == expected


def test_nothing_is_refused_when_no_moment_is_named() -> None:
    assert late_breaches(None, NOW) == []
