"""Reports: listed, answered, followed to records, taken along as a table."""

import csv
import datetime as dt
import io
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.console.api.gate import Gate
from services.console.api.render import page
from services.console.domain.library import table
from services.console.domain.session import Viewer
from services.console.usecases.library import Asked, Reading

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Day = Annotated[str, Query(max_length=10)]


def router(gate: Gate, reading: Reading) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/reports")
    async def reports(viewer: signed_in, property: str = "") -> Response:
        view = await reading.all(viewer, property)
        return page("reports.html", view=view, page=view.page)

    @made.get("/reports/{name}")
    async def report(name: Name, viewer: signed_in, property: str = "", since: Day = "", until: Day = "") -> Response:
        view = await reading.one(viewer, name, Asked(property, _day(since), _day(until)))
        return page("report.html", view=view, page=view.page)

    @made.get("/reports/{name}/table.csv")
    async def as_table(name: Name, viewer: signed_in, property: str = "", since: Day = "", until: Day = "") -> Response:
        view = await reading.one(viewer, name, Asked(property, _day(since), _day(until)))
        out = io.StringIO()
        rows = [row for number, one in enumerate(view.answers) for row in table(one)[1 if number else 0 :]]
        csv.writer(out).writerows(rows)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}-{view.asked.start}-{view.asked.end}.csv"',
            "Cache-Control": "no-store",
        }
        return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    @made.get("/reports/{name}/records")
    async def behind(
        name: Name,
        viewer: signed_in,
        figure: Annotated[str, Query(min_length=1, max_length=300)],
        property: str = "",
        since: Day = "",
        until: Day = "",
    ) -> Response:
        view = await reading.behind(viewer, name, figure, Asked(property, _day(since), _day(until)))
        return page("behind.html", view=view, page=view.page)

    return made


def _day(given: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        return None
