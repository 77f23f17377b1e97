"""Boards on paper as HTML files that stand alone: whole or not there, in the hotel's language and on its clock."""

import asyncio
import datetime as dt
import json
import os
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from babel import Locale
from babel.dates import format_datetime

from services.records.domain.paper import Line, Sheet
from shared.contracts.identity import Department
from shared.contracts.values import zone

HERE = Path(__file__).parent
LATEST = "latest.html"
HALF = ".half"
_NAMED = "board-%Y%m%d-%H%MZ.html"
_LOCALES = {"en": Locale("en", "GB"), "de": Locale("de", "DE"), "pt": Locale("pt", "PT")}


class SheetFolder:
    """`<root>/<chain>/<hotel>/<department>/board-20261121-1900Z.html` (UTC), and the newest as `latest.html`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _folder(self, chain: str, property_id: str, department: Department) -> Path:
        return self._root / chain / property_id / department.value

    async def kept(self, chain: str, property_id: str, department: Department, slot: dt.datetime) -> bool:
        """Whether the sheet of this stretch of time is there."""
        return await asyncio.to_thread((self._folder(chain, property_id, department) / slot.strftime(_NAMED)).is_file)

    async def keep(self, sheet: Sheet) -> None:
        """Write it under both names; the one that says it is done comes last, so a kill between leaves it to do."""
        folder = self._folder(sheet.chain, sheet.hotel.id, sheet.department)
        html = written(sheet)
        await asyncio.to_thread(_both, folder, (LATEST, sheet.slot.strftime(_NAMED)), html)

    async def let_go(self, before: dt.datetime) -> int:
        """Remove older sheets, and what a killed writer left."""
        return await asyncio.to_thread(_let_go, self._root, before.strftime(_NAMED))


def _both(folder: Path, names: tuple[str, ...], html: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        half = folder / f"{name}.{uuid.uuid4().hex}{HALF}"
        with half.open("w", encoding="utf-8") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        half.replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)  # the names outlive a power cut too
    finally:
        os.close(handle)


def _let_go(root: Path, before: str) -> int:
    old = [one for one in root.glob("*/*/*/board-*.html") if one.name < before]
    for one in (*old, *root.glob(f"*/*/*/*{HALF}")):
        one.unlink(missing_ok=True)
    return len(old)


def written(sheet: Sheet) -> str:
    """The page: it needs nothing but itself."""
    words = _Words(sheet.language)
    return _template().render(sheet=sheet, words=words, lines=[_said(one, sheet, words) for one in sheet.lines])


def _said(one: Line, sheet: Sheet, words: "_Words") -> Mapping[str, str]:
    return {
        "room": one.room,
        "what": ": ".join(filter(None, (words(one.kind), words.plain(one.what)))),
        "owner": one.owner,
        "status": words.of("status", one.status),
        "due": words.clock(one.due_at, sheet),
        "risk": words.of("risk", one.risk),
        "late": "late" if one.risk == "late" else "",
        "action": words.of("action", one.action),
    }


class _Words:
    """The console's own words for the codes on a sheet, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._said: Mapping[str, str] = _catalogue()["languages"].get(language, {})

    def __call__(self, text: str, **values: object) -> str:
        said = self._said.get(text, text)
        return said.format(**values) if values else said

    def of(self, table: str, code: str) -> str:
        """What a code is called."""
        return self(_catalogue()["tables"][table].get(code) or plain(code))

    def plain(self, code: str) -> str:
        """A code as words."""
        return self(plain(code))

    def clock(self, moment: dt.datetime, sheet: Sheet) -> str:
        """A time on the hotel's own clock; with its day where that is another."""
        there, today = (one.astimezone(zone(sheet.hotel.zone)) for one in (moment, sheet.at))
        pattern = "HH:mm" if there.date() == today.date() else "EEE d MMM HH:mm"
        return format_datetime(there, pattern, locale=_LOCALES[self.language])

    def as_of(self, sheet: Sheet) -> str:
        """When the sheet was made, with the day, on the hotel's own clock."""
        there = sheet.at.astimezone(zone(sheet.hotel.zone))
        return format_datetime(there, "EEE d MMM y HH:mm", locale=_LOCALES[self.language])


def plain(code: str) -> str:
    """A code as English words: `extra_towels` becomes "Extra towels"."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


@cache
def _catalogue() -> Mapping[str, Any]:
    """Made of the console's catalogues by `python -m tests.words`."""
    said: Mapping[str, Any] = json.loads((HERE / "sheet_words.json").read_text(encoding="utf-8"))
    return said


@cache
def _template() -> jinja2.Template:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    return made.get_template("sheet.html")
