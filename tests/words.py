"""Every word of the console, gathered from its templates and code into the catalogues of each language.

`uv run python -m tests.words` brings the catalogues up to date; what nobody has translated yet stays empty, and
`tests/unit/console/test_catalogues.py` names it.
"""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from tests.sheet_words import FILE, sheet_words

CONSOLE = Path(__file__).resolve().parents[1] / "services" / "console"
LOCALE = CONSOLE / "locale"
KEYWORDS = {"_": None, "mark": None, "ngettext": (1, 2)}
HEAD = """# The words of the console in {language}. Gathered by `python -m tests.words`.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
Message = str | tuple[str, ...]


def messages() -> Iterator[tuple[str, Message]]:
    """Each message with the file that says it; a tuple has a form for one and a form for many."""
    for path in sorted(CONSOLE.rglob("*.py")):
        with path.open("rb") as file:
            found = extract("python", file, KEYWORDS, ())
            yield from ((path.relative_to(CONSOLE).as_posix(), _kept(row[1])) for row in found)
    for path in sorted((CONSOLE / "templates").glob("*.html")):
        with path.open("rb") as file:
            rows = babel_extract(file, KEYWORDS, (), {"trimmed": "true"})
            yield from ((path.relative_to(CONSOLE).as_posix(), _kept(row[2])) for row in _of_ours(rows))


def _of_ours(rows: Iterable[tuple[int, str, object, list[str]]]) -> Iterator[tuple[int, str, object, list[str]]]:
    return (row for row in rows if row[1] in KEYWORDS)


def _kept(message: object) -> Message:
    """A message as the catalogue has it: of a counted one its two forms, whatever else was passed."""
    parts = message if isinstance(message, tuple | list) else (message,)
    texts = tuple(part for part in parts if isinstance(part, str))
    return texts[:2] if len(texts) > 1 else next(iter(texts), "")


def wanted() -> dict[Message, list[str]]:
    """Every message, with the files that say it."""
    found: dict[Message, list[str]] = {}
    for file, message in messages():
        if message:
            files = found.setdefault(message, [])
            files += [file] if file not in files else []
    return found


def catalogue(language: str) -> Catalog:
    """A language's catalogue as it stands."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str) -> bytes:
    """The catalogue with every message there is and no other; what was translated stays."""
    old = catalogue(language)
    new = Catalog(locale=language)
    for message, files in sorted(wanted().items(), key=lambda row: (str(row[0]), row[1])):
        single = message if isinstance(message, str) else message[0]
        kept, empty = old.get(single), "" if isinstance(message, str) else ("", "")
        same = kept is not None and isinstance(kept.id, str) == isinstance(message, str)
        new.add(message, kept.string if kept and same else empty, [(file, None) for file in files[:3]])
    out = io.BytesIO()
    write_po(out, new, width=120, omit_header=True, include_lineno=False)
    return HEAD.format(language=language).encode() + out.getvalue()


def said(language: str) -> dict[str, str]:
    """What is said for each English text; of a counted one its form for many."""
    rows = ((message.id, message.string) for message in catalogue(language) if message.id and message.string)
    return {
        (one if isinstance(one, str) else one[0]): (text if isinstance(text, str) else text[-1]) for one, text in rows
    }


def main() -> None:
    """Bring all catalogues up to date, and the words of boards on paper with them."""
    for path in sorted(LOCALE.glob("*.po")):
        path.write_bytes(brought_up_to_date(path.stem))
    FILE.write_text(sheet_words({path.stem: said(path.stem) for path in sorted(LOCALE.glob("*.po"))}), encoding="utf-8")


if __name__ == "__main__":
    main()
