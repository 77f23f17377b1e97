"""A press: makes the files of one job that comes on standard input, writes them to standard output, and ends.

`python -m services.reporting.adapters.files`. A process of its own, so that the service neither carries the libraries
that draw and pack nor stands still while they work.
"""

import datetime as dt
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from services.reporting.adapters.files.formats import RENDER, WRITE
from services.reporting.domain.question import Figure, Question
from services.reporting.reports import REPORTS
from services.reporting.reports.rows import COLUMNS, Table

NICE = 10
LENGTH_BYTES = 8
_READ: dict[str, Callable[[str], Any]] = {"day": dt.date.fromisoformat, "moment": dt.datetime.fromisoformat}


def main(job: BinaryIO, out: BinaryIO) -> None:
    """Read one job, write each of its files behind its length."""
    told = json.loads(job.readline())
    for content in _report(told) if "report" in told else _table(told, job):
        out.write(len(content).to_bytes(LENGTH_BYTES, "big") + content)
    out.flush()


def _report(told: Mapping[str, Any]) -> Iterator[bytes]:
    question, report = Question.model_validate(told["question"]), REPORTS[told["report"]]
    figures = [Figure.model_validate(one) for one in told["figures"]]
    for form in told["forms"]:
        yield RENDER[form](report, question, figures, told["property"])


def _table(told: Mapping[str, Any], lines: Iterable[bytes]) -> Iterator[bytes]:
    """Rows come one a line and are laid out by day, those of a day in the order in which they came."""
    table = Table(told["table"])
    columns = [one for one in COLUMNS[table] if one.name in told["columns"]]
    reading = {one.name: _READ[one.kind] for one in columns if one.kind in _READ}
    days: dict[dt.date, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        row = json.loads(line)
        row |= {name: read(row[name]) for name, read in reading.items() if row[name] is not None}
        days[row["day"]].append(row)
    yield WRITE[told["form"]](columns, {day: days[day] for day in sorted(days)}, table.value)


if __name__ == "__main__":
    os.nice(NICE)
    main(sys.stdin.buffer, sys.stdout.buffer)
