"""Sign in, refresh, sign out, who am I, and the public keys."""

import ipaddress
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.auth.domain.staff import Login
from services.auth.ports.sessions import KeyRing
from services.auth.usecases.signing_in import SignIn, SigningIn, Tokens
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.values import Frozen, Slug

SIGN_IN = {"chain": "demo", "login": "ana", "password": "the night porter knows"}


class SignInBody(Frozen):
    """Chain, login and password. The length of a password is judged by the use case, to be named as its rule."""

    chain: Slug
    login: Login
    password: str = Field(min_length=1)
    code: str | None = Field(default=None, min_length=6, max_length=64, description="Of the second factor")


class RefreshBody(Frozen):
    """The newest refresh token."""

    refresh_token: str = Field(min_length=1, max_length=512)


class Me(Frozen):
    """A person as they see themselves. `properties` null means every property of the chain."""

    id: str
    chain: str
    display_name: str
    roles: tuple[Role, ...]
    departments: tuple[Department, ...]
    properties: tuple[str, ...] | None
    languages: tuple[str, ...]


class PublicKeys(Frozen):
    """Public keys as a JWK set."""

    keys: tuple[dict[str, str], ...]


class TokensBody(Frozen):
    """The access token for an hour, and the refresh token for the next one."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of a scheme, no secret
    expires_in: int
    refresh_token: str
    staff: Me
    enrol: bool = Field(default=False, description="Set up a second factor; until then the token carries no roles")


def source_of(request: Request, proxies: frozenset[str]) -> str:
    """The address a request came from; X-Forwarded-For counts only as far as believed proxies wrote it (S54)."""
    source = request.client.host if request.client else "unknown"
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while source in proxies and hops:
        source = hops.pop()
    try:
        return str(ipaddress.ip_address(source))
    except ValueError:
        return "unknown"


def answer_of(tokens: Tokens, response: Response) -> TokensBody:
    """The tokens as an answer that nobody keeps."""
    response.headers["Cache-Control"] = "no-store"
    member = tokens.member
    me = Me(**{name: getattr(member, name) for name in Me.model_fields})
    return TokensBody(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in,
        refresh_token=tokens.refresh_token,
        staff=me,
        enrol=tokens.enrol,
    )


def router(signing_in: SigningIn, keys: KeyRing, chassis: Chassis, proxies: frozenset[str]) -> APIRouter:
    """The routes of sessions."""
    routes = APIRouter(tags=["sessions"])

    @routes.post("/v1/sessions", status_code=201, responses=refuses(401, 429))
    async def sign_in(
        body: Annotated[SignInBody, example(SIGN_IN)], request: Request, response: Response
    ) -> TokensBody:
        """Sign in. Wrong chain, login, password or code, and people who left: one and the same 401.

        The right password of a person with a second factor, without its code: 401 `second_factor_required`.
        """
        source = source_of(request, proxies)
        tried = SignIn(chain=body.chain, login=body.login, password=body.password, source=source, code=body.code)
        return answer_of(await signing_in.sign_in(tried), response)

    @routes.post("/v1/sessions/refresh", responses=refuses(401, 429))
    async def refresh(body: RefreshBody, response: Response) -> TokensBody:
        """The next pair of tokens. An old refresh token ends the session; after a lost answer it works for 10 s."""
        return answer_of(await signing_in.refresh(body.refresh_token), response)

    @routes.delete("/v1/sessions/current", status_code=204)
    async def sign_out(principal: Principal = Depends(chassis.caller)) -> None:
        """End this session."""
        await signing_in.sign_out(principal)

    @routes.get("/v1/me")
    async def me(principal: Principal = Depends(chassis.caller)) -> Me:
        """The caller."""
        member = await signing_in.me(principal)
        return Me(**{name: getattr(member, name) for name in Me.model_fields})

    @routes.get("/.well-known/jwks.json")
    async def jwks(response: Response) -> PublicKeys:
        """The public keys of access tokens (RFC 7517): the one that signs, those before and after it."""
        response.headers["Cache-Control"] = "public, max-age=300"
        return PublicKeys(keys=keys.published)

    return routes
