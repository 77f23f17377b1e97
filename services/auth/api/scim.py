"""SCIM 2.0 over HTTP. Its documents describe themselves (`/Schemas`), so the OpenAPI document leaves it out."""

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from services.auth.api.sessions import source_of
from services.auth.domain.scim import (
    ScimRefusal,
    asked,
    provider_config,
    resource_types,
    schemas,
    shown_error,
    shown_group,
    shown_list,
    shown_user,
)
from services.auth.usecases.provisioning import Caller, Provisioning, User
from shared.chassis.errors import STATUS
from shared.contracts.errors import AppError, ErrorKind

MEDIA = "application/scim+json"
PREFIX = "/scim/v2"
MOST = 200
DRY_RUN = "Bellboard-Dry-Run"
"""With `true` a request is answered as it would be, refusals too, and nothing is written."""
Start = Annotated[int, Query(alias="startIndex", le=1_000_000)]
Count = Annotated[int, Query(le=1_000_000)]
Filter = Annotated[str | None, Query(alias="filter", max_length=400)]
Without = Annotated[str, Query(alias="excludedAttributes", max_length=400)]


def _said(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status_code=status, media_type=MEDIA, headers={"Cache-Control": "no-store"})


class ScimRoute(APIRoute):
    """Answers every refusal in SCIM's own words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with refusals put into SCIM's shape."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except ScimRefusal as refusal:
                return _said(shown_error(refusal.status, refusal.kind, refusal.detail), refusal.status)
            except RequestValidationError:
                return _said(shown_error(400, "invalidValue", "A parameter cannot be read."), 400)
            except AppError as refusal:
                status = STATUS[refusal.kind]
                kind = "uniqueness" if refusal.kind is ErrorKind.CONFLICT else None
                return _said(shown_error(status, kind, refusal.message), status)

        return handle


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError as broken:
        raise ScimRefusal(400, "invalidSyntax", "The body is no JSON.") from broken
    if not isinstance(body, dict):
        raise ScimRefusal(400, "invalidSyntax", "The body is an object.")
    return body


def router(provisioning: Provisioning, proxies: frozenset[str]) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix=PREFIX, route_class=ScimRoute, include_in_schema=False)
    _describing(routes)
    _users(routes, provisioning, proxies)
    _groups(routes, provisioning, proxies)
    return routes


def _address(request: Request) -> str:
    return str(request.base_url).rstrip("/") + PREFIX


def _describing(routes: APIRouter) -> None:
    @routes.get("/ServiceProviderConfig")
    async def config(request: Request) -> Response:
        return _said(provider_config(_address(request)))

    @routes.get("/ResourceTypes")
    async def types(request: Request) -> Response:
        found = resource_types(_address(request))
        return _said(shown_list(found, len(found), 1))

    @routes.get("/Schemas")
    async def attributes(request: Request) -> Response:
        found = schemas(_address(request))
        return _said(shown_list(found, len(found), 1))


def _caller(provisioning: Provisioning, proxies: frozenset[str]) -> Callable[..., Coroutine[Any, Any, Caller]]:
    async def caller(request: Request, authorization: Annotated[str, Header()] = "") -> Caller:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise ScimRefusal(401, None, "Send a key of a service account as bearer.")
        dry = request.headers.get(DRY_RUN, "false").strip().lower()
        if dry not in ("true", "false"):
            raise ScimRefusal(400, "invalidValue", f"{DRY_RUN} is true or false.")
        return await provisioning.caller(key.strip(), source_of(request, proxies), rehearses=dry == "true")

    return caller


def _users(routes: APIRouter, provisioning: Provisioning, proxies: frozenset[str]) -> None:
    known = _caller(provisioning, proxies)

    def shown(request: Request, user: User, status: int = 200) -> Response:
        return _said(shown_user(user.member, user.facts, user.groups, _address(request)), status)

    @routes.get("/Users")
    async def users(request: Request, start: Start = 1, count: Count = 100, filtered: Filter = None) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        start, count = max(start, 1), min(max(count, 0), MOST)
        wanted = asked(filtered, ("userName", "externalId", "id"))
        found, total = await provisioning.users(caller, wanted, start, count)
        page = [shown_user(each.member, each.facts, each.groups, _address(request)) for each in found]
        return _said(shown_list(page, total, start))

    @routes.post("/Users")
    async def create(request: Request) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        return shown(request, await provisioning.create_user(caller, await _body(request)), 201)

    @routes.get("/Users/{staff_id}")
    async def user(request: Request, staff_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        return shown(request, await provisioning.user(caller, staff_id))

    @routes.put("/Users/{staff_id}")
    async def replace(request: Request, staff_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        return shown(request, await provisioning.replace_user(caller, staff_id, await _body(request)))

    @routes.patch("/Users/{staff_id}")
    async def patch(request: Request, staff_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        return shown(request, await provisioning.patch_user(caller, staff_id, await _body(request)))

    @routes.delete("/Users/{staff_id}")
    async def leave(request: Request, staff_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        await provisioning.leave(caller, staff_id)
        return Response(status_code=204)


def _groups(routes: APIRouter, provisioning: Provisioning, proxies: frozenset[str]) -> None:
    known = _caller(provisioning, proxies)

    @routes.get("/Groups")
    async def groups(
        request: Request, start: Start = 1, count: Count = 100, filtered: Filter = None, without: Without = ""
    ) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        start, count = max(start, 1), min(max(count, 0), MOST)
        found = await provisioning.groups(caller, asked(filtered, ("displayName", "externalId", "id")))
        members = "members" not in without
        page = [shown_group(each, _address(request), members=members) for each in found[start - 1 : start - 1 + count]]
        return _said(shown_list(page, len(found), start))

    @routes.post("/Groups")
    async def create(request: Request) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        made = await provisioning.create_group(caller, await _body(request))
        return _said(shown_group(made, _address(request)), 201)

    @routes.get("/Groups/{group_id}")
    async def group(request: Request, group_id: str, without: Without = "") -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        found = await provisioning.group(caller, group_id)
        return _said(shown_group(found, _address(request), members="members" not in without))

    @routes.put("/Groups/{group_id}")
    async def replace(request: Request, group_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        found = await provisioning.replace_group(caller, group_id, await _body(request))
        return _said(shown_group(found, _address(request)))

    @routes.patch("/Groups/{group_id}")
    async def patch(request: Request, group_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        found = await provisioning.patch_group(caller, group_id, await _body(request))
        return _said(shown_group(found, _address(request)))

    @routes.delete("/Groups/{group_id}")
    async def drop(request: Request, group_id: str) -> Response:
        caller = await known(request, request.headers.get("authorization", ""))
        await provisioning.drop_group(caller, group_id)
        return Response(status_code=204)
