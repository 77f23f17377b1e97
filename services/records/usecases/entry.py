"""Quick entry: a person opens a record, by room or public area, and hears what looks like it (M1, S1)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.records.domain.commands import Doer
from services.records.domain.duplicates import WINDOW, similar
from services.records.domain.occurrences import Opening
from services.records.domain.texts import check_reason
from services.records.usecases.commanding import Done
from services.records.usecases.desk import Desk
from services.records.usecases.house import House
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in, may_write, note
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Tx
from shared.contracts.access import AccessRead
from shared.contracts.errors import AppError, Breach, ErrorKind, invalid, not_found
from shared.contracts.identity import Department
from shared.contracts.records import TriggerKind
from shared.contracts.values import derived_id


@dataclass(frozen=True)
class Entry:
    """What a person gives to open a record."""

    property_id: str
    kind: str
    fields: Mapping[str, Any]
    room: str | None = None
    stay_id: str | None = None
    department: Department | None = None
    language: str = "en"
    offer_id: str | None = None
    quantity: int = 1
    insist: tuple[str | None, str | None] = (None, None)
    happened_at: dt.datetime | None = None


@dataclass(frozen=True)
class Entered:
    """The new record, and the ids of open ones that look like it."""

    done: Done
    similar: tuple[str, ...] = ()


class QuickEntry:
    """The use case behind `POST /v1/records`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def enter(self, ctx: CommandContext, entry: Entry) -> Entered:
        """Open it once; a likely duplicate is told, not refused. A 403 is written down."""
        try:
            return await once(
                self._house.once.seen, ctx, lambda: self._enter(ctx, entry), lambda kept: self._again(ctx, kept)
            )
        except AppError as refusal:
            if refusal.kind is ErrorKind.FORBIDDEN:
                await self._note_refused(ctx, entry)
            raise

    async def _note_refused(self, ctx: CommandContext, entry: Entry) -> None:
        """A 403 is written down on the hotel: there is no record that it could name."""
        refused = AccessRead(subjects=(entry.property_id,), action="create", classes=(), refused=True)
        await note(self._house, ctx.principal, refused, entry.property_id, ctx.provenance)

    async def _again(self, ctx: CommandContext, kept: Kept) -> Entered:
        state = await self._house.records.find(ctx.scope, kept.subject)
        if state is None:
            raise not_found("record")
        return Entered(Done(state, replayed=True, status=kept.status))

    async def _enter(self, ctx: CommandContext, entry: Entry) -> Entered:
        pen = Pen(self._house.clock)
        opening = await self._opening(ctx, entry, pen)
        now = self._house.clock.now()
        alike = await self._house.records.alike(ctx.scope, opening, now - WINDOW)
        doer = Doer(ctx.principal.actor, ctx.principal.roles)

        async def work(tx: Tx) -> Done:
            desk = Desk(self._house, ctx.scope, tx)
            await self._offer_first(ctx, desk, opening)
            state = await desk.open(
                await self._with_offer(desk, ctx, entry, opening), doer, ctx.provenance, pen.written
            )
            if state is None:
                raise AppError(ErrorKind.CONFLICT, "in_flight", "This entry is being made right now.")
            await self._house.once.keep(tx, ctx, 201, state.id, state.version)
            await desk.flush()
            return Done(state, status=201)

        return Entered(await self._house.transactions.run(work), similar(opening, alike, now))

    async def _with_offer(self, desk: Desk, ctx: CommandContext, entry: Entry, opening: Opening) -> Opening:
        """The opening with the offer it names, quoted now; what the stay may not have is refused, with why."""
        if entry.offer_id is None:
            return opening
        kind, offer = self._house.catalogue.kind(opening.kind), await desk.till.offer(entry.offer_id)
        if kind.sells is None:
            raise invalid("offer_id", "sells_nothing", f"A {kind.code} sells nothing of the catalogue.")
        if offer is None or offer.property_id != opening.property_id:
            raise invalid("offer_id", "known_offer", "There is no such offer at this property.")
        if opening.stay is None:
            raise invalid("stay_id", "required", "An offer is sold for a stay.")
        if kind.sells.price in entry.fields:
            raise invalid(kind.sells.price, "catalogue_price", "The catalogue sets the price; change it on the record.")
        return await desk.till.asked(opening, kind, offer, entry.quantity)

    async def _offer_first(self, ctx: CommandContext, desk: Desk, opening: Opening) -> None:
        """Name the record that answers this already, unless the caller insists or may not read it (S1)."""
        if opening.insisted.given or await desk.is_taken(opening.key):
            return
        first = await desk.first_of(opening)
        if first is None:
            return
        verdict = self._house.people.decide(ctx.principal, "read", first.kind, first.property_id, first.department)
        if verdict.allow:
            says = f"{first.id} is about this already; count it there as repeated, or insist with a reason."
            named = Breach(field="insist", rule="repeated_question", message=says)
            raise AppError(ErrorKind.CONFLICT, "repeated_question", says, [named])

    async def _opening(self, ctx: CommandContext, entry: Entry, pen: Pen) -> Opening:
        self._house.hotel(ctx.scope, entry.property_id)
        kind = self._house.catalogue.kind(entry.kind)
        department = entry.department or kind.concerned(entry.fields)
        verdict = may_in(self._house, ctx.principal, "create", kind.code, entry.property_id, department)
        may_write(kind, entry.fields, verdict)
        if entry.happened_at is not None:
            may_in(self._house, ctx.principal, "enter_late", kind.code, entry.property_id, department)
        stays = await self._house.stays.find_all(ctx.scope, [entry.stay_id] if entry.stay_id else [])
        stay = next((each for each in stays if each.property_id == entry.property_id), None)
        if entry.stay_id and stay is None:
            raise invalid("stay_id", "known_stay", "This stay is not known at this property.")
        task = derived_id(ctx.principal.chain, ctx.principal.staff_id, ctx.key)
        insisted = pen.reason(*entry.insist)
        check_reason(insisted)
        return Opening(
            kind=kind.code,
            source=TriggerKind.STAFF_TASK,
            key=f"entry:{task}",
            source_event=task,
            property_id=entry.property_id,
            stay_id=entry.stay_id,
            guest_id=stay.guest_id if stay else None,
            room=entry.room or (stay.room if stay else None),
            language=stay.language if stay else entry.language,
            fields=pen.values(kind, entry.fields),
            department=department,
            stay=stay,
            insisted=insisted,
            happened_at=entry.happened_at,
        )
