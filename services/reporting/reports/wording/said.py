"""How words of reports are kept."""

from collections.abc import Mapping
from typing import NamedTuple


class Said(NamedTuple):
    """A name, and a sentence that says what it means; `{n}` is the number of a percentile."""

    title: str
    meaning: str


class Book(NamedTuple):
    """The words of one language. A figure that means something else in one report stands under `report.figure`."""

    reports: Mapping[str, Said]
    figures: Mapping[str, Said]
    units: Mapping[str, str]
    parameters: Mapping[str, str]
