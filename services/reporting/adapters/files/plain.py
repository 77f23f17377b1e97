"""Figures and rows as CSV and JSON."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.reporting.domain.drawing import vega
from services.reporting.domain.question import Figure, Question, Report

Row = Mapping[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = ("name", "labels", "value", "minor_units", "unit", "records", "low", "high", "note")


def figure_rows(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Figures as rows. Money stands in `minor_units`, a whole number, and never in `value`."""
    rows = []
    for one in figures:
        money = "minor units" in one.unit
        rows.append(
            {
                "name": one.name,
                "labels": "|".join(f"{label}={one.labels[label]}" for label in sorted(one.labels)),
                "value": None if money else one.value,
                "minor_units": one.value if money else None,
                "unit": one.unit,
                "records": one.records,
                "low": one.low,
                "high": one.high,
                "note": one.note,
            }
        )
    return rows


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def csv_of(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Rows as CSV (RFC 4180), safe against formulas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[harmless(row[name]) for name in columns] for row in rows])
    return out.getvalue().encode()


def csv_bytes(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The figures as CSV."""
    return csv_of(figure_rows(figures), COLUMNS)


def json_bytes(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The figures as JSON, under what was asked."""
    picture = report.picture(figures)
    whole = {
        "report": report.name,
        "definition": report.definition,
        "property": property_id,
        "start": question.start.isoformat(),
        "end": question.end.isoformat(),
        "as_of": question.now.isoformat(),
        "figures": [
            {**one, "labels": figure.labels} for one, figure in zip(figure_rows(figures), figures, strict=True)
        ],
        "picture": vega(picture) if picture else None,
    }
    return json.dumps(whole, ensure_ascii=False).encode()
