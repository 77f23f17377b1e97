"""Read handovers, take one over by name, ask for one now."""

import datetime as dt
from dataclasses import replace

from services.records.domain import handover as h
from services.records.domain.handover import Item
from services.records.domain.rota import Dial
from services.records.domain.texts import require_reason
from services.records.ports import HandoverQuery, Part, Writing
from services.records.usecases.handing import OVERDUE, Asked, Handing, told
from services.records.usecases.house import House
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_handovers import ShownHandover, ShownHandovers
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import once
from shared.chassis.mongo import Tx
from shared.chassis.paging import cursor, cursor_of
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, invalid, not_found
from shared.contracts.handovers import Handover, HandoverState
from shared.contracts.identity import MANAGERS, Department, Principal
from shared.contracts.policy import Resource
from shared.contracts.values import zone

KIND = Resource.HANDOVER.value


class Handovers:
    """The use cases behind `/v1/handovers`."""

    def __init__(self, house: House, handing: Handing) -> None:
        self._house, self._handing = house, handing

    async def page(self, principal: Principal, query: HandoverQuery, after: str | None) -> ShownHandovers:
        """One page of handovers of the caller's properties, newest first."""
        scope = scope_of(principal)
        if query.property_id is not None:
            self._house.hotel(scope, query.property_id)
        if not self._house.people.decide(principal, "read", KIND, query.property_id).allow:
            raise forbidden("not_granted", "You may not read handovers here.")
        asked = replace(query, after=cursor(after), limit=query.limit + 1)
        found = await self._house.handovers.page(scope, asked)
        page = found[: query.limit]
        more = len(found) > query.limit
        return ShownHandovers(handovers=tuple(page), next=cursor_of(_place(page[-1])) if more else None)

    async def one(self, principal: Principal, handover_id: str, after: int, limit: int) -> ShownHandover:
        """One handover with some of its items: those the caller may read, the others counted."""
        found = await self._house.handovers.part(scope_of(principal), handover_id, after, limit)
        if found is None:
            raise not_found("handover")
        head = found.head
        may_in(self._house, principal, "read", KIND, head.property_id, head.department)
        items, following = await self._readable(principal, found, after, limit)
        left = [each for each in found.gone if self._reads(principal, head, each.kind, each.department)]
        hidden = [each.count for each in found.mix if not self._reads(principal, head, each.kind, each.department)]
        return ShownHandover(
            **dict(head),
            items=tuple(items),
            gone=tuple(left),
            hidden=sum(hidden),
            reason_code=found.reason_code,
            may_acknowledge=head.state is not HandoverState.SUPERSEDED and self._barred(principal, head) is None,
            next=following,
        )

    async def _readable(
        self, principal: Principal, found: Part, after: int, limit: int
    ) -> tuple[list[Item], int | None]:
        """The items from a place on that the caller may read, and the place of those that follow."""
        head, items, place, part = found.head, list[Item](), after, found
        while True:
            for each in part.items:
                if len(items) == limit:
                    return items, place
                place += 1
                items += [each] if self._reads(principal, head, each.kind, each.department) else []
            if not part.items or place >= found.total:
                return items, None
            more = await self._house.handovers.part(scope_of(principal), head.id, place, limit)
            if more is None:
                return items, None
            part = more

    def _reads(self, principal: Principal, head: Handover, kind: str, department: Department) -> bool:
        return self._house.people.decide(principal, "read", kind, head.property_id, department).allow

    async def acknowledge(self, ctx: CommandContext, handover_id: str) -> tuple[Handover, bool]:
        """Take a handover over by name, once each; the flag says whether this key had done so before."""

        async def do() -> tuple[Handover, bool]:
            return await self._house.transactions.run(lambda tx: self._acknowledge(ctx, handover_id, tx)), False

        return await once(self._house.once.seen, ctx, do, lambda kept: self._again(ctx, kept.subject))

    async def _acknowledge(self, ctx: CommandContext, handover_id: str, tx: Tx) -> Handover:
        head = await self._found(ctx, handover_id, tx)
        may_in(self._house, ctx.principal, "acknowledge", KIND, head.property_id, head.department)
        if ctx.if_match not in (None, head.version):
            raise AppError(ErrorKind.STALE, "version_moved_on", f"It is at version {head.version} now.")
        barred, by, now = self._barred(ctx.principal, head), ctx.principal.staff_id, self._house.clock.now()
        if barred:
            raise barred
        if head.state is HandoverState.SUPERSEDED:
            raise conflict("superseded", "A newer handover has taken its place.")
        if by in {each.by for each in head.acknowledgements}:
            raise conflict("already_acknowledged", "You have acknowledged this already.")
        after = h.acknowledged(head, by, now)
        await self._house.once.keep(tx, ctx, 200, after.id, after.version)
        await self._house.handovers.change(ctx.scope, after, tx)
        event = told("acknowledged", after, ctx.principal.chain, ctx.principal.actor, now)
        await self._house.journal.append(tx, [event], ctx.provenance)
        await self._house.alarm.disarm(tx, [f"{OVERDUE}:{after.id}"])
        return after

    def _barred(self, principal: Principal, head: Handover) -> AppError | None:
        """Why a caller cannot take it over: it is for who is on duty there now, or for whoever leads them."""
        if principal.roles_at(head.property_id) & MANAGERS:
            return None
        people = self._house.people.staff(principal.chain, head.property_id)
        person = next((each for each in people if each.id == principal.staff_id), None)
        dial = Dial(self._house.clock.now(), zone(head.zone))
        here = person is not None and head.department in person.departments
        if person is not None and here and dial.on_duty(person, head.department):
            return None
        return forbidden("not_on_duty", "A handover is acknowledged by those who are on duty in its department.")

    async def prepare(
        self, ctx: CommandContext, property_id: str, department: Department, code: str | None, words: str | None
    ) -> tuple[Handover, bool]:
        """Make a handover now, with a reason; the flag says whether this key had done so before."""
        hotel = self._house.hotel(ctx.scope, property_id)
        may_in(self._house, ctx.principal, "prepare", KIND, property_id, department)

        async def do() -> tuple[Handover, bool]:
            pen = Pen(self._house.clock)
            asked = Asked(ctx.principal.actor, pen.reason(code, words))
            require_reason(asked.reason)
            if department not in hotel.departments:
                raise invalid("department", "known_department", "This property has no such department.")

            async def work(tx: Tx) -> Handover:
                head = await self._handing.now(hotel, department, asked, tx, ctx.provenance)
                await self._house.once.keep(tx, ctx, 201, head.id, head.version)
                texts = [(head.id, text) for text in pen.written]
                await self._house.records.write(ctx.scope, Writing(texts=texts), tx)
                return head

            return await self._house.transactions.run(work), False

        return await once(self._house.once.seen, ctx, do, lambda kept: self._again(ctx, kept.subject))

    async def _again(self, ctx: CommandContext, handover_id: str) -> tuple[Handover, bool]:
        return await self._found(ctx, handover_id), True

    async def _found(self, ctx: CommandContext, handover_id: str, tx: Tx | None = None) -> Handover:
        head = await self._house.handovers.find(ctx.scope, handover_id, tx)
        if head is None:
            raise not_found("handover")
        return head


def _place(head: Handover) -> tuple[dt.datetime, str]:
    assert head.at is not None
    return head.at, head.id
