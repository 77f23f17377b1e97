"""The adapter of apaleo (https://apaleo.dev): REST with OAuth 2 client credentials."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio
from services.integrations.domain.marks import About, Heard, Hint
from services.integrations.domain.orders import ASKED, Ability, ChangeOrder, NoteOrder, TaskOrder, TaskState
from services.integrations.domain.postings import Charge
from services.integrations.pms import values
from services.integrations.pms.apaleo import reading, shapes
from services.integrations.pms.calling import Answer, Request, Wire, read
from services.integrations.pms.lines import owed, reservation_of
from services.integrations.pms.notes import signed
from services.integrations.pms.oauth import Grant, basic, call
from services.integrations.ports import PmsRefused, Posted
from services.integrations.ports.vendors import Fetched, Listed, Pages
from shared.contracts.records import LineKind
from shared.contracts.values import iso
from shared.contracts.writebacks import PmsField

API, IDENTITY = "https://api.apaleo.com", "https://identity.apaleo.com"
LINK = "https://app.apaleo.com/{hotel}/reservations/{number}"
PAGE = 100
PERSON = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "phone": "phone",
    "language": "preferredLanguage",
}


class Apaleo:
    """Rates are not changed here: `amend` prices a stay anew from its plan and ignores any amount it is given."""

    name = reading.NAME
    can = ASKED | {Ability.CHARGE, Ability.REVERSAL, Ability.DEPOSIT, Ability.ROOM, Ability.GUEST, Ability.NOTE}
    idempotent_charges = True
    lists_changes = True

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def _call(self, connection: Connection, method: str, path: str, **more: Any) -> Answer:
        secrets = await self._wire.secrets.of(connection)
        identity = connection.options.get("identity_url", IDENTITY)
        grant = Grant(
            f"{identity}/connect/token",
            {"grant_type": "client_credentials"},
            {"Authorization": basic(secrets.get("client_id", ""), secrets.get("client_secret", ""))},
        )
        url = f"{connection.base_url or API}{path}"
        return await call(self._wire, connection, grant, Request(method, url, changes=method != "GET", **more))

    def heard(self, payload: object, connection: Connection) -> Heard:
        """See the port."""
        return reading.heard(payload, connection)

    async def fetch(self, connection: Connection, number: str) -> Fetched | None:
        """See the port."""
        answer = await self._call(connection, "GET", f"/booking/v1/reservations/{number}")
        if answer.missing:
            return None
        said = read(shapes.Reservation, answer.body)
        return reading.fetched(said, connection) if said.property.id == connection.hotel else None

    async def related(self, connection: Connection, hint: Hint) -> Sequence[str]:
        """A folio leads to its reservation; nothing else is told of."""
        if hint.about is not About.FOLIO:
            return ()
        answer = await self._call(connection, "GET", f"/finance/v1/folios/{hint.ref}")
        found = None if answer.missing else read(shapes.Folio, answer.body).reservation
        return (values.entity(found.id),) if found else ()

    def changed(self, connection: Connection, since: dt.datetime, until: dt.datetime) -> Pages:
        """See the port."""
        return self._list(connection, {"dateFilter": "Modification", "from": iso(since), "to": iso(until)})

    def near(self, connection: Connection, first: dt.date, last: dt.date) -> Pages:
        """See the port."""
        between = {"from": f"{first.isoformat()}T00:00:00Z", "to": f"{last.isoformat()}T23:59:59Z"}
        return self._list(connection, {"dateFilter": "Stay", **between})

    async def _list(self, connection: Connection, wanted: dict[str, str]) -> Pages:
        page = 1
        while True:
            more = {"propertyIds": connection.hotel, "pageNumber": str(page), "pageSize": str(PAGE)}
            answer = await self._call(connection, "GET", "/booking/v1/reservations", params=wanted | more)
            found = read(shapes.ReservationList, answer.body or {}).reservations  # nothing at all is a 204
            yield [Listed(values.entity(one.id), values.moment(one.modified)) for one in found]
            if len(found) < PAGE:
                return
            page += 1

    async def folio(self, connection: Connection, number: str) -> Folio:
        """Every folio of the reservation, closed ones too: after the guest left, what we posted still stands there."""
        every = await self._folios(connection, number)
        if not every:
            raise PmsRefused("no_reservation")
        whole = [await self._whole(connection, each.id) for each in every]
        main = next((each for each in every if each.main), every[0])
        return reading.folio(main.id, whole, connection)

    async def _whole(self, connection: Connection, folio_id: str) -> reading.Whole:
        path, paid, page = f"/finance/v1/folios/{folio_id}", list[shapes.Payment](), 1
        said = read(shapes.Folio, (await self._call(connection, "GET", path)).body)
        while True:
            wanted = {"pageNumber": str(page), "pageSize": str(PAGE)}
            answer = await self._call(connection, "GET", f"{path}/payments", params=wanted)
            some = read(shapes.PaymentList, answer.body or {}).payments  # nothing at all is a 204
            paid += some
            if len(some) < PAGE:
                return reading.Whole(said, paid)
            page += 1

    async def _folios(self, connection: Connection, number: str) -> tuple[shapes.Folio, ...]:
        answer = await self._call(connection, "GET", "/finance/v1/folios", params={"reservationIds": number})
        return read(shapes.FolioList, answer.body or {}).folios

    async def _open_folio(self, connection: Connection, number: str) -> Folio:
        """Where a line can be posted: the main folio if it is open, else another that is."""
        open_ones = [one for one in await self._folios(connection, number) if one.status == "Open"]
        chosen = next((one for one in open_ones if one.main), next(iter(open_ones), None))
        if chosen is None:
            raise PmsRefused("no_open_folio")
        return reading.folio(chosen.id, [await self._whole(connection, chosen.id)], connection)

    async def tasks(self, connection: Connection, since: dt.datetime) -> Sequence[TaskState]:
        """apaleo has maintenances of units, which are no tasks."""
        return ()

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """A line under its key. What is taken back is an allowance on it, or a charge below nothing."""
        folio = await self._open_folio(connection, reservation_of(charge))
        taken = folio.under(charge.adjusts) if charge.adjusts else None
        if charge.kind is LineKind.DEPOSIT:
            path, body = f"/finance/v1/folios/{folio.number}/payments", _payment(connection, charge)
        elif taken and charge.kind is LineKind.REFUND:
            path = f"/finance/v1/folio-actions/{folio.number}/charges/{taken.id}/allowances"
            body = {"reason": "Bellboard", "amount": _amount(values.major(charge.amount), charge)}
        else:
            path, body = f"/finance/v1/folio-actions/{folio.number}/charges", _charge(connection, charge)
        answer = await self._call(connection, "POST", path, json=body, headers={"Idempotency-Key": charge.key})
        return Posted(folio.number, values.entity((answer.body or {}).get("id", charge.key)))

    async def write_back(self, connection: Connection, order: ChangeOrder) -> None:
        """A room is assigned, a guest is patched."""
        change = order.writeback.change
        if change.field is PmsField.ROOM:
            unit = await self._unit(connection, str(change.after))
            await self._call(
                connection, "PUT", f"/booking/v1/reservation-actions/{order.reservation}/assign-unit/{unit}"
            )
        elif change.field is PmsField.GUEST and order.guest:
            said = order.guest.model_dump(exclude_none=True)
            await self._patch(connection, order.reservation, {f"/primaryGuest/{PERSON[n]}": v for n, v in said.items()})
        else:
            raise PmsRefused("not_supported")

    async def _unit(self, connection: Connection, room: str) -> str:
        wanted = {"propertyId": connection.hotel, "textSearch": room}
        answer = await self._call(connection, "GET", "/inventory/v1/units", params=wanted)
        for one in read(shapes.UnitList, answer.body or {}).units:
            if one.name == room:
                return values.entity(one.id)
        raise PmsRefused("room_unknown")

    async def _patch(self, connection: Connection, number: str, fields: dict[str, str]) -> None:
        body = [{"op": "replace", "path": path, "value": value} for path, value in fields.items()]
        await self._call(connection, "PATCH", f"/booking/v1/reservations/{number}", json=body)

    async def add_note(self, connection: Connection, order: NoteOrder) -> str:
        """Below what the reservation's comment says already; what stands there under its key is not said again."""
        answer = await self._call(connection, "GET", f"/booking/v1/reservations/{order.reservation}")
        if answer.missing:
            raise PmsRefused("no_reservation")
        before = read(shapes.Reservation, answer.body).comment or ""
        if order.key not in before:
            whole = f"{before}\n{signed(order)}".strip()
            await self._patch(connection, order.reservation, {"/comment": whole})
        return order.key

    async def put_task(self, connection: Connection, order: TaskOrder) -> str:
        """See `tasks`."""
        raise PmsRefused("not_supported")

    def link(self, connection: Connection, number: str) -> str | None:
        """See the port."""
        return connection.page(LINK, number)


def _amount(major: Decimal, charge: Charge) -> dict[str, Any]:
    return {"amount": float(major), "currency": charge.amount.currency}


def _charge(connection: Connection, charge: Charge) -> dict[str, Any]:
    return {
        "serviceType": connection.options.get("service_type", "Other"),
        "vatType": connection.options.get("vat_type", "Normal"),
        "name": connection.options.get("charge_name", "Bellboard"),
        "amount": _amount(owed(charge), charge),
        "quantity": 1,
        "receipt": {"type": "Custom", "number": charge.key},
    }


def _payment(connection: Connection, charge: Charge) -> dict[str, Any]:
    """A custom payment: it was taken elsewhere and is recorded here."""
    method = connection.options.get("payment_method", "Other")
    return {"method": method, "amount": _amount(values.major(charge.amount), charge), "receipt": charge.key}
