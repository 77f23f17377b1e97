"""Reports and tables as files, and what comes at a hotel, over HTTP."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Path, Query, Response

from services.reporting.api.routes import ReportName, wished
from services.reporting.ports import Press
from services.reporting.reports.rows import Export, Table
from services.reporting.usecases.answering import Answering, Wish
from services.reporting.usecases.exporting import Exporting
from services.reporting.usecases.forecasting import Forecasting, Outlook
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import AskedDay, EntityId, Frozen, Slug

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": XLSX,
    "svg": "image/svg+xml",
    "png": "image/png",
    "eml": "message/rfc822",
    "zip": "application/zip",
    "ndjson": "application/x-ndjson",
}
Form = Literal["csv", "json", "parquet", "xlsx", "svg", "png", "eml"]
TABLE = {"table": "closes", "format": "csv", "property_id": "city", "start": "2026-03-01", "end": "2026-03-31"}
Id = Annotated[EntityId, Path()]
BINARY = {"schema": {"type": "string", "format": "binary"}}


class TableBody(Frozen):
    """A whole table: `zip` holds a Parquet file for each day."""

    table: Table
    format: Literal["csv", "json", "zip"] = "csv"
    property_id: Slug | None = None
    start: AskedDay
    end: AskedDay


def router(
    answering: Answering,
    exporting: Exporting,
    forecasting: Forecasting,
    press: Press,
    chassis: Chassis,
) -> APIRouter:
    """The routes."""
    made = APIRouter(prefix="/v1", tags=["reporting"])
    figures_as = content_of(MEDIA[form] for form in get_args(Form))
    tables_as = content_of(MEDIA[form] for form in ("csv", "ndjson", "zip"))
    caller = Annotated[Principal, Depends(chassis.caller)]

    @made.get("/reports/{name}/file", response_class=Response, responses={200: figures_as})
    async def report_file(
        principal: caller,
        name: ReportName,
        form: Annotated[Form, Query(alias="format")],
        wish: Annotated[Wish, Depends(wished)],
    ) -> Response:
        """A report's figures as CSV, JSON, Parquet or XLSX, its picture as SVG or PNG, or all of it as an e-mail."""
        report, question, figures = await answering.figures(principal, name, wish)
        made = await press.render((form,), report, question, figures, wish.property_id)
        return as_file(made[form], MEDIA[form], f"{name}.{form}")

    @made.post("/exports", status_code=202, responses=refuses(404, 409))
    async def ask_export(
        body: Annotated[TableBody, example(TABLE)],
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
    ) -> Export:
        """Ask for a whole table: it is made in the background, with what the caller may see of it."""
        days = (body.start, body.end)
        new_id = chassis.clock.new_id()
        found, replayed = await exporting.ask(ctx, new_id, body.table, body.format, body.property_id, days)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return found

    @made.get("/exports/{export_id}")
    async def export(export_id: Id, principal: caller) -> Export:
        """How far my export is."""
        return await exporting.one(principal, export_id)

    @made.get("/exports/{export_id}/file", response_class=Response, responses={200: tables_as, **refuses(404, 409)})
    async def export_file(export_id: Id, principal: caller) -> Response:
        """My export, once it is made."""
        found, content = await exporting.file(principal, export_id)
        form = {"json": "ndjson"}.get(found.format, found.format)
        return as_file(content, MEDIA[form], f"{found.table}.{form}")

    @made.get("/forecast", responses=refuses(404))
    async def forecast(principal: caller, property_id: Annotated[Slug, Query(alias="property")]) -> Outlook:
        """Arrivals and rooms taken on the next two weeks, what each is made of, and how far off this was lately."""
        return await forecasting.outlook(principal, property_id)

    return made


def content_of(media: Iterable[str]) -> dict[str, Any]:
    """For `responses=`: the forms in which a file may come."""
    kinds = (one.partition(";")[0] for one in media)
    return {"content": {kind: {} if kind == "application/json" else BINARY for kind in kinds}}


def as_file(content: bytes, media: str, name: str) -> Response:
    """A file to be kept by the browser, not shown in it."""
    said = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(len(content))}
    return Response(content, media_type=media, headers=said)
