"""Spot checks and imported reviews: what is drawn, what agrees, what a file must hold."""

import datetime as dt

import pytest

from services.reporting.domain import recompute
from services.reporting.domain.fact import Fact
from services.reporting.domain.reviews import parsed
from services.reporting.domain.spot import Found, SpotCheck, drawn, entered, planned, size_of
from shared.contracts.errors import AppError
from shared.contracts.records import CheckedValue, Outcome
from tests.factories.records import ACTOR, NOON, PROPERTY, Story, minutes

TODAY = NOON.date()


def fact(record: str = "rec-1", outcome: Outcome = Outcome.FULFILLED, value: object = "2") -> Fact:
    """A record with a confirmed value, closed on the day."""
    checked = CheckedValue(field="quantity", value=value, rule="at_most", rules_version=1, checker=ACTOR, at=NOON)
    story = Story(record).then("value_checked", NOON + minutes(1), checked=checked)
    return recompute(story.completed(NOON + minutes(9), outcome).events)[record]


def test_same_records_are_drawn_whenever_it_is_asked_and_only_fulfilled_ones_of_that_day() -> None:
    facts = [fact(f"rec-{n}") for n in range(80)] + [fact("gone", Outcome.CANCELLED)]
    first = [one.id for one in drawn(facts, PROPERTY, TODAY)]
    assert first == [one.id for one in drawn(facts[::-1], PROPERTY, TODAY)]
    assert (len(first), "gone" in first) == (8, False)
    assert drawn(facts, PROPERTY, TODAY + dt.timedelta(days=1)) == []


@pytest.mark.parametrize(("closes", "size"), [(0, 0), (3, 3), (5, 5), (40, 5), (101, 11), (1000, 20)])
def test_sample_is_a_tenth_within_bounds(closes: int, size: int) -> None:
    assert size_of(closes) == size


def test_plan_says_where_to_look_and_nothing_of_what_the_record_says() -> None:
    check = planned(fact(value="pillows"), TODAY)
    assert (check.room, check.value_of, check.asks) == ("412", "quantity", ("done", "value"))
    assert "pillows" not in check.model_dump_json()


@pytest.mark.parametrize(
    ("found", "right", "wrong"),
    [
        (Found(done=True, value=" 2 "), ("done", "value"), ()),
        (Found(done=True, value="3"), ("done",), ("value",)),
        (Found(done=False, value=None), (), ("done", "value")),
    ],
)
def test_what_was_found_is_compared_with_the_record(
    found: Found, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    check: SpotCheck = entered(planned(fact(), TODAY), fact(), found, "staff-sue", NOON)
    assert (check.right, check.wrong, check.entered_by, check.version) == (right, wrong, "staff-sue", 2)


def test_reviews_are_brought_to_one_scale_and_twins_are_two() -> None:
    found = parsed("date,score,scale,text\n2026-03-01,4.5,5,x\n2026-03-01,9,,y\n2026-03-01,4.5,5,z\n", PROPERTY, "site")
    assert [one.tenths for one in found] == [90, 90, 90]
    assert len({one.id for one in found}) == 3


def test_review_with_an_id_is_one_review_however_often_it_stands_there() -> None:
    assert len(parsed("id,date,score\na,2026-03-01,8\na,2026-03-01,8\n", PROPERTY, "site")) == 1


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("day,score\n", ["csv.date"]),
        ("date,score\n2026-03-01,eleven\n2026-03-01,11\n03/01/26,5\n", ["csv.line_2", "csv.line_3", "csv.line_4"]),
        ("date,score,scale\n2026-03-01,1,0\n2026-03-01,NaN,5\n", ["csv.line_2", "csv.line_3"]),
        ("date,score\n2026-03-01\n", ["csv.line_2"]),
    ],
)
def test_every_wrong_row_is_named(text: str, fields: list[str]) -> None:
    with pytest.raises(AppError) as refused:
        parsed(text, PROPERTY, "site")
    assert [one.field for one in refused.value.breaches] == fields
