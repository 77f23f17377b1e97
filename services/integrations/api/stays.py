"""Stays: the read-only mirror of PMS reservations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel

from services.integrations.api.wiring import Doors, Id
from services.integrations.usecases.reading import scope_of
from shared.chassis.describing import ETAG
from shared.contracts.identity import Principal
from shared.contracts.stays import SeenStay, StayStatus
from shared.contracts.values import AskedDay, EntityId

MAX_IDS = 200
UNCHANGED = {"description": "The version in If-None-Match is still the newest.", "headers": ETAG["headers"]}


class StayPage(BaseModel):
    """One page of stays; `next` is the cursor of the next, null at the end."""

    items: list[SeenStay]
    next: str | None


class PmsPage(BaseModel):
    """Where a stay stands in its PMS; `link` is null where that has no pages."""

    pms: str
    reservation: str
    confirmation: str | None
    link: str | None


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/stays."""
    routes = APIRouter(tags=["stays"])
    caller = Depends(doors.chassis.caller)

    @routes.get("/v1/stays")
    async def page(
        principal: Annotated[Principal, caller],
        property_id: Annotated[str | None, Query(alias="property", max_length=63)] = None,
        status: StayStatus | None = None,
        on: Annotated[AskedDay | None, Query(alias="date")] = None,
        number: Annotated[EntityId | None, Query(alias="reservation")] = None,
        guests: Annotated[str | None, Query(max_length=MAX_IDS * 40)] = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> StayPage:
        """Stays by departure. `date` keeps those that arrive, stay or leave that day; `guests` is a list of ids.

        `reservation` is a number as the PMS or its guests say it: the way from there to here.
        """
        ids = guests.split(",") if guests else None
        items, following = await doors.stays.page(
            principal, property_id, status=status, on=on, guest_ids=ids, number=number, cursor=cursor, limit=limit
        )
        return StayPage(items=items, next=following)

    @routes.get("/v1/stays/{stay_id}/pms")
    async def pms(principal: Annotated[Principal, caller], stay_id: Id) -> PmsPage:
        """The way from here to the PMS: the number that it is asked by, and its own page of the reservation."""
        stay = await doors.stays.one(principal, stay_id)
        link = await doors.pms_links(scope_of(principal), stay.property_id, stay.pms, stay.reservation)
        return PmsPage(pms=stay.pms, reservation=stay.reservation, confirmation=stay.confirmation, link=link)

    @routes.get("/v1/stays/{stay_id}", response_model=SeenStay, responses={200: ETAG, 304: UNCHANGED})
    async def one(
        principal: Annotated[Principal, caller],
        stay_id: Id,
        response: Response,
        if_none_match: Annotated[str | None, Header(max_length=64)] = None,
    ) -> SeenStay | Response:
        """One stay, with its version as ETag."""
        stay = await doors.stays.one(principal, stay_id)
        etag = f'"{stay.version}"'
        if if_none_match == etag:
            return Response(status_code=304, headers={"ETag": etag})
        response.headers["ETag"] = etag
        return stay

    return routes
