"""Properties and staff over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from services.auth.domain.staff import Login, PropertyDraft, StaffDraft, StaffPatch
from services.auth.usecases.directory import Directory
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal, Role
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import EntityId, Frozen, Slug

OPENED = {"id": "harbour", "name": "Harbour Hotel", "zone": "Europe/Lisbon", "currency": "EUR", "rooms": 80}
HIRED = {"display_name": "Ana", "roles": ["associate"], "departments": ["front_office"], "properties": ["city"]}
CHANGED = {"departments": ["housekeeping"]}


class HireBody(StaffDraft):
    """A new person; with a login and a password they can sign in."""

    roles: tuple[Role, ...] = Field(min_length=1)
    login: Login | None = None
    password: str | None = Field(default=None, max_length=10_000)


class Properties(Frozen):
    """All properties the caller works in."""

    items: list[Property]


class StaffPage(Frozen):
    """A page of people; `next` goes into `after` for the page after it."""

    items: list[StaffMember]
    next: str | None


def _tagged(response: Response, version: int, replayed: bool) -> None:
    response.headers["ETag"] = f'"{version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"


def router(directory: Directory, chassis: Chassis) -> APIRouter:
    """The routes of the directory."""
    routes = APIRouter(prefix="/v1", tags=["directory"])

    @routes.get("/properties")
    async def properties(principal: Principal = Depends(chassis.caller)) -> Properties:
        """The properties the caller works in."""
        return Properties(items=await directory.properties(principal))

    @routes.post("/properties", status_code=201, responses={201: ETAG})
    async def open_property(
        body: Annotated[PropertyDraft, example(OPENED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> Property:
        """Set up a property."""
        opened, replayed = await directory.open_property(ctx, body)
        _tagged(response, opened.version, replayed)
        return opened

    @routes.post("/properties/{property_id}/live", responses={200: ETAG, **refuses(404, 409)})
    async def go_live(
        property_id: Annotated[Slug, Path()], response: Response, ctx: CommandContext = Depends(chassis.command)
    ) -> Property:
        """Open a hotel that ran as a shadow: from now on what it does leaves the house. Needs If-Match."""
        opened, replayed = await directory.go_live(ctx, property_id)
        _tagged(response, opened.version, replayed)
        return opened

    @routes.get("/staff")
    async def staff(
        principal: Principal = Depends(chassis.caller),
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> StaffPage:
        """The people who work where the caller works."""
        found = await directory.staff(principal, after, limit)
        return StaffPage(items=found, next=found[-1].id if len(found) == limit else None)

    @routes.post("/staff", status_code=201, responses={201: ETAG})
    async def hire(
        body: Annotated[HireBody, example(HIRED)], response: Response, ctx: CommandContext = Depends(chassis.creation)
    ) -> StaffMember:
        """Add a person."""
        draft = StaffDraft(**{name: getattr(body, name) for name in StaffDraft.model_fields})
        member, replayed = await directory.hire(ctx, draft, body.login, body.password)
        _tagged(response, member.version, replayed)
        return member

    @routes.get("/staff/{staff_id}", responses={200: ETAG})
    async def staff_member(
        staff_id: Annotated[EntityId, Path()], response: Response, principal: Principal = Depends(chassis.caller)
    ) -> StaffMember:
        """One person."""
        member = await directory.member(principal, staff_id)
        _tagged(response, member.version, False)
        return member

    @routes.patch("/staff/{staff_id}", responses={200: ETAG})
    async def change_staff(
        staff_id: Annotated[EntityId, Path()],
        body: Annotated[StaffPatch, example(CHANGED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.command),
    ) -> StaffMember:
        """Change a person; `active: false` deactivates them and ends their sessions. Needs If-Match."""
        member, replayed = await directory.change(ctx, staff_id, body)
        _tagged(response, member.version, replayed)
        return member

    return routes
