"""The reports over small days whose right numbers can be counted by hand."""

import datetime as dt
from typing import Any

import pytest

from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of, behind
from services.reporting.domain.fact import Fact
from services.reporting.domain.question import Figure, Question, Report, asked, percentile
from services.reporting.domain.tally import ACCURACY
from services.reporting.reports import REPORTS, entries_of
from shared.contracts.alerts import Alert, AlertEvent, AlertState, Severity
from shared.contracts.envelope import Envelope
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, system
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.records import LineKind, MoneyLine, Outcome, Workflow
from shared.contracts.values import Money
from tests.factories.records import NOON, PROPERTY, Story, envelope, minutes

TODAY = NOON.date()
EVENING = NOON + minutes(600)
ME = system("tests")


def answered(report: str, events: list[Envelope], now: dt.datetime = EVENING, **days: dt.date) -> Any:
    """The figures of a report by their key."""
    question = Question(start=days.get("start", TODAY), end=days.get("end", TODAY), now=now)
    figures = figured(REPORTS[report], facts_of(events), question)
    keys = [figure.key for figure in figures]
    assert len(keys) == len(set(keys)), "a figure must be named once"
    return {figure.key: figure for figure in figures}


def facts_of(events: list[Envelope]) -> list[Fact]:
    """The facts of some events, by id."""
    return [fact for _, fact in sorted(recompute(events).items())]


def figured(report: Report, facts: list[Fact], question: Question) -> list[Figure]:
    """A report's figures, from facts alone."""
    return report.figures(asked_of(report, facts, question, entries_of))


def opened(report: str, figure: Figure, events: list[Envelope], now: dt.datetime = EVENING) -> tuple[str, ...]:
    """The ids of the records behind a figure."""
    question = Question(start=TODAY, end=TODAY, now=now)
    return tuple(one.id for one, _ in behind(figure, REPORTS[report], facts_of(events), question, entries_of))


def about(*values: float) -> Any:
    """These values, as far as a scale tells them apart."""
    return pytest.approx(list(values), rel=ACCURACY)


def euros(amount: int) -> Money:
    """Cents."""
    return Money(amount=amount, currency="EUR")


def line(line_id: str, amount: int, kind: LineKind = LineKind.CHARGE, state: str = "requested") -> MoneyLine:
    """One money line."""
    return MoneyLine(id=line_id, kind=kind, amount=euros(amount), state=state)


def posting(line_id: str, state: PostingState, sequence: int = 1) -> Envelope:
    """What became of a line."""
    said = Posting(
        id=f"post-{line_id}", property_id=PROPERTY, record_id="rec-1", line_id=line_id, kind=LineKind.CHARGE,
        amount=euros(0), state=state, at=NOON, version=sequence,
    )  # fmt: skip
    verb = {PostingState.DONE: "done", PostingState.FAILED: "failed"}[state]
    at = NOON + minutes(sequence)
    return envelope(f"posting.{verb}.v1", said.id, sequence, at, PostingEvent(actor=ME, posting=said))


def alert(record: str, rule: str, state: AlertState, taken: dt.datetime | None = None) -> Envelope:
    """One alert as it stands."""
    said = Alert(
        id=f"{rule}-{record}", property_id=PROPERTY, rule=rule, severity=Severity.CRITICAL, subject=record,
        record_id=record, state=state, step=0, steps=(), opened_at=NOON + minutes(60), acknowledged_at=taken, version=1,
    )  # fmt: skip
    return envelope("alert.opened.v1", said.id, 1, NOON + minutes(60), AlertEvent(actor=ME, alert=said))


def test_completion_time_counts_fulfilled_closes_of_the_day_and_takes_pauses_apart() -> None:
    quick = Story("rec-1").accepted(NOON).completed(NOON + minutes(10))
    paused = Story("rec-2").blocked(NOON + minutes(10)).unblocked(NOON + minutes(40)).completed(NOON + minutes(60))
    gone = Story("rec-3").completed(NOON + minutes(1), Outcome.CANCELLED)
    events = quick.events + paused.events + gone.events
    found = answered("completion_time", events)
    assert found["closed"].value == 2
    assert [found[name].value for name in ("raw_p50", "raw_p99", "worked_p99")] == about(600, 3600, 1800)
    assert opened("completion_time", found["raw_p99"], events) == ("rec-2",)
    assert found["held_paused|department=housekeeping"].value == 1800


def test_completion_time_of_a_reopened_record_runs_from_its_reopening() -> None:
    story = Story().completed(NOON + minutes(10)).reopened(NOON + minutes(100), due_at=NOON + minutes(200))
    found = answered("completion_time", story.completed(NOON + minutes(130)).events)
    assert found["closed"].value == 2
    assert [found["raw_p50"].value, found["raw_p99"].value] == about(600, 1800)


def test_completion_time_gives_each_department_what_it_held() -> None:
    story = Story().handed_to(Department.FRONT_OFFICE, "staff-f", NOON + minutes(20)).completed(NOON + minutes(50))
    found = answered("completion_time", story.events)
    assert found["held_total|department=housekeeping"].value == 1200
    assert found["held_total|department=front_office"].value == 1800
    assert found["closed|department=front_office"].value == 1


@pytest.mark.parametrize(
    ("closed_at", "day"),
    [
        # On 29 March 2026 Lisbon's midnight is 00:00 UTC at its start and 23:00 UTC at its end.
        ("2026-03-28T23:59:00+00:00", 28),
        ("2026-03-29T00:00:00+00:00", 29),
        ("2026-03-29T22:59:00+00:00", 29),
        ("2026-03-29T23:00:00+00:00", 30),
    ],
)
def test_report_counts_by_the_propertys_own_day_when_clocks_change(closed_at: str, day: int) -> None:
    at = dt.datetime.fromisoformat(closed_at)
    story = Story(at=at - minutes(10)).completed(at)
    days = [dt.date(2026, 3, number) for number in (28, 29, 30)]
    counted = [one.day for one in days if answered("completion_time", story.events, start=one, end=one).get("closed")]
    assert counted == [day]


def test_exceptions_are_ranked_by_cause_and_repeats_are_named() -> None:
    events = []
    for number, cause in enumerate(["noise", "billing", "noise", "noise"]):
        story = Story(f"rec-{number}")
        events += story.then("exception_raised", NOON + minutes(1), exceptions=1, exception_cause=cause).events
    found = answered("exceptions", events)
    assert found["exceptions"].value == 4
    assert (found["cause|cause=noise"].value, found["cumulative_share|cause=noise"].value) == (3, 0.75)
    assert found["cumulative_share|cause=billing"].value == 1
    repeats = opened("exceptions", found["repeat_cause|cause=noise|property=city"], events)
    assert repeats == ("rec-0", "rec-2", "rec-3")
    assert "repeat_cause|cause=billing|property=city" not in found


def test_money_is_summed_by_kind_and_what_became_of_it() -> None:
    lines = (
        line("a", 1000),
        line("b", 250),
        line("c", 99),
        line("d", 500, LineKind.REFUND),
        line("e", 7, state="void"),
    )
    story = Story().then("line_added", NOON + minutes(1), money=lines)
    outside = [posting("a", PostingState.DONE), posting("b", PostingState.FAILED)]
    found = answered("money", outside + story.events)
    assert {key: figure.value for key, figure in found.items()} == {
        "requested|currency=EUR|kind=charge": 1349,
        "posted|currency=EUR|kind=charge": 1000,
        "failed|currency=EUR|kind=charge": 250,
        "waiting|currency=EUR|kind=charge": 99,
        "void|currency=EUR|kind=charge": 7,
        "requested|currency=EUR|kind=refund": 500,
        "waiting|currency=EUR|kind=refund": 500,
    }


def test_money_takes_the_last_word_on_a_posting() -> None:
    story = Story().then("line_added", NOON + minutes(1), money=(line("a", 1000),))
    said = [posting("a", PostingState.DONE, 2), posting("a", PostingState.FAILED, 1)]
    assert "posted|currency=EUR|kind=charge" in answered("money", said + story.events)


def test_alert_effect_gives_the_share_in_time_and_the_late_ones_behind_it() -> None:
    in_time = Story("rec-1").completed(NOON + minutes(30))
    late = Story("rec-2").completed(NOON + minutes(90))
    unseen = Story("rec-3").completed(NOON + minutes(91))
    taken = alert("rec-2", "overdue", AlertState.RESOLVED, NOON + minutes(62))
    events = [*in_time.events, *late.events, *unseen.events, taken]
    found = answered("alert_effect", events)
    assert found["fell_due"].value == 3
    assert found["resolved_before_deadline"].value == pytest.approx(1 / 3, abs=1e-4)
    assert opened("alert_effect", found["resolved_before_deadline"], events) == ("rec-2", "rec-3")
    assert found["late_with_alert"].value == 0.5
    assert opened("alert_effect", found["late_with_alert"], events) == ("rec-3",)
    assert [found["acknowledge_p50|rule=overdue"].value] == about(120)


def test_alert_effect_leaves_out_retracted_alerts() -> None:
    events = [*Story("rec-1").completed(NOON + minutes(30)).events, alert("rec-1", "overdue", AlertState.RETRACTED)]
    assert answered("alert_effect", events)["alerts|rule=overdue"].value == 0


def test_day_shows_what_stands_open_and_what_the_day_brought() -> None:
    events = [
        *Story("rec-1").events,
        *Story("rec-2", at=NOON + minutes(550)).accepted(NOON + minutes(551)).events,
        *Story("rec-3").completed(NOON + minutes(30)).events,
        *Story("rec-4", workflow=Workflow.UPSELL, kind="campaign_reply").completed(NOON + minutes(30)).events,
        *Story("rec-5", workflow=Workflow.UPSELL, kind="campaign_reply")
        .completed(NOON + minutes(30), Outcome.DECLINED)
        .events,
        *Story("rec-6", kind="feedback_score", fields={"score": 9}).completed(NOON + minutes(70)).events,
    ]
    found = answered("day", events)
    assert {name: found[name].value for name in ("open", "late", "at_risk", "opened", "closed")} == {
        "open": 2, "late": 1, "at_risk": 1, "opened": 6, "closed": 4,
    }  # fmt: skip
    assert opened("day", found["open|status=pending"], events) == ("rec-2",)
    assert found["closed_in_time"].value == 0.75
    assert found["conversion"].value == 0.5
    assert opened("day", found["conversion|kind=campaign_reply"], events) == ("rec-5",)
    assert found["mean_score"].value == 9


def test_record_of_a_workflow_nobody_listed_counts_like_any_other() -> None:
    story = Story("rec-1", workflow="housekeeping_inspection", kind="room_inspection").completed(NOON + minutes(30))
    found = answered("day", story.events)
    assert (found["opened"].value, found["closed"].value, found["upsell_answered"].value) == (1, 1, 0)


def test_reports_answer_an_empty_day_without_inventing_numbers() -> None:
    found = answered("day", [])
    assert (found["open"].value, found["conversion"].value, found["mean_score"].value) == (0, None, None)
    assert answered("completion_time", []) == {}


@pytest.mark.parametrize(("percent", "expected"), [(50, 2), (75, 3), (90, 4), (99, 4), (1, 1)])
def test_percentile_is_a_value_that_was_measured(percent: int, expected: float) -> None:
    assert percentile([4, 1, 3, 2], percent) == expected


@pytest.mark.parametrize(("days", "rule"), [(-1, "not_before_from"), (400, "at_most_400_days")])
def test_question_refuses_days_that_make_no_sense(days: int, rule: str) -> None:
    with pytest.raises(AppError) as refused:
        asked(TODAY, TODAY + dt.timedelta(days=days), NOON)
    assert refused.value.breaches[0].rule == rule
