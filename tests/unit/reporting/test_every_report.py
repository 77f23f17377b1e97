"""What holds of every report there is: a definition, parameters, a picture, and the records behind every figure."""

import datetime as dt

import pytest

from services.reporting.api.views import report_view
from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of, behind, tallies
from services.reporting.domain.cashed import CASHED
from services.reporting.domain.drawing import vega
from services.reporting.domain.fact import Fact
from services.reporting.domain.question import Around, Asked, Behind, Figure, Question, Report
from services.reporting.domain.reviews import REVIEWS
from services.reporting.domain.spot import SPOTS
from services.reporting.domain.stay import STAYS
from services.reporting.domain.tally import Entry
from services.reporting.reports import REPORTS, entries_of
from shared.contracts.records import CheckedValue
from tests.factories.records import ACTOR, NOON, Story, minutes
from tests.factories.reporting import lives

DAYS, TODAY = 20, NOON.date()
QUESTION = Question(start=TODAY - dt.timedelta(days=6), end=TODAY, now=NOON)
NO_RECORDS = {
    "staff_hours": "hours of the rota",
    "rate": "stated by who asks",
    "seen_refund": "an action of the cash desk",
    "refunds_not_of_records": "what no record asked for",
    "mean_review": "a public review",
    "mean_review_count": "public reviews",
    "mean_review_change": "public reviews",
}
"""Figures that are not made of records, and what of."""


def facts() -> list[Fact]:
    """Records of twenty days at two hotels."""
    found = list[Fact]()
    for back in range(DAYS):
        told = [event for life in lives(5, back, NOON - dt.timedelta(days=back)) for event in life]
        found += recompute(told).values()
    checked = CheckedValue(field="quantity", value=2, rule="at_most", rules_version=1, checker=ACTOR, at=NOON)
    corrected = (
        Story("fixed").then("value_checked", NOON, checked=checked).then("edited", NOON + minutes(3), corrections=1)
    )
    found += recompute(corrected.events).values()
    return [fact.model_copy(update={"property_id": ("city", "resort")[n % 2]}) for n, fact in enumerate(found)]


FACTS = facts()
GIVEN = {fact.id: entries_of(fact) for fact in FACTS}
NOT_OF_FACTS = [
    *(
        Entry(TODAY, SPOTS, name, measure, 3)
        for name in ("all", "department=housekeeping")
        for measure in ("right", "wrong")
    ),
    Entry(TODAY, SPOTS, "all", "planned", 9),
    Entry(TODAY, SPOTS, "all", "waiting", 3),
    Entry(TODAY, CASHED, "currency=EUR", "refund", 500),
    Entry(TODAY, CASHED, "currency=EUR", "refund_lines"),
    Entry(TODAY, STAYS, "all", "departed", 4),
    *(
        Entry(TODAY, REVIEWS, "all", measure, amount)
        for measure, amount in (("scored", 3), ("score", 240), ("score2", 19_300))
    ),
]


def asked(report: Report) -> Asked:
    """All that there is to ask about."""
    around = Around(
        rooms={"city": 40, "resort": 30}, currency="EUR", rates={"USD": "0.92"},
        staff_ms={("housekeeping", shift): 50 * 3_600_000 for shift in ("early", "late", "night")},
    )  # fmt: skip
    made = asked_of(report, FACTS, QUESTION, lambda fact: GIVEN[fact.id], around)
    more = {family: tally for family, tally in tallies(NOT_OF_FACTS).items() if family in report.families}
    return Asked(**(vars(made) | {"whole": {**made.whole, **more}}))


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_report_has_a_definition_parameters_and_a_picture_of_its_figures(name: str) -> None:
    report = REPORTS[name]
    shown = report_view(report)
    assert shown.definition.endswith(".")
    assert set(shown.parameters) >= {"property", "from", "to"}
    picture = report.picture(report.figures(asked(report)))
    assert picture is not None
    drawn = vega(picture)
    assert all(panel["data"]["values"] for panel in drawn.get("vconcat", [drawn]))
    assert report.picture([]) is None


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_figure_opens_as_many_records_as_it_says(name: str) -> None:
    report = REPORTS[name]
    figures = report.figures(asked(report))
    assert {one.name for one in figures if one.behind is None} <= NO_RECORDS.keys()
    told = {one.key: one.records for one in figures if one.behind}
    assert told == {one.key: _opened(one, report) for one in figures if one.behind}
    assert sum(told.values()) > 0


def _opened(one: Figure, report: Report) -> int:
    """How often the records that a figure opens count there."""
    rule = one.behind or Behind(family="none")
    times = sum(times for _, times in behind(one, report, FACTS, QUESTION, lambda fact: GIVEN[fact.id]))
    return times + rule.times(NOT_OF_FACTS if report.families else (), QUESTION)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_figure_with_a_value_opens_something(name: str) -> None:
    figures = REPORTS[name].figures(asked(REPORTS[name]))
    # A share that is all, or a mean of nothing bad, has nothing behind it; a length of time or a count always has.
    lost = [one.key for one in figures if one.behind and one.value and not one.records and one.unit != "share"]
    assert [key for key in lost if not key.startswith(("repeats_per_stay", "reopen_share"))] == []


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_report_over_nothing_and_over_one_record_says_so_without_failing(name: str) -> None:
    report = REPORTS[name]
    assert report.figures(Asked(QUESTION, {})) is not None
    (one,) = recompute(Story().events).values()
    figures = report.figures(asked_of(report, [one], QUESTION, entries_of))
    assert all(figure.value is None or figure.value == figure.value for figure in figures)  # no NaN
