"""How a picture is drawn, in Vega-Lite's words: calm colours that mean the same in every picture, axes that say so."""

from collections.abc import Sequence
from typing import Any

from services.reporting.domain.chart import Chart, Panel, Point, parted

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
WIDTH, HEIGHT, A_NAME = 640, 300, 26
"""In pixels; many names make a picture wider, never its letters smaller."""
INK, SOFT, GRID, ACCENT = "#1f2733", "#4a5568", "#e6e9ee", "#3b6ea5"
AMBER, RED, GREEN, GREY, LIGHT = "#d69e2e", "#c1443c", "#2f855a", "#94a0b2", "#9cc3e6"
MEANING = {
    "new": LIGHT, "pending": ACCENT, "approved": GREEN, "blocked": AMBER,
    "open": ACCENT, "late": RED, "open_now": AMBER, "closed": ACCENT,
    "posted": GREEN, "waiting": GREY, "unknown": AMBER, "failed": RED, "void": "#d4dae3",
    "now": ACCENT, "before": GREY, "median": ACCENT, "90 of 100": LIGHT,
    "early": LIGHT, "night": INK,
}  # fmt: skip
OTHERS = ("#3b6ea5", "#d69e2e", "#2f855a", "#8b5fa8", "#c1443c", "#4aa3a2", "#94a0b2", "#7a5c3e")
SPOKEN = "replace(datum.label, regexp('_', 'g'), ' ')"
CONFIG = {
    "background": "white",
    "font": "Inter, Helvetica, Arial, sans-serif",
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 17, "color": INK, "subtitleColor": SOFT, "subtitleFontSize": 12,
              "subtitlePadding": 4, "offset": 14},
    "axis": {"labelColor": SOFT, "titleColor": SOFT, "titleFontWeight": "normal", "gridColor": GRID, "domain": False,
             "ticks": False, "labelFontSize": 12, "titleFontSize": 12, "labelPadding": 6},
    "legend": {"labelColor": SOFT, "labelFontSize": 12, "symbolType": "square"},
}  # fmt: skip


def vega(chart: Chart, subtitle: str = "") -> dict[str, Any]:
    """The Vega-Lite document; names and parts keep the order they have in the picture. Panels stand one below the
    other, each with an axis of its own."""
    said = " · ".join(
        part for part in (subtitle, f"{chart.left_out} more are not drawn" if chart.left_out else "") if part
    )
    head = {
        "$schema": SCHEMA,
        "config": CONFIG,
        "title": {"text": chart.title, "subtitle": said} if said else chart.title,
    }
    if not chart.panels:
        return head | _panel(chart, chart.points)
    shown = [(panel, _alone(chart, panel, points)) for panel, points in parted(chart)]
    return head | {
        "vconcat": [{"title": panel.name, **_panel(one, one.points)} for panel, one in shown],
        "resolve": {"scale": {"color": "shared"}},
    }


def _alone(chart: Chart, panel: Panel, points: Sequence[Point]) -> Chart:
    return chart.model_copy(
        update={"points": tuple(points), "up": panel.up, "digits": panel.digits, "panels": (panel,)}
    )


def _panel(chart: Chart, points: Sequence[Point]) -> dict[str, Any]:
    names = list(dict.fromkeys(point.name for point in points))
    parts = list(dict.fromkeys(point.part for point in points if point.part))
    layers = [{"mark": _mark(chart), "encoding": _encoding(chart, parts)}]
    if any(point.low is not None for point in points):
        layers.append(_intervals(chart, parts))
    if chart.line:
        layers.append(_line(chart))
    if chart.panels:
        layers.append(_amounts(chart, parts))
    return {
        "width": max(WIDTH, A_NAME * len(names) * (len(parts) or 1 if chart.beside else 1)),
        "height": HEIGHT,
        "data": {"values": [point.model_dump(exclude_none=True) for point in points]},
        "layer": layers,
        "resolve": {"scale": {"y": "independent"}} if chart.line else {},
    }


def _amounts(chart: Chart, parts: list[str]) -> dict[str, Any]:
    """Each amount in figures over its bar: beside one a million times as great a bar is not to be seen."""
    written = f"format(datum.value / {10**chart.digits}, ',.{chart.digits}f')"
    spread: dict[str, Any] = {"x": _across(chart), "text": {"field": "written", "type": "nominal"}}
    spread["y"] = {"field": "value", "type": "quantitative", "title": chart.up}
    if parts and chart.beside:
        spread["xOffset"] = {"field": "part", "sort": parts}
    mark = {"type": "text", "color": INK, "fontSize": 10, "angle": 270, "align": "left", "baseline": "middle", "dx": 4}
    return {"transform": [{"calculate": written, "as": "written"}], "mark": mark, "encoding": spread}


def _mark(chart: Chart) -> dict[str, Any]:
    return {"type": chart.mark, "tooltip": True, "color": ACCENT}


def _across(chart: Chart) -> dict[str, Any]:
    axis = {"labelAngle": -30, "labelLimit": 220, "labelExpr": SPOKEN, "grid": False}
    return {"field": "name", "type": "nominal", "sort": None, "title": chart.across, "axis": axis}


def _encoding(chart: Chart, parts: list[str]) -> dict[str, Any]:
    y: dict[str, Any] = {"field": "value", "type": "quantitative", "title": chart.up, "axis": {}}
    if chart.up == "share":
        y |= {"axis": {"format": ".0%"}, "scale": {"domain": [0, 1]}}
    if chart.digits:
        y["axis"] = {"labelExpr": f"format(datum.value / {10**chart.digits}, ',.{chart.digits}~f')"}
    found: dict[str, Any] = {"x": _across(chart), "y": y}
    if parts:
        others = iter(OTHERS * (len(parts) // len(OTHERS) + 1))
        colours = [MEANING.get(part) or next(others) for part in parts]
        legend = {"labelExpr": SPOKEN}
        found["color"] = {"field": "part", "type": "nominal", "title": None, "sort": None, "legend": legend,
                          "scale": {"domain": parts, "range": colours}}  # fmt: skip
        if chart.beside:
            found["xOffset"] = {"field": "part", "sort": parts}
    return found


def _intervals(chart: Chart, parts: list[str]) -> dict[str, Any]:
    """What the true value lies in, 95 times of 100."""
    spread: dict[str, Any] = {"x": _across(chart), "y": {"field": "low", "type": "quantitative", "title": chart.up}}
    spread["y2"] = {"field": "high"}
    if parts and chart.beside:
        spread["xOffset"] = {"field": "part", "sort": parts}
    return {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.5}, "encoding": spread}


def _line(chart: Chart) -> dict[str, Any]:
    axis = {"format": ".0%", "grid": False, "orient": "right"}
    y = {
        "field": "value",
        "type": "quantitative",
        "title": "cumulative share",
        "axis": axis,
        "scale": {"domain": [0, 1]},
    }
    return {
        "data": {"values": [point.model_dump(exclude_none=True) for point in chart.line]},
        "mark": {"type": "line", "color": RED, "point": {"color": RED}},
        "encoding": {"x": _across(chart), "y": y},
    }
