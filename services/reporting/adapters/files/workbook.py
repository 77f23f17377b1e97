"""A report as an XLSX workbook: figures, a chart of their picture, and the definition."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from services.reporting.adapters.files.plain import figure_rows, harmless
from services.reporting.domain.chart import Chart, Panel, Point, parted
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.reports.wording import figure_said, unit_said

_CHART_TYPES = {"bar": "column", "line": "line", "point": "scatter"}
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def xlsx(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Figures")
        rows = figure_rows(figures)
        columns = list(rows[0]) if rows else ["name"]
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, [harmless(row[name]) for name in columns])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 1, 34)
        _draw(book, report.picture(figures))
        about = book.add_worksheet("About")
        told = (
            ("report", report.title),
            ("definition", report.definition),
            ("property", property_id or "all"),
            ("from", question.start.isoformat()),
            ("to", question.end.isoformat()),
            ("as of", question.now.isoformat()),
        )
        for number, (name, value) in enumerate(told):
            about.write(number, 0, name, bold)
            about.write_string(number, 1, value)
        for number, (name, unit) in enumerate({one.name: one.unit for one in figures}.items(), len(told) + 1):
            said = figure_said(report.name, name)
            about.write_string(number, 0, said.title)
            about.write_string(number, 1, f"{said.meaning} ({name}, {unit_said(unit)})")
        about.set_column(0, 0, 34)
        about.set_column(1, 1, 100)
    return out.getvalue()


def _draw(book: xlsxwriter.Workbook, picture: Chart | None) -> None:
    """The picture as native charts over sheets with their values: a sheet for each panel."""
    if picture is not None:
        for panel, points in parted(picture):
            _panel(book, picture, panel, points)


def _panel(book: xlsxwriter.Workbook, picture: Chart, panel: Panel, points: Sequence[Point]) -> None:
    """One panel: a column for each part; amounts as people write them, with the digits of their currency."""
    title = f"Picture {panel.name}".strip()
    sheet = book.add_worksheet(title)
    names = list(dict.fromkeys(point.name for point in points))
    parts = list(dict.fromkeys(point.part or panel.up for point in points))
    sheet.write_row(0, 0, [picture.across, *parts])
    for row, name in enumerate(names, 1):
        sheet.write_string(row, 0, name)
    written = "#,##0" + ("." + "0" * panel.digits if panel.digits else "")
    as_money = book.add_format({"num_format": written}) if picture.panels else None
    for point in points:
        at = (names.index(point.name) + 1, parts.index(point.part or panel.up) + 1)
        sheet.write_number(*at, Decimal(str(point.value)).scaleb(-panel.digits), as_money)
    stacked = {"subtype": "stacked"} if len(parts) > 1 and not picture.beside else {}
    drawn = book.add_chart({"type": _CHART_TYPES[picture.mark], **stacked})
    for column, part in enumerate(parts, 1):
        span = (1, column, len(names), column)
        drawn.add_series({"name": part, "categories": [title, 1, 0, len(names), 0], "values": [title, *span]})
    if picture.line:
        _over(book, sheet, drawn, picture, names, len(parts) + 1)
    drawn.set_title({"name": f"{picture.title} {panel.name}".strip()})
    drawn.set_x_axis({"name": picture.across})
    drawn.set_y_axis({"name": panel.up})
    sheet.insert_chart(1, len(parts) + 3, drawn, {"x_scale": 1.6, "y_scale": 1.4})


def _over(book: Any, sheet: Any, drawn: Any, picture: Chart, names: Sequence[str], column: int) -> None:
    """The line over the columns, with an axis of its own."""
    sheet.write(0, column, "cumulative share")
    for point in picture.line:
        sheet.write_number(names.index(point.name) + 1, column, point.value)
    line = book.add_chart({"type": "line"})
    span = {"categories": ["Picture", 1, 0, len(names), 0], "values": ["Picture", 1, column, len(names), column]}
    line.add_series({"name": "cumulative share", "y2_axis": True, "marker": {"type": "circle"}, **span})
    line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
    drawn.combine(line)
