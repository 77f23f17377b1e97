"""Routes of reporting: the reports, the records behind a figure, a record's waterfall, the hash of all facts."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import StringConstraints

from services.reporting.api.views import (
    AnswerView,
    HashView,
    RecordPage,
    ReportView,
    answer_view,
    figure_view,
    figure_words,
    record_view,
    report_view,
)
from services.reporting.domain.timeline import Waterfall
from services.reporting.usecases.answering import Answering, Wish
from shared.chassis.describing import Link
from shared.contracts.identity import Principal
from shared.contracts.phrases import preferred
from shared.contracts.values import AskedDay, EntityId, Instant, Slug

ReportName = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
PropertyId = Annotated[Slug | None, Query(alias="property")]
First = Annotated[AskedDay | None, Query(alias="from")]
Last = Annotated[AskedDay | None, Query(alias="to")]


Cursor = Annotated[
    str | None,
    Query(max_length=200, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00\|[A-Za-z0-9._:@|-]{1,128}$"),
]
Currency = Annotated[str | None, Query(pattern=r"^[A-Z]{3}$", description="One currency for all properties' money")]
Rate = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}:\d{1,9}(\.\d{1,9})?$")]
Rates = Annotated[
    tuple[Rate, ...], Query(max_length=40, description="What one unit of a currency is worth, e.g. `JPY:0.0061`")
]


def wished(
    property_id: PropertyId = None, start: First = None, end: Last = None, currency: Currency = None, rates: Rates = ()
) -> Wish:
    """FastAPI dependency: what a report is asked."""
    return Wish(property_id, start, end, currency, dict(one.split(":", 1) for one in rates))


def spoken(request: Request) -> str:
    """FastAPI dependency: the language that the caller reads best of those there are words in."""
    return preferred(request.headers.get("accept-language"))


Language = Annotated[str, Depends(spoken)]
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
    async def reports(principal: Annotated[Principal, Depends(caller)], language: Language) -> list[ReportView]:
        """The reports there are, each with its definition and what its figures mean, in the caller's language."""
        return [report_view(one, language) for one in answering.reports(principal)]

    @routes.get("/reports/{name}")
    async def report(
        principal: Annotated[Principal, Depends(caller)],
        name: ReportName,
        wish: Annotated[Wish, Depends(wished)],
        language: Language,
    ) -> AnswerView:
        """A report's figures, for days in each property's local time; today, where none are named."""
        found, question, figures = await answering.figures(principal, name, wish)
        return answer_view(found, question, figures, wish.property_id, language)

    @routes.get("/reports/{name}/records")
    async def records(
        *,
        principal: Annotated[Principal, Depends(caller)],
        name: ReportName,
        figure: Annotated[str, Query(min_length=1, max_length=300)],
        wish: Annotated[Wish, Depends(wished)],
        language: Language,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Cursor = None,
    ) -> RecordPage:
        """The records behind one figure, those first that moved last; a page may hold fewer than its limit."""
        page = await answering.behind(principal, name, figure, wish, cursor, limit)
        shown = [view for fact, times in page.facts if (view := record_view(fact, now(), times))]
        head = figure_view(name, page.question.start, page.question.end, page.figure, wish.property_id)
        said = figure_words(name, page.figure, language)
        return RecordPage(figure=head, said=said, items=tuple(shown), next=page.following)

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
