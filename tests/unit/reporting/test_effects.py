"""Reports of money, corrections, sales, questions of guests and load, over days that can be counted by hand."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.adapters.files.plain import csv_bytes, harmless
from services.reporting.adapters.files.workbook import xlsx
from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of
from services.reporting.domain.question import Around, Figure, Question
from services.reporting.reports import REPORTS, entries_of
from services.reporting.reports.comparison import converted
from services.reporting.usecases.rota import on_duty
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department, Role, system
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.offers import Sale
from shared.contracts.records import CheckedValue, LineKind, MoneyLine, Outcome, Trigger, TriggerKind, Workflow
from shared.contracts.staff import Absence, Shift
from shared.contracts.values import Money
from tests.factories.records import ACTOR, NOON, PROPERTY, Story, envelope, minutes
from tests.factories.staff import member

TODAY = NOON.date()
QUESTION = Question(start=TODAY, end=TODAY, now=NOON + minutes(600))


def answered(name: str, events: list[Envelope], around: Around | None = None) -> dict[str, Figure]:
    """A report's figures by key."""
    facts = recompute(events).values()
    asked = asked_of(REPORTS[name], facts, QUESTION, entries_of, around)
    return {one.key: one for one in REPORTS[name].figures(asked)}


def values(found: dict[str, Figure]) -> dict[str, float | int | None]:
    """What each figure says."""
    return {key: one.value for key, one in found.items()}


def money(
    record: str, line_kind: LineKind, amount: int, became: PostingState | None, outcome: Outcome, **more: object
) -> list[Envelope]:
    """A closed record with one line and what became of it."""
    line = MoneyLine(id=f"line-{record}", kind=line_kind, amount=Money(amount=amount, currency="EUR"))
    story = Story(record, fields={"topic": "noise"}, **more).then("line_added", NOON + minutes(1), money=(line,))
    events = list(story.completed(NOON + minutes(5), outcome).events)
    if became:
        said = Posting(id=f"post-{record}", property_id=PROPERTY, record_id=record, line_id=line.id, kind=line_kind,
                       amount=line.amount, state=became, at=NOON, version=1)  # fmt: skip
        events.append(envelope("posting.sent.v1", said.id, 1, NOON, PostingEvent(actor=system("tests"), posting=said)))
    return events


def test_financial_effect_names_what_is_missing_wrong_leaking_and_waiting_by_cause() -> None:
    events = [
        *money("a", LineKind.CHARGE, 1000, PostingState.FAILED, Outcome.FULFILLED),
        *money("b", LineKind.CHARGE, 200, None, Outcome.FULFILLED),
        *money("c", LineKind.REFUND, 50, PostingState.DONE, Outcome.DECLINED),
        *money("d", LineKind.COST, 7, PostingState.DONE, Outcome.CANCELLED),
        *money("e", LineKind.COST, 30, PostingState.DONE, Outcome.FULFILLED, kind="service_recovery"),
        *money("f", LineKind.CHARGE, 9, PostingState.DONE, Outcome.FULFILLED),
    ]
    found = values(answered("financial_effect", events))
    assert {key: found[key] for key in found if "cause" not in key} == {
        "missed_charge|currency=EUR": 1200,
        "wrong_refund|currency=EUR": 50,
        "cost_leak|currency=EUR": 7,
        "settlement_pressure|currency=EUR": 200,
        "recovery|currency=EUR": 30,
    }
    assert found["missed_charge|cause=noise|currency=EUR"] == 1200


def test_corrections_are_counted_under_the_rule_that_had_confirmed() -> None:
    checked = CheckedValue(field="quantity", value=2, rule="at_most", rules_version=1, checker=ACTOR, at=NOON)
    wrong = Story("a").then("value_checked", NOON, checked=checked).then("edited", NOON + minutes(3), corrections=1)
    right = Story("b").then("value_checked", NOON, checked=checked)
    found = answered("corrections", [*wrong.events, *right.events])
    share = found["corrected_share|rule=at_most"]
    assert (found["confirmed"].value, found["corrected|rule=at_most"].value, share.value) == (2, 1, 0.5)
    assert share.low is not None
    assert share.low < 0.5


SEGMENTS = {"one": "direct", "two": None}


def sold(record: str, state: str, arm: str) -> list[Envelope]:
    """A sale of a campaign."""
    sale = Sale(offer_id="o", offer_version=1, code="spa", service="spa", quoted=Money(amount=5000, currency="EUR"),
                tax=Money(amount=0, currency="EUR"), campaign="summer", arm=arm, state=state,
                segment=SEGMENTS[arm])  # fmt: skip
    story = Story(record, workflow=Workflow.UPSELL, kind="campaign_reply").then("sale_granted", NOON, sale=sale)
    outcome = Outcome.FULFILLED if state == "sold" else Outcome.DECLINED
    return list(story.completed(NOON, outcome).events)


def test_upsell_gives_conversion_by_arm_revenue_and_what_a_room_brought() -> None:
    events = [*sold("a", "sold", "one"), *sold("b", "sold", "one"), *sold("c", "missed", "two")]
    found = values(answered("upsell", events, Around(rooms={PROPERTY: 40})))
    assert (found["conversion"], found["conversion|arm=one|campaign=summer"]) == (0.6667, 1)
    assert (found["conversion|segment=direct"], found["conversion|segment=unsaid"]) == (1, 0)
    assert (found["conversion|offer=spa"], found["conversion|campaign=summer"]) == (0.6667, 0.6667)
    assert (found["revenue|currency=EUR"], found["revenue|agent=staff-ana|currency=EUR"]) == (10_000, 10_000)
    assert (found["revenue_per_available_room|currency=EUR"], found["declined|reason=unsaid"]) == (25_000, 1)


def test_resolved_before_the_guest_asked_and_before_the_day_closed() -> None:
    by_us = {"trigger": Trigger(kind=TriggerKind.STAFF_TASK, key="k")}
    quiet = Story("a", **by_us).completed(NOON + minutes(5))
    asked = Story("b", **by_us).then("repeated", NOON + minutes(2), repeats=1).completed(NOON + minutes(9))
    tomorrow = Story("c").completed(NOON + minutes(24 * 60))
    found = values(answered("alert_effect", [*quiet.events, *asked.events, *tomorrow.events]))
    assert (found["resolved_before_guest_asked"], found["resolved_before_day_closed"]) == (0.5, 0.6667)


def test_pressure_is_open_hours_over_hours_on_duty() -> None:
    story = Story().completed(NOON + minutes(180))  # 12:00 to 15:00, all of it in the early shift
    staff = {("housekeeping", "early"): 2 * 3_600_000}
    found = answered("service_pressure", story.events, Around(staff_ms=staff))
    assert found["open_per_staff_hour|department=housekeeping|shift=early"].value == 1.5
    assert found["load_with_time"].note == "too_few_days"


def test_staff_hours_leave_absences_out_and_pass_midnight() -> None:
    night = Shift(days=(0, 1, 2, 3, 4, 5, 6), start=dt.time(22), end=dt.time(6))
    person = member("a", Role.ASSOCIATE, departments=(Department.FRONT_OFFICE,), shifts=(night,))
    away = person.model_copy(update={"id": "b", "absences": (Absence(start=NOON - minutes(9999)),)})
    found = on_duty([person, away], "Europe/Lisbon", TODAY, TODAY)
    assert {key: ms / 3_600_000 for key, ms in found.items()} == {
        ("front_office", "night"): 7,
        ("front_office", "late"): 1,
    }


@given(st.times(), st.times(), st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1)), st.integers(0, 40))
def test_hours_by_the_week_are_those_counted_day_by_day(
    start: dt.time, end: dt.time, first: dt.date, length: int
) -> None:
    shift = Shift(days=(0, 3, 5), start=start.replace(microsecond=0), end=end.replace(microsecond=0))
    person = member("a", Role.ASSOCIATE, departments=(Department.FRONT_OFFICE,), shifts=(shift,))
    later = Absence(start=NOON + minutes(60 * 24 * 999))
    last = first + dt.timedelta(days=length)
    by_week = on_duty([person], "UTC", first, last)
    assert by_week == on_duty([person.model_copy(update={"absences": (later,)})], "UTC", first, last)


@pytest.mark.parametrize(
    ("amount", "currency", "rates", "euros"),
    [
        (1250, "EUR", {}, 1250),
        (1000, "USD", {"USD": "0.925"}, 925),
        (1000, "JPY", {"JPY": "0.0061"}, 610),
        (1500, "KWD", {"KWD": "3.01"}, 452),  # 451.5: half to even
        (1000, "USD", {}, None),
    ],
)
def test_money_is_turned_by_decimals_at_the_rate_that_is_stated(
    amount: int, currency: str, rates: dict[str, str], euros: int | None
) -> None:
    assert converted(amount, currency, "EUR", rates) == euros


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_files_hold_money_as_whole_numbers_and_names_as_text() -> None:
    figures = [
        Figure(name="posted", labels={"kind": "charge", "currency": "EUR"}, value=12345, unit="EUR minor units"),
        Figure(name="note", labels={"rule": "=cmd()"}, value=0.5, unit="share"),
    ]
    lines = csv_bytes(REPORTS["money"], QUESTION, figures, None).decode().splitlines()
    assert lines[1] == "posted,currency=EUR|kind=charge,,12345,EUR minor units,0,,,"
    book = openpyxl.load_workbook(io.BytesIO(xlsx(REPORTS["money"], QUESTION, figures, None)))
    cells = [[cell.value for cell in row] for row in book["Figures"].iter_rows()]
    assert (cells[1][3], type(cells[1][3])) == (12345, int)
    assert {cell.data_type for row in book["Figures"].iter_rows() for cell in row} <= {"s", "n"}
