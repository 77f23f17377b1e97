"""Pictures drawn here, for mail and print: Vega-Lite by vl-convert, which needs neither network nor browser."""

import asyncio
from collections.abc import Sequence

import vl_convert

from services.reporting.domain.chart import Chart, Point
from services.reporting.domain.question import Figure, Question, Report

VEGA_LITE = "5.21"
NOTHING = Chart(title="Nothing to show", across="", up="", points=(Point(name="", value=0),))


async def svg(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The report's picture as SVG."""
    drawn = await asyncio.to_thread(vl_convert.vegalite_to_svg, _chart(report, figures).vega, vl_version=VEGA_LITE)
    return str(drawn).encode()


async def png(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The report's picture as PNG, at twice the size for sharp print."""
    drawn = await asyncio.to_thread(
        vl_convert.vegalite_to_png, _chart(report, figures).vega, vl_version=VEGA_LITE, scale=2
    )
    return bytes(drawn)


def _chart(report: Report, figures: Sequence[Figure]) -> Chart:
    return report.picture(figures) or NOTHING
