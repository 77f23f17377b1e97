"""Connections of hotels to their PMS: what they are and how they do. No secret and no address is ever answered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.wiring import Doors, Property
from services.integrations.domain.connections import Address, ConnectionSpec, Network, Options, ZoneName
from services.integrations.usecases.connecting import Seen
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.identity import Principal
from shared.contracts.values import Code, Instant, Slug

CONNECTION = {
    "pms": "apaleo",
    "hotel": "BER",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "rooms": {"DBL": 40},
    "credentials": "apaleo-berlin",
    "options": {"service_type": "Other", "vat_type": "Normal"},
    "sources": ["34.240.36.71/32"],
}
Rooms = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[int, Field(ge=0, le=10_000)]], Field(max_length=200)
]


class ConnectionIn(BaseModel):
    """How a hotel is connected. `credentials` names a file of secrets; the secrets themselves are refused."""

    model_config = ConfigDict(extra="forbid")

    pms: Code
    hotel: str = Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e][\x20-\x7e]*$")
    zone: ZoneName = Field(max_length=64)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rooms: Rooms = Field(default_factory=dict)
    credentials: Slug | None = None
    base_url: Address | None = None
    options: Options = Field(default_factory=dict, max_length=50)
    sources: tuple[Network, ...] = Field(default=(), max_length=50)
    new_address: bool = Field(default=False, description="Draw a new inbound address; the old one is worth nothing")


class Health(BaseModel):
    """How it does: what waits to be asked about, and whether its PMS is left alone for now."""

    waiting: int
    oldest: Instant | None
    failures: int
    failure: str | None
    failed_at: Instant | None
    worked_at: Instant | None
    open_until: Instant | None


class ConnectionOut(BaseModel):
    """A connection, what its PMS can be asked for, and how it does."""

    property_id: str
    pms: str
    hotel: str
    zone: str
    currency: str
    rooms: dict[str, int]
    credentials: str | None
    base_url: str | None
    options: dict[str, str]
    sources: tuple[str, ...]
    can: tuple[str, ...]
    health: Health
    version: int


class ConnectionList(BaseModel):
    """All connections of the caller's hotels."""

    items: list[ConnectionOut]


def _out(seen: Seen) -> ConnectionOut:
    held, endpoint = seen.connection, seen.endpoint
    said = {name: getattr(held, name) for name in ConnectionOut.model_fields if name not in ("can", "health")}
    health = Health(
        waiting=seen.backlog.waiting,
        oldest=seen.backlog.oldest,
        failures=endpoint.failures,
        failure=endpoint.failure,
        failed_at=endpoint.failed_at,
        worked_at=endpoint.worked_at,
        open_until=endpoint.open_until,
    )
    return ConnectionOut(**said, can=seen.can, health=health)


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/connections."""
    routes = APIRouter(prefix="/v1/connections", tags=["connections"])
    caller = Depends(doors.chassis.caller)

    def shown(seen: Seen, response: Response) -> ConnectionOut:
        response.headers["ETag"] = f'"{seen.connection.version}"'
        return _out(seen)

    @routes.get("")
    async def all_of_them(principal: Annotated[Principal, caller]) -> ConnectionList:
        """The connections of the caller's hotels."""
        return ConnectionList(items=[_out(one) for one in await doors.connecting.all(principal)])

    @routes.get("/{property_id}", responses={200: ETAG})
    async def one(principal: Annotated[Principal, caller], property_id: Property, response: Response) -> ConnectionOut:
        """One connection, with its version as ETag."""
        return shown(await doors.connecting.one(principal, property_id), response)

    @routes.put("/{property_id}", responses={**refuses(404), 200: ETAG})
    async def put(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        property_id: Property,
        body: Annotated[ConnectionIn, example(CONNECTION)],
        response: Response,
    ) -> ConnectionOut:
        """Connect a hotel, or change how it is connected (If-Match). Its address is shown on the machine itself."""

        async def work() -> ConnectionOut:
            fields = body.model_dump(exclude={"new_address"})
            spec = ConnectionSpec(property_id=property_id, chain=ctx.principal.chain, **fields)
            now = doors.chassis.clock.now()
            return shown(await doors.connecting.put(ctx, spec, now, new_address=body.new_address), response)

        async def again(kept: Kept) -> ConnectionOut:
            response.headers["Idempotency-Replayed"] = "true"
            return shown(await doors.connecting.one(ctx.principal, property_id), response)

        return await once(doors.chassis.idempotency.seen, ctx, work, again)

    return routes
