"""The words of boards on paper: those of the console's that a sheet says, so that both say the same.

`python -m tests.words` writes them beside the sheet's template.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.console.domain.words import ACTION, DEPARTMENT, RISK, STATUS
from services.records.adapters.sheets import HERE, plain
from services.records.workflows import CATALOGUE

TABLES: Mapping[str, Mapping[str, str]] = {
    "status": STATUS,
    "department": DEPARTMENT,
    "action": ACTION,
    "risk": RISK,
}
TEXTS = (
    "As of {time}. Without guests' names: paper lies about.",
    "Done, by whom, when",
    "Due",
    "Next",
    "Nothing rings.",
    "Owner",
    "Room",
    "Status",
    "What",
    "{count} open",
)
FILE: Path = HERE / "sheet_words.json"


def texts() -> Iterator[str]:
    """Every English text that a sheet may say."""
    yield from TEXTS
    for table in TABLES.values():
        yield from table.values()
    for kind in CATALOGUE.kinds.values():
        yield kind.label
        for field in kind.fields:
            yield from (plain(choice) for choice in field.choices if field.name == kind.what)


def sheet_words(languages: Mapping[str, Mapping[str, str]]) -> str:
    """The file, of each language's messages by their English text; what is not translated is left in English."""
    wanted = sorted(set(texts()))
    said = {
        language: {text: found[text] for text in wanted if found.get(text)} for language, found in languages.items()
    }
    made = {"tables": {name: dict(table) for name, table in TABLES.items()}, "languages": said}
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
