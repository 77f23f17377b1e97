"""Every report, figure, unit and parameter is told in plain sentences, in every language."""

import re

import pytest

from services.reporting.api.views import report_view
from services.reporting.reports import REPORTS
from services.reporting.reports.wording import BOOKS, figure_said, figures_of, unit_said
from shared.contracts.phrases import PHRASES
from tests.unit.reporting.test_every_report import asked

CODE = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|(?:^|[.;] )\w+: |`|\b(?:ms|p50|p90|UTC)\b")
"""What reads like a program: a name with underscores, or a word with a colon before what it means."""
PLAIN = re.compile(r"^[A-ZÀ-Ý„−“].*[.]$", re.DOTALL)
LANGUAGES = sorted(BOOKS)


def test_there_are_words_in_every_language_that_refusals_speak() -> None:
    assert set(BOOKS) == set(PHRASES) | {"en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    mine, english = BOOKS[language], BOOKS["en"]
    assert [set(part) for part in mine] == [set(part) for part in english]
    for part, other in zip(mine, english, strict=True):
        for name, said in part.items():
            places = [set(re.findall(r"\{\w+\}", str(text))) for text in (said, other[name])]
            assert places[0] == places[1], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_read_as_plain_sentences(language: str) -> None:
    book = BOOKS[language]
    texts = [said.meaning for said in (*book.reports.values(), *book.figures.values())] + list(book.parameters.values())
    texts = [re.sub(r"\{n\}", "50", text) for text in texts]
    assert [text for text in texts if not PLAIN.match(text)] == []
    assert [text for text in texts if CODE.search(text)] == []
    assert CODE.search("held: the time")
    assert CODE.search("raw_p50 of")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(REPORTS))
def test_report_says_its_definition_parameters_and_every_figure_with_its_unit(name: str, language: str) -> None:
    report = REPORTS[name]
    figures = report.figures(asked(report))
    shown = report_view(report, language, figures)
    assert {one.name for one in shown.figures} == {one.name for one in figures}
    assert all(one.title and one.meaning and one.counted_in for one in shown.figures)
    assert set(shown.parameters_said) == set(shown.parameters)
    assert shown.definition == BOOKS[language].reports[name].meaning
    listed = {re.sub(r"_p\d+$", "_p", one.name) for one in figures}
    assert listed <= set(figures_of(name))
    assert all(figure_said(name, one, language).title for one in figures_of(name))


def test_unit_of_money_names_its_currency_and_a_percentile_its_number() -> None:
    assert unit_said("KWD minor units") == "the smallest units of KWD, whole numbers"
    assert figure_said("completion_time", "worked_p90", "de").title == "Dauer ohne Pausen, 90 von 100"
    assert figure_said("staff_load", "held").meaning != figure_said("bottlenecks", "held").meaning
