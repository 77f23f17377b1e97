"""Sums: what events change in them is what facts give, percentiles keep their word, days and months make any window."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain import recompute
from services.reporting.domain.fold import by_fact, fold, without
from services.reporting.domain.local import Piece, pieces, whole_ms_between
from services.reporting.domain.periods import covering, days
from services.reporting.domain.question import percentile, wilson
from services.reporting.domain.statistics import difference_of_means, difference_of_shares, rank_correlation
from services.reporting.domain.tally import ACCURACY, Entry, Tally, scaled
from services.reporting.reports import bottlenecks, changes, entries_of
from services.reporting.store.sums import escaped
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department
from tests.factories.records import NOON, Story, minutes
from tests.factories.reporting import lives

DAY = dt.date(2026, 3, 10)


@given(st.integers(0, 10_000))
def test_changes_of_every_event_add_up_to_what_the_fact_gives(seed: int) -> None:
    (events,) = lives(1, seed)
    fact, total = None, list[Entry]()
    for key, told in by_fact(events).items():
        for event in told:
            after = fold(fact, key, [event])
            total += changes(fact, after)
            fact = after
    assert fact is not None
    assert added(total) == added(entries_of(fact)) == added(changes(None, fact))


def handed_about(times: int) -> list[Envelope]:
    """A record that two departments pass to each other, and that is closed in the end."""
    story, there = Story(), (Department.FRONT_OFFICE, Department.HOUSEKEEPING)
    for number in range(times):
        story.handed_to(there[number % 2], "staff-f", NOON + minutes(number + 1))
    return story.completed(NOON + minutes(times + 5)).events


def test_changes_of_a_record_with_a_long_history_add_up() -> None:
    fact, total = None, list[Entry]()
    for event in handed_about(40):
        after = fold(fact, event.subject, [event])
        total += changes(fact, after)
        fact = after
    assert fact is not None
    assert added(total) == added(entries_of(fact))


def test_event_costs_as_much_after_a_long_history_as_after_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = list[object]()

    def counted(*stretch: Any) -> Iterator[Piece]:
        cut.append(stretch)
        return pieces(*stretch)

    def cost(times: int) -> int:
        told = handed_about(times)[:-1]
        before = fold(None, told[0].subject, told[:-1])
        after = fold(before, told[0].subject, told[-1:])
        cut.clear()
        changes(before, after)
        return len(cut)

    monkeypatch.setattr(bottlenecks, "pieces", counted)
    assert cost(400) == cost(40) > 0


def test_alert_heard_before_its_record_counts_once() -> None:
    (events,) = lives(1, next(seed for seed in range(99) if any(e.noun == "alert" for e in lives(1, seed)[0])))
    others = [event for event in events if event.noun != "record"]
    alone = fold(None, events[0].subject, others)
    whole = fold(alone, events[0].subject, [event for event in events if event.noun == "record"])
    assert alone.alerts
    assert added(changes(None, alone) + changes(alone, whole)) == added(entries_of(whole))
    assert added(changes(None, whole) + changes(whole, without(whole, whole.id))) == added(changes(None, alone))


def added(entries: list[Entry]) -> dict[tuple[object, ...], int]:
    """Sums that are not nothing."""
    sums: dict[tuple[object, ...], int] = {}
    for one in entries:
        sums[one[:4]] = sums.get(one[:4], 0) + one.amount
    return {key: amount for key, amount in sums.items() if amount}


@given(st.lists(st.floats(0, 3_000_000), min_size=1), st.integers(1, 99))
def test_percentile_of_a_scale_is_as_near_as_it_says(lengths: list[float], percent: int) -> None:
    tally = Tally.of(Entry(DAY, "x", "all", scaled("r", one)) for one in lengths)
    found, true = tally.percentile("r", percent), percentile(lengths, percent)
    assert found is not None
    assert true is not None
    assert found[0] == pytest.approx(true, rel=ACCURACY, abs=1.0)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 500), st.integers(-40, 600))
def test_months_and_days_with_their_signs_are_each_day_of_a_window_once(
    start: dt.date, length: int, today: int
) -> None:
    end = start + dt.timedelta(days=length)
    found = covering(start, end, start + dt.timedelta(days=today))
    around = days(start - dt.timedelta(days=40), end + dt.timedelta(days=40))
    counted = {day: found.get(day, 0) + found.get(day[:7], 0) for day in around}
    assert [day for day, times in counted.items() if times == 1] == days(start, end)
    assert set(counted.values()) == {0, 1}


def test_window_that_ends_today_is_read_as_few_documents() -> None:
    end = dt.date(2026, 3, 20)
    found = covering(dt.date(2025, 3, 21), end, end)
    assert [period for period, sign in found.items() if sign > 0 and len(period) == 10] == days(
        dt.date(2025, 3, 21), dt.date(2025, 3, 31)
    )
    assert found["2026-03"] == 1
    assert [period for period, sign in found.items() if sign < 0] == days(dt.date(2026, 3, 21), dt.date(2026, 3, 31))


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 6, 1)])
def test_stretch_is_cut_at_local_midnights_and_shifts_and_loses_nothing(day: dt.date) -> None:
    start = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(hours=11)
    end = start + dt.timedelta(hours=49, minutes=7)
    parts = list(pieces(start, end, "Europe/Lisbon"))
    assert sum(part.ms for part in parts) == whole_ms_between(start, end)
    held = sum(part.ms for part in parts if part.day == day) / 3_600_000
    assert held == {3: 23, 10: 25, 6: 24}[day.month]


def test_group_names_that_a_document_could_misread_are_escaped() -> None:
    assert escaped("staff=a.b$c%") == "staff=a%2Eb%24c%25"


@given(st.integers(1, 400), st.data())
def test_interval_of_a_share_holds_the_share(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    low, high = wilson(part, whole)
    assert low is not None
    assert high is not None
    assert 0 <= low <= part / whole + 1e-4
    assert part / whole - 1e-4 <= high <= 1


def test_difference_of_shares_is_the_published_example() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, (a): 56/70 less 48/80, method 10.
    assert difference_of_shares(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


def test_difference_of_few_says_nothing_and_of_equals_may_be_chance() -> None:
    assert difference_of_means((1, 8, 64), (30, 240, 1950)) is None
    assert difference_of_shares(0, 0, 3, 9) is None
    found = difference_of_means((30, 240, 1950), (30, 240, 1950))
    assert found is not None
    assert found[0] == 0
    assert found[1] < 0 < found[2]


def test_rank_correlation_follows_order_and_shares_ranks() -> None:
    up = [1.0, 2.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    rho, low, high = rank_correlation(up, [x * x for x in up])
    assert (rho, high <= 1) == (1.0, True)
    assert low > 0.5
    assert rank_correlation(up, [3.0] * 10) == (0.0, -1.0, 1.0)


def test_open_stretch_counts_for_nothing_until_it_ends() -> None:
    story = Story().handed_to(Department.FRONT_OFFICE, "staff-f", NOON + minutes(20))
    (fact,) = recompute(story.events).values()
    held = [one for one in entries_of(fact) if one.family == "hours" and one.measure == "ms"]
    assert {one.group: one.amount for one in held} == {
        "department=housekeeping|status=new": 1_200_000,
        "department=housekeeping|shift=early": 1_200_000,
    }
