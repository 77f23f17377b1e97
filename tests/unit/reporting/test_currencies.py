"""Money in currencies of no, two and three decimals, from a coin to a fortune: as numbers, and as drawn."""

import io
import re
from xml.etree import ElementTree

import openpyxl
import pytest

from services.reporting.adapters.files.pictures import svg
from services.reporting.adapters.files.plain import figure_rows
from services.reporting.adapters.files.workbook import xlsx
from services.reporting.domain.drawing import vega
from services.reporting.domain.question import Asked, Figure, Question, Report
from services.reporting.domain.tally import Entry, Tally
from services.reporting.reports import REPORTS
from services.reporting.reports.financial_effect import EFFECT
from services.reporting.reports.money import MONEY_LINES
from tests.factories.records import NOON

TODAY = NOON.date()
QUESTION = Question(start=TODAY, end=TODAY, now=NOON)
AMOUNTS = {"EUR": 1, "JPY": 980_000, "KWD": 1_234_567, "BHD": 5, "USD": 9_007_199_254_740_991}
"""In minor units: a cent, a room in yen, dinars in thousandths, and more dollars than a float holds exactly."""
WRITTEN = {"EUR": "0.01", "JPY": "980,000", "KWD": "1,234.567", "BHD": "0.005", "USD": "90,071,992,547,409.91"}
CASES = [
    ("money", MONEY_LINES, "currency={}|kind=charge", "posted"),
    ("financial_effect", EFFECT, "cause=noise|currency={}", "recovery"),
]


def answered(report: str, family: str, group: str, measure: str) -> tuple[Report, list[Figure]]:
    """A report over one line in each currency."""
    lines = [
        Entry(TODAY, family, group.format(currency), what, amount)
        for currency, value in AMOUNTS.items()
        for what, amount in ((measure, value), (f"{measure}_lines", 1))
    ]
    made = REPORTS[report]
    return made, made.figures(Asked(QUESTION, {family: Tally.of(lines)}))


@pytest.mark.parametrize(("report", "family", "group", "measure"), CASES)
def test_each_amount_is_a_whole_number_of_its_own_currency(report: str, family: str, group: str, measure: str) -> None:
    _, figures = answered(report, family, group, measure)
    found = {one.labels["currency"]: one for one in figures if one.name == measure}
    assert {currency: one.value for currency, one in found.items()} == AMOUNTS
    assert {type(one.value) for one in found.values()} == {int}
    rows = [row for row in figure_rows(figures) if row["name"] == measure]
    assert [(row["value"], row["minor_units"]) for row in rows] == [
        (None, AMOUNTS[row["unit"].partition(" ")[0]]) for row in rows
    ]


@pytest.mark.parametrize(("report", "family", "group", "measure"), CASES)
def test_no_two_currencies_share_an_axis(report: str, family: str, group: str, measure: str) -> None:
    made, figures = answered(report, family, group, measure)
    picture = made.picture(figures)
    assert picture is not None
    panels = vega(picture)["vconcat"]
    assert [panel["title"] for panel in panels] == sorted(AMOUNTS)
    for panel in panels:
        assert {value["panel"] for value in panel["data"]["values"]} == {panel["title"]}
        assert {layer["encoding"]["y"]["title"] for layer in panel["layer"]} == {panel["title"]}


@pytest.mark.parametrize(("report", "family", "group", "measure"), CASES)
def test_drawn_picture_writes_each_amount_with_the_digits_of_its_currency(
    report: str, family: str, group: str, measure: str
) -> None:
    made, figures = answered(report, family, group, measure)
    drawn = ElementTree.fromstring(svg(made, QUESTION, figures, "city"))
    texts = {"".join(one.itertext()) for one in drawn.iter() if one.tag.endswith("}text")}
    assert set(WRITTEN.values()) <= texts
    assert set(AMOUNTS) <= texts
    # Every bar is as high as its own axis lets it be: none is pressed flat by another currency's fortune.
    bars = [one.get("d", "") for one in drawn.iter() if one.get("aria-roledescription") == "bar"]
    heights = [max(abs(float(n)) for n in re.findall(r"v(-?[\d.]+)", path)) for path in bars]
    assert len(heights) == len(AMOUNTS)
    assert min(heights) > 100


@pytest.mark.parametrize(("report", "family", "group", "measure"), CASES)
def test_workbook_draws_each_currency_on_a_sheet_of_its_own(report: str, family: str, group: str, measure: str) -> None:
    made, figures = answered(report, family, group, measure)
    book = openpyxl.load_workbook(io.BytesIO(xlsx(made, QUESTION, figures, "city")))
    sheets = {name.removeprefix("Picture "): book[name] for name in book.sheetnames if name.startswith("Picture")}
    assert set(sheets) == set(AMOUNTS)
    assert {name: sheet["B2"].number_format for name, sheet in sheets.items()} == {
        "EUR": "#,##0.00", "USD": "#,##0.00", "JPY": "#,##0", "KWD": "#,##0.000", "BHD": "#,##0.000",
    }  # fmt: skip
    assert sheets["KWD"]["B2"].value == pytest.approx(1234.567)
    assert sheets["JPY"]["B2"].value == 980_000


def test_amounts_of_one_currency_from_a_coin_to_a_fortune_are_all_written() -> None:
    made = REPORTS["money"]
    lines = [
        Entry(TODAY, MONEY_LINES, f"currency=EUR|kind={kind}", what, amount)
        for kind, value in (("charge", 5), ("refund", -7_500), ("cost", 1_000_000_000_000))
        for what, amount in (("posted", value), ("posted_lines", 1))
    ]
    figures = made.figures(Asked(QUESTION, {MONEY_LINES: Tally.of(lines)}))
    drawn = svg(made, QUESTION, figures, "city").decode()
    assert all(text in drawn for text in (">0.05<", ">10,000,000,000.00<"))
    assert re.search(r">[-−]75\.00<", drawn)
