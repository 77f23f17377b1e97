"""A person's own second factor over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.auth.usecases.second_factor import SecondFactors
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import Frozen


class BegunBody(Frozen):
    """The secret for an authenticator app, shown once: to type, and as the URI that a picture of it holds."""

    secret: str
    uri: str


class CodeBody(Frozen):
    """What the authenticator app shows now."""

    code: str = Field(pattern=r"^[0-9]{6}$")


class RecoveryCodes(Frozen):
    """Codes for a lost telephone, told once; each signs in once."""

    recovery_codes: tuple[str, ...]


def router(factors: SecondFactors, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1/me/second-factor", tags=["sessions"])

    @routes.post("", status_code=201, responses=refuses(409))
    async def begin(response: Response, principal: Principal = Depends(chassis.caller)) -> BegunBody:
        """Begin with a new secret; it counts from its first code on."""
        response.headers["Cache-Control"] = "no-store"
        begun = await factors.begin(principal)
        return BegunBody(secret=begun.secret, uri=begun.uri)

    @routes.post("/confirm", responses=refuses(409))
    async def confirm(
        body: Annotated[CodeBody, example({"code": "123456"})],
        response: Response,
        principal: Principal = Depends(chassis.caller),
    ) -> RecoveryCodes:
        """Take it into use by showing a code. Refresh afterwards: the next token carries the person's roles."""
        response.headers["Cache-Control"] = "no-store"
        return RecoveryCodes(recovery_codes=await factors.confirm(principal, body.code))

    return routes
