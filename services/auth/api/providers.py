"""A chain's own identity provider, set up over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from services.auth.domain.federation import Provider, ProviderTerms
from services.auth.usecases.providers import Providers
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.staff import StaffMember
from shared.contracts.values import EntityId, Frozen

TERMS = {
    "name": "Atlantic Hotels",
    "issuer": "https://login.atlantic.example",
    "client_id": "bellboard",
    "client_secret": "as the provider gave it",
    "group_rules": [{"group": "hotel-desk", "roles": ["associate"], "departments": ["front_office"], "properties": []}],
}
LINKED = {"subject": "248289761001"}


class ProviderBody(ProviderTerms):
    """A provider; its secret is taken and never told again. Left out, the one that stands stays."""

    client_secret: str | None = Field(default=None, min_length=1, max_length=1000)


class ProviderShown(ProviderTerms):
    """A provider as it stands, without its secret."""

    version: int


class LinkBody(Frozen):
    """Who the person is at the provider: the `sub` of their id_token."""

    subject: str = Field(min_length=1, max_length=255, pattern=r"^[!-~]+$")


def _shown(found: Provider) -> ProviderShown:
    return ProviderShown(version=found.version, **{name: getattr(found, name) for name in ProviderTerms.model_fields})


def _tagged(response: Response, version: int, replayed: bool) -> None:
    response.headers["ETag"] = f'"{version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"


def router(providers: Providers, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["federation"])

    @routes.get("/identity-provider", responses={200: ETAG, **refuses(404)})
    async def identity_provider(response: Response, principal: Principal = Depends(chassis.caller)) -> ProviderShown:
        """The chain's identity provider."""
        found = await providers.provider(principal)
        _tagged(response, found.version, False)
        return _shown(found)

    @routes.put("/identity-provider", responses={200: ETAG})
    async def configure_identity_provider(
        body: Annotated[ProviderBody, example(TERMS)],
        response: Response,
        ctx: CommandContext = Depends(chassis.command),
    ) -> ProviderShown:
        """Set it up (If-Match `"0"`), change it, or take it out of use. A new issuer needs its secret again."""
        terms = ProviderTerms(**{name: getattr(body, name) for name in ProviderTerms.model_fields})
        found, replayed = await providers.configure(ctx, terms, body.client_secret)
        _tagged(response, found.version, replayed)
        return _shown(found)

    @routes.put("/staff/{staff_id}/identity", responses={200: ETAG})
    async def link_identity(
        staff_id: Annotated[EntityId, Path()],
        body: Annotated[LinkBody, example(LINKED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.command),
    ) -> StaffMember:
        """Say who a person is at the provider. Nobody is ever recognised by an e-mail address."""
        member, replayed = await providers.link(ctx, staff_id, body.subject)
        _tagged(response, member.version, replayed)
        return member

    return routes
