"""Routes of reporting: the reports, the records behind a figure, a record's waterfall, the hash of all facts."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.reporting.api.views import (
    AnswerView,
    HashView,
    RecordPage,
    ReportView,
    answer_view,
    figure_view,
    record_view,
    report_view,
)
from services.reporting.domain.timeline import Waterfall
from services.reporting.usecases.answering import Answering
from shared.chassis.describing import Link
from shared.contracts.identity import Principal
from shared.contracts.values import AskedDay, EntityId, Instant, Slug

ReportName = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
PropertyId = Annotated[Slug | None, Query(alias="property")]
First = Annotated[AskedDay | None, Query(alias="from")]
Last = Annotated[AskedDay | None, Query(alias="to")]


ASKED = {"path.name": "$response.body#/report/name", "query.figure": "$response.body#/figures/0/key"}
LINKS = (
    Link("answer", {"reporting_reports": ["200"]}, "reporting_report", {"path.name": "$response.body#/0/name"}),
    Link("records", {"reporting_report": ["200"]}, "reporting_records", ASKED),
    Link(
        "waterfall",
        {"reporting_records": ["200"]},
        "reporting_waterfall",
        {"path.record_id": "$response.body#/items/0/id"},
    ),
)


def router(answering: Answering, caller: Callable[..., Awaitable[Principal]], now: Callable[[], Instant]) -> APIRouter:
    """The routes over the use cases."""
    routes = APIRouter(prefix="/v1", tags=["reporting"])

    @routes.get("/reports")
    async def reports(principal: Annotated[Principal, Depends(caller)]) -> list[ReportView]:
        """The reports there are, each with its definition."""
        return [report_view(one) for one in answering.reports(principal)]

    @routes.get("/reports/{name}")
    async def report(
        *,
        principal: Annotated[Principal, Depends(caller)],
        name: ReportName,
        property_id: PropertyId = None,
        start: First = None,
        end: Last = None,
    ) -> AnswerView:
        """A report's figures, for days in each property's local time; today, where none are named."""
        found, question, figures = await answering.figures(principal, name, property_id, start, end)
        return answer_view(found, question, figures, property_id)

    @routes.get("/reports/{name}/records")
    async def records(
        *,
        principal: Annotated[Principal, Depends(caller)],
        name: ReportName,
        figure: Annotated[str, Query(min_length=1, max_length=300)],
        property_id: PropertyId = None,
        start: First = None,
        end: Last = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> RecordPage:
        """The records behind one figure, in its own order."""
        found, question, facts = await answering.behind(principal, name, figure, property_id, start, end)
        seen = [view for fact in facts if (view := record_view(fact, now()))]
        shown = seen[cursor : cursor + limit]
        following = str(cursor + limit) if len(seen) > cursor + limit else None
        head = figure_view(name, question.start, question.end, found, property_id)
        return RecordPage(figure=head, items=tuple(shown), next=following)

    @routes.get("/records/{record_id}/waterfall")
    async def waterfall(
        record_id: Annotated[EntityId, Path()], principal: Annotated[Principal, Depends(caller)]
    ) -> Waterfall:
        """Where a record's time went: each stretch by department and status, pauses marked."""
        return await answering.waterfall(principal, record_id)

    @routes.get("/facts/hash")
    async def facts_hash(principal: Annotated[Principal, Depends(caller)]) -> HashView:
        """The hash over all facts of the caller's chain."""
        found, number = await answering.hash(principal)
        return HashView(hash=found, facts=number)

    return routes
