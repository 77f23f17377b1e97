"""Pictures as data: what is shown along which axis, in Vega-Lite's words, so that any client draws the same."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from shared.contracts.values import Frozen

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
Mark = Literal["bar", "line", "point"]


class Point(Frozen):
    """One value of a picture; `part` is what it is stacked or coloured by."""

    name: str
    value: int | float
    part: str | None = None


class Chart(Frozen):
    """A picture of some figures: a title, what the axes say, and the values in their order."""

    title: str
    mark: Mark = "bar"
    across: str
    up: str
    points: tuple[Point, ...]

    @property
    def vega(self) -> dict[str, Any]:
        """The Vega-Lite document; names keep the order they have here."""
        x = {"field": "name", "type": "nominal", "sort": None, "title": self.across, "axis": {"labelAngle": -30}}
        encoding: dict[str, Any] = {"x": x, "y": {"field": "value", "type": "quantitative", "title": self.up}}
        if any(point.part for point in self.points):
            encoding["color"] = {"field": "part", "type": "nominal", "title": None}
        return {
            "$schema": SCHEMA,
            "title": self.title,
            "width": 640,
            "height": 280,
            "data": {"values": [point.model_dump(exclude_none=True) for point in self.points]},
            "mark": {"type": self.mark, "tooltip": True},
            "encoding": encoding,
        }


MOST_POINTS = 60


def chart(
    title: str, across: str, up: str, points: Iterable[tuple[str, float | int | None, str | None]], mark: Mark = "bar"
) -> Chart | None:
    """A picture of the first values that are there; None when there is nothing to see."""
    some: Sequence[Point] = [Point(name=n, value=v, part=p) for n, v, p in points if v is not None]
    return Chart(title=title, mark=mark, across=across, up=up, points=tuple(some[:MOST_POINTS])) if some else None
