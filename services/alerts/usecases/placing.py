"""A hotel names places that hear of its alerts: a team's chat, a webhook; and takes them away again."""

import base64
import secrets
from collections.abc import Callable

from services.alerts.domain.outgoing import Destination, Kind
from services.alerts.ports import Commands, Permissions
from services.alerts.ports.channels import DestinationStore
from services.alerts.usecases.browsing import scope_of
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.errors import conflict, forbidden, invalid, not_found
from shared.contracts.hosts import url_fault
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Instant, derived_id

MOST = 20


class Placing:
    """The use cases behind `/v1/alert-destinations`. Who may change a hotel's rules may say where they are heard."""

    def __init__(
        self,
        places: DestinationStore,
        commands: Commands,
        permissions: Permissions,
        now: Callable[[], Instant],
        *,
        loopback: bool,
    ) -> None:
        self._places, self._commands, self._permissions = places, commands, permissions
        self._now, self._loopback = now, loopback

    async def list(self, caller: Principal, property_id: str) -> list[Destination]:
        """The places of a hotel."""
        self._may(caller, "read", property_id)
        return await self._places.all(scope_of(caller), property_id)

    async def add(
        self, ctx: CommandContext, property_id: str, kind: Kind, name: str, url: str
    ) -> tuple[Destination, bool]:
        """Name a place; the secret of a webhook is told with this answer and never again."""
        self._may(ctx.principal, "manage", property_id)
        wrong = url_fault(url, loopback=self._loopback)
        if wrong:
            raise invalid("url", "url", wrong)
        # The same key names the same place, so that a repeated command finds it.
        name_of = derived_id("destination", ctx.principal.chain, ctx.principal.staff_id, ctx.key)
        made = Destination(
            id=name_of,
            property_id=property_id,
            kind=kind,
            name=name,
            url=url,
            secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() if kind is Kind.WEBHOOK else "",
            made_by=ctx.principal.staff_id,
            made_at=self._now(),
        )

        async def do() -> tuple[Destination, bool]:
            if len(await self._places.all(ctx.scope, property_id)) >= MOST:
                raise conflict("too_many_places", f"A hotel has {MOST} such places at most.")

            async def work(tx: Tx) -> None:
                await self._commands.keep(tx, ctx, 201, made.id, 1)
                await self._places.save(ctx.scope, made, tx)

            await self._commands.run(work)
            return made, False

        async def again(kept: Kept) -> tuple[Destination, bool]:
            found = await self._places.get(ctx.scope, kept.subject)
            if found is None:
                raise not_found("destination")
            return found.model_copy(update={"secret": ""}), True

        return await once(self._commands.seen, ctx, do, again)

    async def drop(self, ctx: CommandContext, destination_id: str) -> None:
        """Take a place away; what still waits for it is not sent. Again, it is away already."""

        async def do() -> None:
            found = await self._places.get(ctx.scope, destination_id)
            if found is None:
                raise not_found("destination")
            self._may(ctx.principal, "manage", found.property_id)

            async def work(tx: Tx) -> None:
                await self._commands.keep(tx, ctx, 204, destination_id, 1)
                await self._places.save(ctx.scope, found.taken_away(self._now()), tx)

            await self._commands.run(work)

        async def again(_: Kept) -> None:
            return None

        await once(self._commands.seen, ctx, do, again)

    def _may(self, caller: Principal, action: str, property_id: str) -> None:
        scope = scope_of(caller)
        if not scope.covers(property_id) or self._permissions.property(scope.chain, property_id) is None:
            raise not_found("property")
        if not self._permissions.decide(caller, action, Resource.RULES, property_id).allow:
            raise forbidden("not_granted", "You may not say here where alerts are heard.")
