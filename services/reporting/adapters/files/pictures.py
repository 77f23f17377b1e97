"""Pictures drawn here, for mail and print: Vega-Lite by vl-convert, which needs neither network nor browser."""

from collections.abc import Sequence
from typing import Any

import vl_convert

from services.reporting.domain.chart import Chart, Point
from services.reporting.domain.drawing import vega
from services.reporting.domain.question import Figure, Question, Report

VEGA_LITE = "5.21"
NOTHING = Chart(title="Nothing to show", across="", up="", points=(Point(name="", value=0),))


def svg(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The report's picture as SVG."""
    return str(
        vl_convert.vegalite_to_svg(_drawn(report, question, figures, property_id), vl_version=VEGA_LITE)
    ).encode()


def png(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The report's picture as PNG, at twice the size for sharp print."""
    return bytes(
        vl_convert.vegalite_to_png(_drawn(report, question, figures, property_id), vl_version=VEGA_LITE, scale=2)
    )


def _drawn(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> dict[str, Any]:
    days = f"{question.start}" if question.start == question.end else f"{question.start} to {question.end}"
    return vega(report.picture(figures) or NOTHING, f"{property_id or 'all properties'} · {days}")
