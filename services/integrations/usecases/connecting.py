"""Connects hotels to their PMS: what may be known of a connection is shown, its secrets and its address are not."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.connections import Connection, ConnectionSpec
from services.integrations.domain.endpoints import Endpoint
from services.integrations.ports.following import Backlog, Endpoints, Marks
from services.integrations.ports.vendors import Vendor
from services.integrations.usecases.reading import scope_of
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy
from shared.chassis.service import require_version
from shared.contracts.connections import ConnectionChange, ConnectionEvent
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import forbidden, invalid, not_found
from shared.contracts.identity import Actor, Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Scope

SECRET_NAMES = ("secret", "token", "password", "passwd", "key", "credential")
KEYLESS = frozenset({"token"})


class Connected(Protocol):
    """Where connections are kept."""

    async def all(self, scope: Scope) -> list[Connection]: ...
    async def find(self, scope: Scope, property_id: str) -> Connection | None: ...
    async def save(self, scope: Scope, after: Connection, event: NewEvent, ctx: CommandContext) -> None: ...


@dataclass(frozen=True)
class Seen:
    """A connection and how it does."""

    connection: Connection
    can: tuple[str, ...]
    endpoint: Endpoint
    backlog: Backlog


class Connecting:
    """Reads and changes the connections of the caller's hotels."""

    def __init__(
        self,
        connections: Connected,
        vendors: Mapping[str, Vendor],
        pushing: Sequence[str],
        marks: Marks,
        endpoints: Endpoints,
        policy: Policy,
    ) -> None:
        self._connections, self._vendors, self._pushing = connections, vendors, tuple(pushing)
        self._marks, self._endpoints, self._policy = marks, endpoints, policy

    def _allow(self, principal: Principal, action: str, property_id: str | None = None) -> None:
        verdict = self._policy.decide(principal, action, Resource.CONNECTION, property_id)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not connect hotels.")

    async def all(self, principal: Principal) -> list[Seen]:
        """Every connection of the caller's hotels."""
        self._allow(principal, "read")
        scope = scope_of(principal)
        found = [one for one in await self._connections.all(scope) if scope.covers(one.property_id)]
        return [await self._seen(scope, one) for one in found]

    async def one(self, principal: Principal, property_id: str) -> Seen:
        """One connection; another hotel's is not found."""
        self._allow(principal, "read")
        scope = scope_of(principal)
        found = await self._connections.find(scope, property_id) if scope.covers(property_id) else None
        if found is None:
            raise not_found("connection")
        return await self._seen(scope, found)

    async def _seen(self, scope: Scope, one: Connection) -> Seen:
        vendor = self._vendors.get(one.pms)
        can = tuple(sorted(ability.value for ability in vendor.can)) if vendor else ()
        backlog = await self._marks.backlog(scope, one.property_id)
        return Seen(one, can, await self._endpoints.find(scope, one.property_id), backlog)

    async def put(self, ctx: CommandContext, spec: ConnectionSpec, now: dt.datetime, *, new_address: bool) -> Seen:
        """Connect a hotel, or change how it is connected; `new_address` makes the old one worth nothing."""
        self._allow(ctx.principal, "manage")
        scope = scope_of(ctx.principal)
        there = self._policy.property(scope.chain, spec.property_id) is not None
        if not (there and scope.covers(spec.property_id)):
            raise not_found("connection")
        self._allow(ctx.principal, "manage", spec.property_id)
        self._check(spec)
        held = await self._connections.find(scope, spec.property_id)
        if held is not None:
            require_version(ctx, held.version)
        token = held.token if held and not new_address else secrets.token_urlsafe(32)
        version = held.version + 1 if held else 1
        after = Connection(**spec.model_dump(), token=token, version=version)
        await self._connections.save(scope, after, _told(held, after, ctx.principal.actor, now), ctx)
        return await self._seen(scope, after)

    def _check(self, spec: ConnectionSpec) -> None:
        if spec.pms not in self._vendors and spec.pms not in self._pushing:
            raise invalid("pms", "choice", f"pms must be one of {', '.join(sorted([*self._vendors, *self._pushing]))}.")
        for name in spec.options:
            if any(word in name for word in SECRET_NAMES):
                raise invalid(f"options.{name}", "secret", "Secrets lie where `credentials` says, and nowhere else.")


def _told(before: Connection | None, after: Connection, actor: Actor, now: dt.datetime) -> NewEvent:
    names = [name for name in Connection.model_fields if name != "version"]
    changed = [one for one in names if before is None or getattr(before, one) != getattr(after, one)]
    change = ConnectionChange(
        id=f"connection:{after.property_id}",
        property_id=after.property_id,
        pms=after.pms,
        fields=tuple("address" if one in KEYLESS else one for one in changed),
        version=after.version,
    )
    return NewEvent(
        type="connection.changed.v1",
        chain=after.chain,
        property_id=after.property_id,
        subject=change.id,
        sequence=after.version,
        time=now,
        body=ConnectionEvent(actor=actor, connection=change),
    )
