"""A press makes files in a process of its own; one that fails costs that file and nothing else."""

import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import openpyxl
import pytest

from services.reporting.adapters.press import Press
from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of
from services.reporting.domain.question import Question
from services.reporting.reports import REPORTS, entries_of
from services.reporting.reports.rows import COLUMNS, Table, closes
from shared.contracts.errors import AppError
from tests.factories.records import NOON, PROPERTY
from tests.factories.reporting import lives

QUESTION = Question(start=dt.date(2026, 3, 9), end=dt.date(2026, 3, 12), now=NOON)
FACTS = list(recompute(event for life in lives(40) for event in life).values())
REPORT = REPORTS["completion_time"]
FIGURES = REPORT.figures(asked_of(REPORT, FACTS, QUESTION, entries_of))


async def rows() -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    """All closes, in two pages."""
    for some in (FACTS[::2], FACTS[1::2]):
        yield [row for fact in some for row in closes(fact)]


async def test_press_makes_every_format_of_a_report_in_one_process() -> None:
    made = await Press().render(("xlsx", "png", "svg", "eml", "parquet"), REPORT, QUESTION, FIGURES, PROPERTY)
    assert openpyxl.load_workbook(io.BytesIO(made["xlsx"])).sheetnames == ["Figures", "Picture", "About"]
    assert made["png"].startswith(b"\x89PNG")
    assert made["svg"].startswith(b"<svg")
    assert b"Subject: Completion time: " in made["eml"]
    assert made["parquet"][:4] == b"PAR1"


async def test_press_lays_rows_out_by_day_and_leaves_masked_columns_out() -> None:
    columns = [one for one in COLUMNS[Table.CLOSES] if one.name != "owner"]
    made = await Press().table("zip", Table.CLOSES, columns, rows())
    days = sorted({row["day"].isoformat() for fact in FACTS for row in closes(fact)})
    assert zipfile.ZipFile(io.BytesIO(made)).namelist() == [f"closes/day={day}/part.parquet" for day in days]
    told = (await Press().table("csv", Table.CLOSES, columns, rows())).decode().splitlines()
    assert told[0].split(",") == [one.name for one in columns]
    assert len(told) == 1 + sum(len(list(closes(fact))) for fact in FACTS)
    assert "staff-" not in "".join(told)


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "import time; time.sleep(60)"])
async def test_press_that_fails_or_hangs_is_a_refusal_to_try_again(program: str) -> None:
    press = Press((sys.executable, "-c", program), report_s=1.0)
    with pytest.raises(AppError) as refused:
        await press.render(("png",), REPORT, QUESTION, FIGURES, PROPERTY)
    assert refused.value.code == "file_not_made"


async def test_press_knows_no_address_and_no_secret_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLBOARD_MONGO_URL", "mongodb://secret")
    says = "import os, sys; sys.exit(any(name.startswith('BELLBOARD_') for name in os.environ))"
    one = "import os, sys; sys.stdout.buffer.write((1).to_bytes(8, 'big') + b'x'); " + says
    assert await Press((sys.executable, "-c", one)).render(("png",), REPORT, QUESTION, FIGURES, None) == {"png": b"x"}


def test_service_loads_no_library_that_draws_or_packs() -> None:
    code = "import sys, services.reporting.app; print({'pyarrow', 'vl_convert', 'xlsxwriter'} & set(sys.modules))"
    said = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
