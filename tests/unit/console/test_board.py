"""Which cards a board shows, in which order, and how their clocks stand."""

import datetime as dt
from typing import Any

import pytest

from services.console.domain.cards import Card, Filters, by_due
from services.console.domain.due import due, length

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


def card(**facts: Any) -> Card:
    given = {
        "id": "r1",
        "version": 1,
        "property_id": "city",
        "kind": "guest_request",
        "kind_title": "Guest request",
        "what": "Extra pillow",
        "room": "412",
        "owner": "ana",
        "department": "housekeeping",
        "status": "new",
        "due_at": NOW + dt.timedelta(minutes=10),
        "next_action": {"code": "accept", "staff_id": "ana"},
    }
    return Card.model_validate(given | facts)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, True),
        ({"property": "city"}, True),
        ({"property": "resort"}, False),
        ({"department": "housekeeping"}, True),
        ({"department": "finance"}, False),
        ({"department": "'; drop"}, True),
        ({"status": "blocked"}, False),
        ({"who": "mine"}, True),
        ({"late": "1"}, False),
        ({"waiting": "1"}, False),
        ({"q": "41"}, True),
        ({"q": "12"}, False),
        ({"q": "PILLOW"}, True),
        ({"q": "towel"}, False),
    ],
)
def test_filters_admit_a_card_by_what_the_address_asks(asked: dict[str, str], shown: bool) -> None:
    assert Filters.of(asked).admits(card(), "ana", NOW) is shown


def test_filters_admit_late_work_only_while_it_is_open() -> None:
    late = Filters(late=True)
    passed = NOW - dt.timedelta(minutes=1)
    assert late.admits(card(due_at=passed), "ana", NOW)
    assert not late.admits(card(due_at=passed, status="complete", next_action={"code": "none"}), "ana", NOW)
    assert not late.admits(card(due_at=passed, status="blocked", paused_at=passed - dt.timedelta(1)), "ana", NOW)


def test_address_of_filters_reads_back_as_the_same_filters() -> None:
    asked = Filters("city", "finance", "new", who="mine", late=True, waiting=True, q="a & b", dense=True)
    query = dict(pair.split("=") for pair in asked.address().removeprefix("/?").split("&"))
    assert Filters.of({name: value.replace("+", " ").replace("%26", "&") for name, value in query.items()}) == asked


def test_board_is_sorted_by_due_with_closed_work_below() -> None:
    closed = card(id="done", status="complete", due_at=NOW - dt.timedelta(hours=5), closed_at=NOW)
    soon, later = card(id="soon"), card(id="later", due_at=NOW + dt.timedelta(hours=3))
    assert [one.id for one in by_due([later, closed, soon])] == ["soon", "later", "done"]


@pytest.mark.parametrize(
    ("minutes", "more", "state", "words"),
    [
        (40, {}, "calm", "40 min left"),
        (10, {}, "risk", "10 min left"),
        (0, {}, "late", "Late by under 1 min"),
        (-75, {}, "late", "Late by 1 h 15"),
        (-5, {"paused_at": NOW - dt.timedelta(minutes=20)}, "paused", "Paused, 15 min left"),
        (-5, {"closed_at": NOW - dt.timedelta(minutes=6)}, "done", "Done in time"),
        (-5, {"closed_at": NOW}, "done", "Done 5 min late"),
    ],
)
def test_due_clock_says_in_words_how_it_stands(
    minutes: int, more: dict[str, dt.datetime], state: str, words: str
) -> None:
    clock = due(NOW + dt.timedelta(minutes=minutes), NOW, opened_at=NOW - dt.timedelta(hours=1), warn_s=900, **more)
    assert (clock.state, clock.words) == (state, words)


def test_due_clock_empties_from_full_to_nothing() -> None:
    opened, end = NOW, NOW + dt.timedelta(hours=1)
    shares = [due(end, NOW + dt.timedelta(minutes=m), opened_at=opened).left for m in (0, 15, 30, 60, 90)]
    assert shares == [1.0, 0.75, 0.5, 0.0, 0.0]


def test_length_is_said_in_the_largest_fitting_units() -> None:
    said = [length(dt.timedelta(minutes=m)) for m in (0.5, 59, 60, 61, 24 * 60, 50 * 60)]
    assert said == ["under 1 min", "59 min", "1 h 00", "1 h 01", "1 d", "2 d 2 h"]
