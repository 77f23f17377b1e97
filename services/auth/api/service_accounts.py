"""Service accounts, their keys, and tokens for keys, over HTTP."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from services.auth.api.sessions import source_of
from services.auth.domain.api_keys import AccountDraft, ApiKey, KeyDraft
from services.auth.usecases.service_accounts import Account, Issued, ServiceAccounts
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.staff import StaffMember
from shared.contracts.values import EntityId, Frozen

OPENED = {"name": "Channel manager", "properties": ["city"]}
ISSUED = {"scopes": [{"actions": ["read"], "kinds": ["*"]}], "expires_at": "2027-06-01T00:00:00Z"}
EXCHANGED = {
    "grant_type": "client_credentials",
    "client_id": "0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90",
    "client_secret": "bbk_0123456789abcdef_" + "x" * 43,
}


class KeyShown(Frozen):
    """A key without what makes it one. `id` is also its beginning, `bbk_<id>_`, by which a leaked one is found."""

    id: str
    scopes: tuple[str, ...]
    properties: tuple[str, ...] | None
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None


class KeyIssued(KeyShown):
    """The key itself, told once: null where the same request is repeated."""

    key: str | None


class AccountShown(Frozen):
    """A service account with its keys, newest first."""

    id: str
    name: str
    properties: tuple[str, ...] | None
    active: bool
    version: int
    keys: tuple[KeyShown, ...] = ()


class Accounts(Frozen):
    """The service accounts of the caller's properties."""

    items: list[AccountShown]


class TokenBody(Frozen):
    """RFC 6749, 4.4, as JSON: the account's id, and one of its keys."""

    grant_type: Literal["client_credentials"]
    client_id: EntityId
    client_secret: str = Field(min_length=1, max_length=200)


class TokenShown(Frozen):
    """An access token for at most 15 minutes; ask again when it has run out."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of a scheme, no secret
    expires_in: int
    scope: str


def _key(key: ApiKey) -> KeyShown:
    return KeyShown(**{name: getattr(key, name) for name in KeyShown.model_fields})


def _issued(issued: Issued) -> KeyIssued:
    return KeyIssued(key=issued.text, **_key(issued.key).model_dump())


def _account(member: StaffMember, keys: list[ApiKey]) -> AccountShown:
    return AccountShown(
        id=member.id,
        name=member.display_name,
        properties=member.properties,
        active=member.active,
        version=member.version,
        keys=tuple(_key(key) for key in keys),
    )


def _replayed(response: Response, replayed: bool) -> None:
    response.headers["Cache-Control"] = "no-store"
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"


def router(accounts: ServiceAccounts, chassis: Chassis, proxies: frozenset[str]) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["service_accounts"])

    @routes.get("/service-accounts")
    async def service_accounts(principal: Principal = Depends(chassis.caller)) -> Accounts:
        """The service accounts of the caller's properties, and when each key was last used."""
        found: list[Account] = await accounts.accounts(principal)
        return Accounts(items=[_account(each.member, each.keys) for each in found])

    @routes.post("/service-accounts", status_code=201)
    async def open_service_account(
        body: Annotated[AccountDraft, example(OPENED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> AccountShown:
        """Open one. It ends as a person does: `PATCH /v1/staff/{id}` with `active: false`."""
        member, replayed = await accounts.open(ctx, body)
        _replayed(response, replayed)
        return _account(member, [])

    @routes.post("/service-accounts/{account_id}/keys", status_code=201, responses=refuses(409))
    async def issue_key(
        account_id: Annotated[EntityId, Path()],
        body: Annotated[KeyDraft, example(ISSUED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> KeyIssued:
        """A key, shown once. Two may be good at a time, so that one takes over from the other."""
        issued, replayed = await accounts.issue(ctx, account_id, body)
        _replayed(response, replayed)
        return _issued(issued)

    @routes.delete("/service-accounts/{account_id}/keys/{key_id}")
    async def revoke_key(
        account_id: Annotated[EntityId, Path()],
        key_id: Annotated[EntityId, Path()],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> KeyShown:
        """End a key; the tokens it was exchanged for are refused everywhere within 30 s."""
        key, replayed = await accounts.revoke(ctx, account_id, key_id)
        _replayed(response, replayed)
        return _key(key)

    @routes.post("/tokens", responses=refuses(401, 429))
    async def token(body: Annotated[TokenBody, example(EXCHANGED)], request: Request, response: Response) -> TokenShown:
        """An access token for a key."""
        response.headers["Cache-Control"] = "no-store"
        given = await accounts.exchange(body.client_id, body.client_secret, source_of(request, proxies))
        return TokenShown(access_token=given.access_token, expires_in=given.expires_in, scope=" ".join(given.scopes))

    return routes
