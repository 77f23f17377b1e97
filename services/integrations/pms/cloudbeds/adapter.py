"""The adapter of the Cloudbeds API v1.3 (https://developers.cloudbeds.com)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.integrations.domain.comments import OURS
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio
from services.integrations.domain.marks import Heard, Hint
from services.integrations.domain.orders import ASKED, Ability, ChangeOrder, NewProfile, NoteOrder, TaskOrder, TaskState
from services.integrations.domain.postings import Charge
from services.integrations.pms import values
from services.integrations.pms.calling import Request, Wire, read, send
from services.integrations.pms.cloudbeds import reading, shapes
from services.integrations.pms.lines import owed, reservation_of
from services.integrations.pms.notes import signed
from services.integrations.ports import PmsRefused, Posted
from services.integrations.ports.vendors import Fetched, Listed, Pages, PmsBusy, PmsUnreadable
from shared.contracts.records import LineKind
from shared.contracts.values import Money, zone
from shared.contracts.writebacks import PmsField

API = "https://api.cloudbeds.com"
LINK = "https://hotels.cloudbeds.com/connect/{hotel}#/reservations/{number}"
PAGE = 100
NOT_THERE = "not found"
CHANGES = (Ability.RATE, Ability.ROOM, Ability.GUEST)
PERSON = {
    "first_name": "guestFirstName",
    "last_name": "guestLastName",
    "email": "guestEmail",
    "phone": "guestPhone",
}
LISTED = TypeAdapter(tuple[shapes.ListedReservation, ...])
NOTES = TypeAdapter(tuple[shapes.Note, ...])
LINES = TypeAdapter(tuple[shapes.Transaction, ...])
HOUSES = TypeAdapter(tuple[shapes.HotelRooms, ...])


class Cloudbeds:
    """A rate is changed by an adjustment of the difference: there is no call that sets it."""

    name = reading.NAME
    can = ASKED | {Ability.CHARGE, Ability.REVERSAL, Ability.DEPOSIT, *CHANGES, Ability.NOTE}
    idempotent_charges = False
    lists_changes = True

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def _call(
        self,
        connection: Connection,
        operation: str,
        form: dict[str, str] | None = None,
        *,
        asked: Mapping[str, str] | None = None,
    ) -> Any:
        secrets = await self._wire.secrets.of(connection)
        if "api_key" not in secrets:
            raise PmsBusy("no_credentials")
        where = {"propertyID": connection.hotel}
        request = Request(
            "GET" if form is None else "POST",
            f"{connection.base_url or API}/api/v1.3/{operation}",
            {"x-api-key": secrets["api_key"]},
            params=where | dict(asked or {}) if form is None else None,
            form=None if form is None else where | form,
            changes=form is not None,
        )
        said = read(shapes.Envelope, (await send(self._wire, connection, request)).body)
        if said.success:
            return said.data
        if form is not None:
            raise PmsRefused("pms_refused")
        if NOT_THERE in said.message.lower():
            return None
        raise PmsUnreadable("success")

    def heard(self, payload: object, connection: Connection) -> Heard:
        """See the port."""
        return reading.heard(payload, connection)

    async def _reservation(self, connection: Connection, number: str) -> shapes.Reservation | None:
        found = await self._call(connection, "getReservation", asked={"reservationID": number})
        said = None if found is None else read(shapes.Reservation, found)
        return None if said and said.property is not None and str(said.property) != connection.hotel else said

    async def _known(self, connection: Connection, number: str) -> shapes.Reservation:
        found = await self._reservation(connection, number)
        if found is None:
            raise PmsRefused("no_reservation")
        return found

    async def fetch(self, connection: Connection, number: str) -> Fetched | None:
        """See the port."""
        said = await self._reservation(connection, number)
        return reading.fetched(said, await self._notes(connection, number), connection) if said else None

    async def _notes(self, connection: Connection, number: str) -> tuple[shapes.Note, ...]:
        return _many(NOTES, await self._call(connection, "getReservationNotes", asked={"reservationID": number}))

    async def related(self, connection: Connection, hint: Hint) -> Sequence[str]:
        """Nothing but reservations and guests is told of."""
        return ()

    def changed(self, connection: Connection, since: dt.datetime, until: dt.datetime) -> Pages:
        """See the port."""
        here = zone(connection.zone)
        start, end = (each.astimezone(here).strftime("%Y-%m-%d %H:%M:%S") for each in (since, until))
        return self._list(connection, {"modifiedFrom": start, "modifiedTo": end})

    def near(self, connection: Connection, first: dt.date, last: dt.date) -> Pages:
        """See the port."""
        return self._list(connection, {"checkOutFrom": first.isoformat(), "checkInTo": last.isoformat()})

    async def _list(self, connection: Connection, wanted: dict[str, str]) -> Pages:
        page, here = 1, zone(connection.zone)
        while True:
            more = {"pageNumber": str(page), "pageSize": str(PAGE)}
            found = _many(LISTED, await self._call(connection, "getReservations", asked=wanted | more))
            yield [Listed(values.entity(one.id), values.moment(one.modified, here)) for one in found]
            if len(found) < PAGE:
                return
            page += 1

    async def folio(self, connection: Connection, number: str) -> Folio:
        """See the port."""
        said = await self._known(connection, number)
        lines: list[shapes.Transaction] = []
        page = 1
        while True:
            more = {"pageNumber": str(page), "pageSize": str(PAGE)}
            some = _many(LINES, await self._call(connection, "getTransactions", asked=more | {"reservationID": number}))
            lines += some
            if len(some) < PAGE:
                return reading.folio(number, lines, values.money(said.balance, connection.currency))
            page += 1

    async def tasks(self, connection: Connection, since: dt.datetime) -> Sequence[TaskState]:
        """Cloudbeds publishes no tasks."""
        return ()

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """A custom item, a payment, or an adjustment below nothing; what is written on it holds our key."""
        number = reservation_of(charge)
        if charge.kind is LineKind.REFUND:
            return await self._adjust(connection, number, "product", charge.key, -charge.amount)
        operation, form = ("postCustomItem", _item(connection, charge))
        if charge.kind is LineKind.DEPOSIT:
            operation, form = ("postPayment", _payment(connection, charge))
        form |= {"reservationID": number}
        posted = read(shapes.Posted, await self._call(connection, operation, form) or {})
        return Posted(number, posted.name or charge.key)

    async def _adjust(self, connection: Connection, number: str, sort: str, key: str, amount: Money) -> Posted:
        form = {"reservationID": number, "type": sort, "amount": str(values.major(amount)), "notes": f"{OURS}{key}"}
        posted = read(shapes.Posted, await self._call(connection, "postAdjustment", form) or {})
        return Posted(number, posted.name or key)

    async def write_back(self, connection: Connection, order: ChangeOrder) -> None:
        """A room is assigned, a guest is put, a rate is adjusted by what it differs, once for our key."""
        change = order.writeback.change
        said = await self._known(connection, order.reservation)
        if change.field is PmsField.ROOM:
            await self._assign(connection, said, str(change.after))
        elif change.field is PmsField.GUEST and order.guest:
            await self._put_guest(connection, said, order.guest)
        elif (await self.folio(connection, order.reservation)).under(order.key) is None:
            nights = max(1, (values.day(said.end) - values.day(said.start)).days)
            held = reading.fetched(said, (), connection).reservation.rate
            more = (values.minor(change.after).amount - held.amount) * nights
            if more:
                difference = Money(amount=more, currency=connection.currency)
                await self._adjust(connection, order.reservation, "rate", order.key, difference)

    async def _assign(self, connection: Connection, said: shapes.Reservation, room: str) -> None:
        houses = _many(HOUSES, await self._call(connection, "getRooms"))
        found = next((one for house in houses for one in house.rooms if one.name == room), None)
        if found is None:
            raise PmsRefused("room_unknown")
        form = {"reservationID": str(said.id), "newRoomID": found.id, "roomTypeID": str(found.type_id)}
        part = next((one.part for one in (*said.assigned, *said.unassigned) if one.part), None)
        await self._call(connection, "postRoomAssign", form | ({"subReservationID": part} if part else {}))

    async def _put_guest(self, connection: Connection, said: shapes.Reservation, wanted: NewProfile) -> None:
        guest = reading.main_guest(said)
        if guest is None:
            raise PmsRefused("no_guest")
        told = wanted.model_dump(exclude_none=True)
        fields = {PERSON[name]: value for name, value in told.items() if name in PERSON}
        await self._call(connection, "putGuest", {"guestID": str(guest.id), **fields})

    async def add_note(self, connection: Connection, order: NoteOrder) -> str:
        """A note of its own, unless one stands there under its key."""
        for one in await self._notes(connection, order.reservation):
            if order.key in one.text:
                return str(one.id)
        form = {"reservationID": order.reservation, "reservationNote": signed(order)}
        noted = read(shapes.Noted, await self._call(connection, "postReservationNote", form) or {})
        return str(noted.id if noted.id is not None else order.key)

    async def put_task(self, connection: Connection, order: TaskOrder) -> str:
        """See `tasks`."""
        raise PmsRefused("not_supported")

    def link(self, connection: Connection, number: str) -> str | None:
        """See the port."""
        return connection.page(LINK, number)


def _many(adapter: TypeAdapter[tuple[Any, ...]], data: Any) -> tuple[Any, ...]:
    try:
        return adapter.validate_python(data or ())
    except ValidationError as failure:
        raise PmsUnreadable("data") from failure


def _item(connection: Connection, charge: Charge) -> dict[str, str]:
    item = {"itemName": connection.options.get("charge_name", "Bellboard"), "itemPrice": str(owed(charge))}
    item |= {"itemQuantity": "1", "appItemID": connection.options.get("app_item_id", "bellboard")}
    item |= {"itemNote": f"{OURS}{charge.key}"}
    return {f"items[0][{name}]": value for name, value in item.items()} | {"referenceID": charge.key}


def _payment(connection: Connection, charge: Charge) -> dict[str, str]:
    """A deposit in one of the hotel's own ways to pay; `getPaymentMethods` names them."""
    paid = {"type": connection.option("payment_type"), "amount": str(owed(charge)), "isDeposit": "true"}
    return paid | {"description": f"{OURS}{charge.key}"}
