"""What reports, figures, units and parameters are called and mean, as plain sentences in every language."""

import re
from collections.abc import Mapping

from services.reporting.reports.wording import english, german, portuguese
from services.reporting.reports.wording.made import FIGURES_OF
from services.reporting.reports.wording.said import Book, Said

BOOKS: Mapping[str, Book] = {"en": english.BOOK, "de": german.BOOK, "pt": portuguese.BOOK}
_PERCENTILE = re.compile(r"^(.+)_p(\d+)$")
_CURRENCY = re.compile(r"^([A-Z]{3}) (minor units.*)$")


def book_of(language: str) -> Book:
    """The words of a language; English where there is none of it."""
    return BOOKS.get(language, english.BOOK)


def report_said(name: str, language: str = "en") -> Said:
    """What a report is called, and what it counts."""
    return book_of(language).reports[name]


def figure_said(report: str, name: str, language: str = "en") -> Said:
    """What a figure of a report is called and means; its name alone where nobody has said it."""
    figures = book_of(language).figures
    found = _PERCENTILE.match(name)
    key, percent = (f"{found[1]}_p", found[2]) if found else (name, "")
    said = figures.get(f"{report}.{key}") or figures.get(key) or Said(name.replace("_", " "), "")
    return Said(said.title.replace("{n}", percent), said.meaning.replace("{n}", percent))


def unit_said(unit: str, language: str = "en") -> str:
    """What a figure is counted in."""
    units, found = book_of(language).units, _CURRENCY.match(unit)
    # The unit of a rate is the rate itself, a number.
    return units[found[2]].replace("{currency}", found[1]) if found else units.get(unit, unit)


def parameter_said(name: str, language: str = "en") -> str:
    """What a parameter of a report chooses."""
    return book_of(language).parameters[name]


def figures_of(report: str) -> list[str]:
    """The figures a report may have, as its words name them; a percentile is one for all its steps."""
    return list(FIGURES_OF[report])
