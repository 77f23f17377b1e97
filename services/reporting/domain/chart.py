"""Pictures as data: what is shown along which axis, so that any client draws the same; `drawing.py` says how."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from shared.contracts.values import Frozen

Mark = Literal["bar", "line", "point"]
MOST_POINTS = 60


class Point(Frozen):
    """One value of a picture; `part` is what it is stacked or coloured by, `low` and `high` its 95 % interval, `panel`
    the panel it stands in where there are several."""

    name: str
    value: int | float
    part: str | None = None
    low: float | None = None
    high: float | None = None
    panel: str | None = None


class Panel(Frozen):
    """A picture within a picture, with an axis of its own: its values are whole numbers with so many digits behind the
    point."""

    name: str
    up: str
    digits: int = 0


class Chart(Frozen):
    """A picture of some figures: a title, what the axes say, and the values in their order.

    With `panels` every value stands in one of them, and what is in different ones has no axis in common.
    """

    title: str
    mark: Mark = "bar"
    across: str
    up: str
    points: tuple[Point, ...]
    beside: bool = Field(default=False, description="Parts stand side by side: they are not to be added up")
    digits: int = Field(default=0, description="Values are whole numbers of so many digits behind the point")
    line: tuple[Point, ...] = Field(default=(), description="Shares of 1, drawn as a line over the rest")
    panels: tuple[Panel, ...] = ()
    left_out: int = Field(default=0, description="How many values were too many to be drawn")


def parted(chart: Chart) -> list[tuple[Panel, list[Point]]]:
    """Each panel with its values; one that is the whole picture where there are none."""
    if not chart.panels:
        return [(Panel(name="", up=chart.up, digits=chart.digits), list(chart.points))]
    return [(panel, [one for one in chart.points if one.panel == panel.name]) for panel in chart.panels]


Told = tuple[str, float | int | None, str | None]


def chart(
    title: str,
    across: str,
    up: str,
    points: Iterable[Told],
    *,
    beside: bool = False,
    digits: int = 0,
    line: Iterable[Told] = (),
) -> Chart | None:
    """A picture of the first values that are there; None when there is nothing to see."""
    return pictured(title, across, up, _points(points), beside=beside, digits=digits, line=_points(line))


def pictured(
    title: str,
    across: str,
    up: str,
    points: Iterable[Point],
    *,
    beside: bool = False,
    digits: int = 0,
    line: Iterable[Point] = (),
) -> Chart | None:
    """The same of points, which may have intervals."""
    some = list(points)
    if not some:
        return None
    shown, most = some[:MOST_POINTS], len(some)
    names = {point.name for point in shown}
    return Chart(
        title=title,
        across=across,
        up=up,
        points=tuple(shown),
        beside=beside,
        digits=digits,
        line=tuple(point for point in line if point.name in names),
        left_out=max(0, most - MOST_POINTS),
    )


def in_panels(title: str, across: str, points: Iterable[Point], panels: Iterable[Panel]) -> Chart | None:
    """A picture whose values stand side by side in panels, at most so many in each; None of nothing."""
    some, drawn, left_out = list(points), list[Point](), 0
    kept = tuple(panel for panel in panels if any(point.panel == panel.name for point in some))
    for panel in kept:
        mine = [point for point in some if point.panel == panel.name]
        drawn += mine[:MOST_POINTS]
        left_out += len(mine) - len(mine[:MOST_POINTS])
    if not drawn:
        return None
    return Chart(title=title, across=across, up="", points=tuple(drawn), beside=True, panels=kept, left_out=left_out)


def _points(told: Iterable[Told]) -> list[Point]:
    return [Point(name=name, value=value, part=part) for name, value, part in told if value is not None]
