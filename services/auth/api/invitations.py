"""Inviting people to set a password, and taking invitations up, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from services.auth.api.sessions import source_of
from services.auth.domain.staff import Login
from services.auth.usecases.inviting import Acceptance, Inviting, Wanted
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.values import Code, EntityId, Frozen, Slug

INVITED = {"reason_code": "password_forgotten"}
ACCEPTED = {"chain": "demo", "code": "abcde-fghij-klmno-pqrst", "password": "the night porter knows"}


class InviteBody(Frozen):
    """Why; a login for a person without an account; and whether a lost second factor goes, too."""

    reason_code: Code
    login: Login | None = None
    second_factor: bool = False


class InvitedBody(Frozen):
    """The code to hand over, told once: null where the same request is repeated."""

    staff_id: str
    login: str
    code: str | None
    minutes: int


class AcceptBody(Frozen):
    """The code as it was handed over, and the person's own new password."""

    chain: Slug
    code: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=10_000)


def router(inviting: Inviting, chassis: Chassis, proxies: frozenset[str]) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["directory"])

    @routes.post("/staff/{staff_id}/invitations", status_code=201, responses=refuses(404, 409))
    async def invite(
        staff_id: Annotated[EntityId, Path()],
        body: Annotated[InviteBody, example(INVITED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> InvitedBody:
        """A code by which a person sets their password: good for 15 minutes, for a new account 72 hours."""
        wanted = Wanted(staff_id, body.reason_code, body.login, body.second_factor)
        invited, replayed = await inviting.invite(ctx, wanted)
        response.headers["Cache-Control"] = "no-store"
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return InvitedBody(staff_id=invited.staff_id, login=invited.login, code=invited.code, minutes=invited.minutes)

    @routes.post("/invitations/accept", status_code=204, responses=refuses(401, 429))
    async def accept(body: Annotated[AcceptBody, example(ACCEPTED)], request: Request) -> None:
        """Set the password. Every code that is not good (any more) is one and the same 401."""
        await inviting.accept(Acceptance(body.chain, body.code, body.password, source_of(request, proxies)))

    return routes
