"""A person calls in sick with one tap, comes back, and reads their shifts in their own calendar."""

import datetime as dt
import secrets
from collections.abc import Callable
from functools import partial

from services.auth.domain.federation import digest
from services.auth.domain.own_time import away, back, calendar, duties, missing, passed
from services.auth.domain.staff import staff_event
from services.auth.ports.directory import DirectoryChange, DirectoryStore, Time
from services.auth.ports.own_time import RotaLinkStore
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, forbidden, not_found
from shared.contracts.identity import Principal, system
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import SYSTEM_CHAIN, Scope, zone

_RACES = 8


class OwnTime:
    """About the caller alone; everybody hears of an absence by its event, and why is nobody's business."""

    def __init__(self, directory: DirectoryStore, links: RotaLinkStore, time: Time) -> None:
        self._directory, self._links, self._time = directory, links, time

    async def call_in(
        self, ctx: CommandContext, start: dt.datetime | None, end: dt.datetime | None
    ) -> tuple[StaffMember, bool]:
        """Be absent from now, or from a moment on; without an end until further notice."""

        now = self._time.now()
        begins, hotels = start or now, await self._hotels(ctx.principal)

        def change(member: StaffMember) -> StaffMember:
            absent = away(member, begins, end, now)
            return missing(absent, begins, hotels[0], now) if hotels else absent

        return await self._change(ctx, change, "absence_reported")

    async def _hotels(self, principal: Principal) -> list[Property]:
        return await self._directory.properties(Scope(chain=principal.chain, properties=principal.properties))

    async def pass_by(self) -> None:
        """Say of shifts that somebody was missing in that they are over: nobody has to be found for them any more."""
        now = self._time.now()
        for before in await self._links.missing(Scope(chain=SYSTEM_CHAIN), now):
            after = passed(before, now)
            if after is before:
                continue
            event = staff_event(before, after, system("auth"), now, "missed_shift_over")
            change, by = DirectoryChange(events=(event,), member=after), Provenance.fresh(f"missed-{before.id}")
            try:
                await self._directory.save(Scope(chain=before.chain), change, by, 200)
            except AppError as moved:
                if moved.kind is not ErrorKind.STALE:
                    raise

    async def come_back(self, ctx: CommandContext) -> tuple[StaffMember, bool]:
        """Be there again from now."""
        return await self._change(ctx, lambda member: back(member, self._time.now()), "absence_ended")

    async def _change(
        self, ctx: CommandContext, change: Callable[[StaffMember], StaffMember], why: str
    ) -> tuple[StaffMember, bool]:
        scope = Scope(chain=ctx.principal.chain)
        if ctx.principal.scopes is not None:
            raise forbidden("people_only", "A program is never absent.")

        async def work() -> tuple[StaffMember, bool]:
            for _ in range(_RACES):
                before = await self._me(scope, ctx.principal.staff_id)
                after = change(before)
                event = staff_event(before, after, ctx.principal.actor, self._time.now(), why)
                try:
                    await self._directory.save(scope, DirectoryChange(events=(event,), member=after), ctx, 201)
                except AppError as moved:
                    if moved.kind is not ErrorKind.STALE:
                        raise
                else:
                    return after, False
            raise AppError(ErrorKind.UNAVAILABLE, "busy", "Too much changes at this moment; try again.")

        async def again(_: Kept) -> tuple[StaffMember, bool]:
            return await self._me(scope, ctx.principal.staff_id), True

        return await once(partial(self._directory.seen, scope), ctx, work, again)

    async def _me(self, scope: Scope, staff_id: str) -> StaffMember:
        found = await self._directory.member(scope, staff_id)
        if found is None or not found.active:
            raise not_found("staff")
        return found

    async def link(self, principal: Principal) -> str:
        """A token for the calendar, told this once; the one before it is good no more."""
        if principal.scopes is not None:
            raise forbidden("people_only", "A program has no shifts.")
        token = secrets.token_urlsafe(32)
        await self._links.keep(Scope(chain=principal.chain), principal.staff_id, digest("rota", token))
        return token

    async def unlink(self, principal: Principal) -> None:
        """End it."""
        await self._links.drop(Scope(chain=principal.chain), principal.staff_id)

    async def rota(self, token: str) -> str:
        """The shifts of whoever the token is of, as iCalendar; any other token is a 404."""
        owner = await self._links.owner(Scope(chain=SYSTEM_CHAIN), digest("rota", token))
        if owner is None:
            raise not_found("rota")
        chain, staff_id = owner
        scope = Scope(chain=chain)
        member = await self._directory.member(scope, staff_id)
        if member is None or not member.active:
            raise not_found("rota")
        hotels = await self._directory.properties(
            scope if member.properties is None else scope.narrow(member.properties)
        )
        now = self._time.now()
        rota = duties(member, zone(hotels[0].zone), now) if hotels else []
        return calendar(member.id, rota, now)
