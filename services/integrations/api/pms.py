"""The doors of PMSs: what their vendors push, and tasks."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.integrations.api.wiring import Code, Doors, Property, Token, correlation
from services.integrations.domain.tasks import TaskSaid
from shared.chassis.describing import example
from shared.contracts.identity import Department
from shared.contracts.values import AskedInstant, EntityId
from shared.contracts.values import Code as TopicCode

FIRST_YEAR, LAST_YEAR = 1990, 2100
TASK = {"event_id": "evt-81", "number": "T-104", "code": "extra_towels", "reservation": "R-1042", "room": "214"}


class TaskIn(BaseModel):
    """A task that staff wrote down in the PMS: what it is about, as a code; its words stay in the PMS."""

    model_config = ConfigDict(extra="forbid")

    event_id: EntityId
    number: EntityId = Field(description="The task's own number in the PMS, by which it is one task")
    code: TopicCode
    reservation: EntityId | None = None
    room: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,12}$")] | None = None
    department: Department | None = None
    due_at: AskedInstant | None = None

    @field_validator("due_at")
    @classmethod
    def plausible(cls, value: dt.datetime | None) -> dt.datetime | None:
        """Deadlines are counted from it: near the ends of the calendar there is nothing to count."""
        if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"due_at lies between {FIRST_YEAR} and {LAST_YEAR}")
        return value


class Noted(BaseModel):
    """Whether the task was new."""

    new: bool


class Taken(BaseModel):
    """How many deliveries changed a stay, the others were older or said nothing new; or what will be asked about."""

    changed: int
    marked: int = 0


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/pms."""
    routes = APIRouter(tags=["pms"])

    @routes.post("/v1/pms/{property_id}/{token}/{vendor}/events", status_code=202)
    async def events(
        request: Request, property_id: Property, token: Token, vendor: Code, payload: Any = Body()
    ) -> Taken:
        """Take what the hotel's PMS pushes, in its vendor's own shape; of the generic one an event or up to 500.

        A 422 names every wrong field; then nothing was changed.
        """
        name = vendor.replace("-", "_")
        caller = request.client.host if request.client else None
        told = correlation(request, doors.chassis)
        taken = await doors.from_pms(property_id, token, name, payload, told, caller)
        return Taken(changed=taken.changed, marked=taken.marked)

    @routes.post("/v1/pms/{property_id}/{token}/{vendor}/tasks", status_code=202)
    async def tasks(
        request: Request, property_id: Property, token: Token, vendor: Code, body: Annotated[TaskIn, example(TASK)]
    ) -> Noted:
        """Take one task that staff wrote down in the PMS; told again, it has no effect."""
        said, name = TaskSaid(**body.model_dump()), vendor.replace("-", "_")
        return Noted(new=await doors.tasks(property_id, token, name, said, correlation(request, doors.chassis)))

    return routes
