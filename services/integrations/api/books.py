"""Differences, reconciliations and the journal over HTTP, for finance."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.wiring import MoneyDoors, Property
from services.integrations.domain.journal import written
from services.integrations.domain.reconciling import Difference, Found
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.identity import Principal
from shared.contracts.payments import JournalDay
from shared.contracts.values import AskedDay, Money, Slug

ASKED = {"property_id": "city", "days": 4}
Day = Annotated[AskedDay, Path()]


class ReconcileIn(BaseModel):
    """Which hotel, and how many days back."""

    model_config = ConfigDict(extra="forbid")

    property_id: Slug
    days: int = Field(default=4, ge=1, le=31, strict=True)


class DifferenceOut(BaseModel):
    """One difference: what we say and what was found on the folio or at the provider."""

    id: str
    type: Difference
    on: str
    property_id: str
    stay_id: str | None
    record_id: str | None
    expected: Money | None
    found: Money | None
    gap: Money
    reference: str | None


class DifferenceList(BaseModel):
    """Differences, newest first."""

    items: list[DifferenceOut]


class Reconciled(DifferenceList):
    """All that differs now; `new` of them were not known, `gone` are no more."""

    new: int
    gone: int


def _out(one: Found) -> DifferenceOut:
    return DifferenceOut(**{name: getattr(one, name) for name in DifferenceOut.model_fields})


def router(doors: MoneyDoors) -> APIRouter:
    """Routes under /v1/reconciliations, /v1/differences and /v1/journal."""
    routes = APIRouter(tags=["books"])
    caller, creation = Depends(doors.chassis.caller), Depends(doors.chassis.creation)

    @routes.post("/v1/reconciliations", responses=refuses(404, 503))
    async def reconcile(
        principal: Annotated[Principal, caller], body: Annotated[ReconcileIn, example(ASKED)]
    ) -> Reconciled:
        """Match records, folios and the provider now. Asked again it tells the same and repeats nothing."""
        found, new, gone = await doors.reconcile.on_demand(principal, body.property_id, body.days)
        return Reconciled(items=[_out(one) for one in found], new=new, gone=gone)

    @routes.get("/v1/differences")
    async def differences(
        principal: Annotated[Principal, caller],
        property: Annotated[Slug | None, Query()] = None,
        all: bool = False,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> DifferenceList:
        """What does not tie out at the caller's hotels; with `all`, also what did not and does now."""
        found = await doors.reconcile.page(principal, property, open_only=not all, limit=limit)
        return DifferenceList(items=[_out(one) for one in found])

    @routes.get("/v1/journal/{property_id}/{day}", responses={200: {"content": {"text/csv": {}}}})
    async def journal(principal: Annotated[Principal, caller], property_id: Property, day: Day) -> Response:
        """The journal lines of a day as CSV; of a closed day they never change."""
        lines = await doors.books.lines(principal, property_id, day)
        headers = {"Content-Disposition": f'attachment; filename="journal-{property_id}-{day.isoformat()}.csv"'}
        return Response(written(lines), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.post("/v1/journal/{property_id}/{day}/close", responses=refuses(409))
    async def close(
        ctx: Annotated[CommandContext, creation], property_id: Property, day: Day, response: Response
    ) -> JournalDay:
        """Close a day that is over, and all before it. It closes once; what comes late is an adjustment line."""

        async def again(kept: Kept) -> JournalDay:
            response.headers["Idempotency-Replayed"] = "true"
            return await doors.books.closed(ctx.principal, property_id, kept.version)

        return await once(doors.chassis.idempotency.seen, ctx, lambda: doors.books.close(ctx, property_id, day), again)

    return routes
