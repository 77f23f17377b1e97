"""Taking a staff list over, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.auth.domain.staff_import import Result
from services.auth.usecases.importing import Importing
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example
from shared.chassis.service import Chassis
from shared.contracts.errors import Breach
from shared.contracts.values import Frozen

LIST = {
    "csv": "login,display_name,roles,departments,properties\nmia,Mia,associate,housekeeping,city\n",
    "dry_run": False,
}


class ImportBody(Frozen):
    """A list as CSV with a header; several values of one cell are parted by blanks. At most 250 rows."""

    csv: str = Field(min_length=1, max_length=500_000)
    dry_run: bool = Field(default=True, strict=True)


class RowShown(Frozen):
    """What became, or would become, of a row; `fields` are the columns that change."""

    line: int
    login: str
    result: Result
    staff_id: str | None
    fields: tuple[str, ...]
    breaches: tuple[Breach, ...]


class ImportShown(Frozen):
    """The rows in their order, and how many of each result."""

    done: bool
    counts: dict[str, int]
    rows: list[RowShown]


def router(importing: Importing, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["directory"])

    @routes.post("/staff/import")
    async def import_staff(
        body: Annotated[ImportBody, example(LIST)], response: Response, ctx: CommandContext = Depends(chassis.creation)
    ) -> ImportShown:
        """Take a list over; as a dry run it only says what would happen. Nobody is deleted, no password changed.

        For good it is all or nothing: one wrong row is a 422 that names rows, columns and rules.
        """
        report, replayed = await importing.run(ctx, body.csv, dry=body.dry_run)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        rows = [
            RowShown(
                line=row.line,
                login=row.login,
                result=row.result,
                staff_id=row.after.id if row.after else None,
                fields=row.fields,
                breaches=row.breaches,
            )
            for row in report.rows
        ]
        return ImportShown(done=report.done, counts=dict(report.counts), rows=rows)

    return routes
