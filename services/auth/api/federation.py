"""Signing in through the chain's own identity provider, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.auth.api.sessions import TokensBody, answer_of, source_of
from services.auth.domain.federation import Challenge, Verifier
from services.auth.usecases.federating import Answer, Begin, Federating, Redeem
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import Frozen, Slug

SECRET = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # noqa: S105 -- the verifier of RFC 7636, appendix B
BEGIN = {
    "return_to": "https://board.example/sign-in/return",
    "challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
}
REDEEM = {"chain": "demo", "code": "S0me-0ne-t1me-c0de-that-came-back-w1th-the-br0wser", "verifier": SECRET}


class ProviderName(Frozen):
    """What a sign-in page needs to know: the provider's name, and whether passwords stay."""

    name: str
    passwords: bool


class BeginBody(Frozen):
    """Where the browser is sent in the end, and the S256 challenge of a secret that only the asker knows."""

    return_to: str = Field(min_length=1, max_length=400)
    challenge: Challenge


class Address(Frozen):
    """Where to send the browser."""

    url: str


class RedeemBody(Frozen):
    """The one-time code that the browser came back with, and the secret of the challenge."""

    chain: Slug
    code: str = Field(min_length=1, max_length=128)
    verifier: Verifier
    otp: str | None = Field(default=None, min_length=6, max_length=64, description="Code of the second factor")


def router(federating: Federating, chassis: Chassis, proxies: frozenset[str]) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["federation"])

    @routes.get("/federation/callback", status_code=303, response_class=RedirectResponse, responses=refuses(401))
    async def callback(
        state: Annotated[str, Query(min_length=1, max_length=512)],
        code: Annotated[str, Query(max_length=4096)] = "",
        error: Annotated[str, Query(max_length=200)] = "",
        iss: Annotated[str | None, Query(max_length=400)] = None,
    ) -> Response:
        """Where the provider sends the browser; it goes on to the page that began, with a one-time code or an error."""
        onward = await federating.returned(Answer(state, code, error, iss))
        return RedirectResponse(onward, status_code=303, headers={"Cache-Control": "no-store"})

    @routes.get("/federation/{chain}")
    async def provider_name(chain: Annotated[Slug, Path()]) -> ProviderName:
        """What the sign-in page of a chain offers; 404 where the chain has no provider."""
        found = await federating.provider(chain)
        return ProviderName(name=found.name, passwords=found.passwords)

    @routes.post("/federation/{chain}", status_code=201, responses=refuses(429))
    async def begin(
        chain: Annotated[Slug, Path()], body: Annotated[BeginBody, example(BEGIN)], request: Request, response: Response
    ) -> Address:
        """Begin to sign in: the address at the provider that the browser goes to, good for ten minutes."""
        response.headers["Cache-Control"] = "no-store"
        begun = Begin(chain, body.return_to, body.challenge, source_of(request, proxies))
        return Address(url=await federating.start(begun))

    @routes.post("/sessions/federated", status_code=201, responses=refuses(401, 429))
    async def redeem(body: Annotated[RedeemBody, example(REDEEM)], response: Response) -> TokensBody:
        """Tokens for the one-time code, once, within a minute, for whoever has the secret of the challenge."""
        return answer_of(await federating.redeem(Redeem(body.chain, body.code, body.verifier, body.otp)), response)

    @routes.get("/me/provider-sign-out", responses=refuses(404))
    async def provider_sign_out(
        return_to: Annotated[str, Query(min_length=1, max_length=400)],
        principal: Principal = Depends(chassis.caller),
    ) -> Address:
        """Where the browser signs out of the provider, too; 404 where it does not offer that."""
        return Address(url=await federating.sign_out_address(principal, return_to))

    return routes
