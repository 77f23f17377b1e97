"""Carry out a person's command on a record, once: key, permission, version, decision, one transaction."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Protocol

from services.records.domain.commands import Command, Doer
from services.records.domain.kinds import KindSpec
from services.records.domain.owners import Need, may_be_given, need_of
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.usecases.desk import Desk, Owners
from services.records.usecases.house import House
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import REVIEWING, lenders, may, may_or_for, may_write, note_access, stand_ins
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.chassis.service import require_version
from shared.contracts.errors import AppError, ErrorKind, forbidden, invalid, not_found
from shared.contracts.identity import Department
from shared.contracts.policy import Resource
from shared.contracts.staff import StaffMember
from shared.contracts.values import zone

WHY_NOT = {
    "not_here": "This person does not work at this property.",
    "absent": "This person is absent.",
    "other_department": "This person is neither of that department nor a manager.",
}


@dataclass(frozen=True)
class Asked:
    """What an order needs to become a command."""

    state: RecordState
    kind: KindSpec
    pen: Pen
    desk: Desk
    verdict: Verdict
    ctx: CommandContext

    @property
    def doer(self) -> Doer:
        """Who asks."""
        return Doer(self.ctx.principal.actor, self.ctx.principal.roles)

    def allow(self, action: str, state: RecordState) -> Verdict:
        """What the caller may do to another record that this command touches; a refusal if nothing."""
        return may(self.desk.house, self.ctx.principal, action, state)

    def may_charge(self) -> None:
        """Refuse who may not take money at the payment provider."""
        verdict = self.desk.house.people.decide(self.ctx.principal, "charge", Resource.PAYMENT, self.state.property_id)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not take payments.")

    def new_id(self) -> str:
        """An id for what the order adds."""
        return self.desk.house.clock.new_id()

    def now(self) -> dt.datetime:
        """Business time."""
        return self.desk.house.clock.now()

    async def terms(self) -> Terms:
        """What binds the record."""
        hotel = self.desk.house.hotel_of_event(self.state.chain, self.state.property_id)
        return await self.desk.bounds.terms(self.state.kind, hotel, None)

    async def owners(self, department: Department, declined: str | None = None) -> Owners:
        """Who a department's record goes to now; never to one who declined it, or declines it just now."""
        house, state = self.desk.house, self.state
        hotel = house.hotel_of_event(state.chain, state.property_id)
        need = need_of(state, await self.desk.rules(hotel), department)
        need = replace(need, declined=need.declined | {declined}) if declined else need
        return await self.desk.owners(hotel, need)

    def colleague(self, staff_id: str) -> StaffMember:
        """An active member of the property's staff."""
        people = self.desk.house.people.staff(self.state.chain, self.state.property_id)
        found = next((person for person in people if person.id == staff_id), None)
        if found is None:
            raise not_found("staff")
        return found

    def successor(self, staff_id: str, department: Department) -> StaffMember:
        """A colleague who can be given this work by name: of the department or a manager, and not absent."""
        house = self.desk.house
        hotel = house.hotel_of_event(self.state.chain, self.state.property_id)
        person = next((each for each in house.people.staff(hotel.chain, hotel.id) if each.id == staff_id), None)
        need = Need(hotel.id, department, self.state.language)
        barred = may_be_given(person, need, house.clock.now(), zone(hotel.zone)) if person else "not_here"
        if person is None or barred:
            raise invalid("staff_id", str(barred), WHY_NOT[str(barred)])
        return person


class Order(Protocol):
    """What a person asks, as it came in; `action` is the permission it needs."""

    @property
    def action(self) -> str: ...

    async def command(self, asked: Asked) -> Command:
        """The command for this record."""
        ...


@dataclass(frozen=True)
class Done:
    """The record after the command; `replayed` when the key had done it before."""

    state: RecordState
    replayed: bool = False
    status: int = 200
    then: int | None = None

    @property
    def version(self) -> int:
        """The version that the command itself brought about."""
        return self.state.version if self.then is None else self.then


class Commanding:
    """The use case behind every POST on a record."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def execute(self, ctx: CommandContext, record_id: str, order: Order) -> Done:
        """Do it once. Whatever is refused leaves record and events as they were; a 403 is written down."""
        refused_on: list[RecordState] = []

        async def work(tx: Tx) -> RecordState:
            desk = Desk(self._house, ctx.scope, tx)
            state = await desk.find(record_id)
            if state is None:
                raise not_found("record")
            refused_on[:] = [state]
            after = await self._decided(ctx, desk, state, order)
            await self._house.once.keep(tx, ctx, 200, after.id, after.version)
            await desk.flush()
            return after

        async def do() -> Done:
            return Done(await self._house.transactions.run(work))

        try:
            return await once(self._house.once.seen, ctx, do, lambda kept: self._again(ctx, kept))
        except AppError as refusal:
            await self._note_refused(ctx, order.action, refusal, refused_on)
            raise

    async def _note_refused(
        self, ctx: CommandContext, action: str, refusal: AppError, refused_on: list[RecordState]
    ) -> None:
        if refusal.kind is ErrorKind.FORBIDDEN and refused_on:
            await note_access(self._house, ctx.principal, action, refused_on[0], ctx.provenance, refused=True)

    async def rehearse(self, ctx: CommandContext, record_id: str, order: Order) -> RecordState:
        """The record as the command would leave it; nothing of it is kept. A refusal raises; a 403 is written down."""

        async def work(tx: Tx) -> RecordState:
            desk = Desk(self._house, ctx.scope, tx)
            state = await desk.find(record_id)
            if state is None:
                raise not_found("record")
            refused_on[:] = [state]
            return await self._decided(ctx, desk, state, order)

        refused_on: list[RecordState] = []
        try:
            return await self._house.transactions.run(work)
        except AppError as refusal:
            await self._note_refused(ctx, order.action, refusal, refused_on)
            raise

    async def _decided(self, ctx: CommandContext, desk: Desk, state: RecordState, order: Order) -> RecordState:
        who = ctx.principal
        stands_in = lenders(who, order.action, state.property_id)
        if order.action in REVIEWING:
            stands_in += await stand_ins(self._house, who, state.property_id)
        verdict = may_or_for(self._house, who, order.action, state, stands_in)
        require_version(ctx, state.version)
        kind = self._house.catalogue.kind(state.kind)
        pen = Pen(self._house.clock)
        command = await order.command(Asked(state, kind, pen, desk, verdict, ctx))
        may_write(kind, getattr(command, "values", {}), verdict)
        doer = Doer(who.actor, who.roles, stands_in)
        return await desk.tell(state, command, doer, ctx.provenance, pen.written)

    async def _again(self, ctx: CommandContext, kept: Kept) -> Done:
        state = await self._house.records.find(ctx.scope, kept.subject)
        if state is None:
            raise not_found("record")
        return Done(state, replayed=True, status=kept.status, then=kept.version)
