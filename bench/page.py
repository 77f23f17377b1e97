"""Writes the table of figures into docs/performance.md, between two markers; all else on the page is left alone."""

from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"
_HEAD = ("| figure | value | bare | ratio | aim | reached |", "|---|--:|--:|--:|--:|---|")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table, under a line that says when and where they were measured."""
    occasions = dict.fromkeys(f"{one.date}, {one.machine}, load {one.load:g} at the start" for one in figures)
    return "\n".join([f"Measured {'; '.join(occasions)}.", "", *_HEAD, *(_line(one) for one in figures)])


def rewritten(page: str, figures: Sequence[Figure]) -> str:
    """The page with a new table. Raises ValueError when a marker is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table(figures)}\n\n{END}{after}"


def rewrite(path: Path, figures: Sequence[Figure]) -> None:
    """Put the table of these figures on a page."""
    path.write_text(rewritten(path.read_text(), figures))


def _line(one: Figure) -> str:
    bare = "" if one.floor is None else _said(one.floor)
    ratio = "" if one.floor is None or one.ratio is None else f"{one.ratio:.2f}"
    cells = (one.name, f"{_said(one.value)} {one.unit}", bare, ratio, _aim(one), _reached(one))
    return f"| {' | '.join(cells)} |"


def _aim(one: Figure) -> str:
    if one.aim is None:
        return ""
    if one.floor is None:
        return f"≤ {_said(one.aim)}"
    return f"≥ {one.aim:g}" if one.better == "higher" else f"≤ {one.aim:g} ×"


def _reached(one: Figure) -> str:
    return {None: "", True: "yes", False: "**no**"}[one.reached]


def _said(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:g}"
