"""The generic PMS webhook."""

from typing import Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from services.integrations.api.wiring import Code, Doors, Property, Token, correlation


class Taken(BaseModel):
    """How many of the deliveries changed a stay; the others were older or said nothing new."""

    changed: int


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/pms."""
    routes = APIRouter(tags=["pms"])

    @routes.post("/v1/pms/{property_id}/{token}/{vendor}/events", status_code=202)
    async def events(
        request: Request, property_id: Property, token: Token, vendor: Code, payload: Any = Body()
    ) -> Taken:
        """Take one event or up to 500 (`{"events": […]}`). A 422 names every wrong field; then nothing was changed."""
        name = vendor.replace("-", "_")
        changed = await doors.from_pms(property_id, token, name, payload, correlation(request, doors.chassis))
        return Taken(changed=changed)

    return routes
