"""A chain's policy over HTTP: read, tried out, proposed, decided by a second administrator, withdrawn."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field, StringConstraints

from services.auth.domain.policy_edits import Edit
from services.auth.domain.policy_preview import Preview
from services.auth.usecases.policy import PolicyRuling, Wanted
from services.auth.usecases.policy_telling import ShownPolicy, ShownVersions
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.errors import Breach, breached
from shared.contracts.identity import Principal
from shared.contracts.values import Frozen, card_numbers

EDIT: dict[str, Any] = {"effect": "deny", "roles": ["associate"], "actions": ["read"], "kinds": ["service_recovery"]}
TRIED: dict[str, Any] = {"edits": [EDIT]}
ASKED: dict[str, Any] = {"edits": [EDIT], "reason": "Complaints are for those who settle them."}
RULED: dict[str, Any] = {"approve": True, "reason": "Agreed with the general managers."}
TAKEN_BACK: dict[str, Any] = {"reason": "The season starts later this year."}

Number = Annotated[int, Path(ge=1, le=10**9)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class TriedEdits(Frozen):
    """Edits laid over those in force; `anew`: over the policy that every chain starts with, in their place."""

    edits: Annotated[tuple[Edit, ...], Field(max_length=50)]
    anew: bool = Field(default=False, strict=True)

    def wanted(self) -> Wanted:
        """As the use case takes it."""
        return Wanted(self.edits, self.anew)


class _Because(Frozen):
    reason: Words

    def said(self) -> str:
        """The reason; a card number is refused."""
        if card_numbers(self.reason):
            raise breached([Breach(field="reason", rule="no_card_number", message="Card numbers are not stored.")])
        return self.reason


class ProposedEdits(TriedEdits, _Because):
    """Edits, and why."""


class PolicyRuled(_Because):
    """Approve or reject, and why; `digest` is that of the version as it was shown."""

    approve: Annotated[bool, Field(strict=True)]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class PolicyTakenBack(_Because):
    """Why a change is taken back."""


def router(ruling: PolicyRuling, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1/policy", tags=["policy"])
    _let_see(routes, ruling, chassis)
    _let_change(routes, ruling, chassis)
    return routes


def _let_see(routes: APIRouter, ruling: PolicyRuling, chassis: Chassis) -> None:
    caller = Annotated[Principal, Depends(chassis.caller)]

    @routes.get("", responses={200: ETAG, **refuses(404)})
    async def policy(principal: caller, response: Response) -> ShownPolicy:
        """The policy in force, the chain's own edits of it, and what waits for a second administrator."""
        return _tagged(response, await ruling.read(principal))

    @routes.post("/preview", responses=refuses(404))
    async def preview(body: Annotated[TriedEdits, example(TRIED)], principal: caller) -> Preview:
        """Who would gain and who would lose what, by person, action and kind. Nothing is changed."""
        return await ruling.preview(principal, body.wanted())

    @routes.get("/versions")
    async def versions(
        principal: caller,
        below: Annotated[int | None, Query(ge=1, le=10**9)] = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
    ) -> ShownVersions:
        """Every version with who, when, why and its edits; newest first, `below` a number."""
        return await ruling.versions(principal, below, limit)

    @routes.get("/versions/{version}/preview")
    async def preview_of_version(version: Number, principal: caller) -> Preview:
        """Who would gain and who would lose what if this version were in force instead of what is now."""
        return await ruling.preview_of(principal, version)


def _let_change(routes: APIRouter, ruling: PolicyRuling, chassis: Chassis) -> None:
    told = Annotated[CommandContext, Depends(chassis.command)]

    @routes.put("", responses={200: ETAG, **refuses(404)})
    async def change_policy(
        body: Annotated[ProposedEdits, example(ASKED)], ctx: told, response: Response
    ) -> ShownPolicy:
        """Propose edits; they wait for a second administrator."""
        return _tagged(response, await ruling.propose(ctx, body.wanted(), body.said()))

    @routes.post("/versions/{version}/decide", responses={200: ETAG})
    async def decide_policy(
        version: Number, body: Annotated[PolicyRuled, example(RULED)], ctx: told, response: Response
    ) -> ShownPolicy:
        """Approve or reject; nobody decides their own. Approved, it is in force at once."""
        return _tagged(response, await ruling.decide(ctx, version, body.approve, body.digest, body.said()))

    @routes.post("/versions/{version}/withdraw", responses={200: ETAG})
    async def withdraw_policy(
        version: Number, body: Annotated[PolicyTakenBack, example(TAKEN_BACK)], ctx: told, response: Response
    ) -> ShownPolicy:
        """Take back a change that nobody has decided."""
        return _tagged(response, await ruling.withdraw(ctx, version, body.said()))


def _tagged(response: Response, shown: ShownPolicy) -> ShownPolicy:
    response.headers["ETag"] = f'"{shown.revision}"'
    return shown
