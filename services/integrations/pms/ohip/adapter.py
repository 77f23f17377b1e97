"""The adapter of the Oracle Hospitality Integration Platform (https://docs.oracle.com/…/integration-platform)."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.integrations.domain.comments import OURS
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio
from services.integrations.domain.marks import Heard, Hint
from services.integrations.domain.orders import Ability, ChangeOrder, NoteOrder, TaskAct, TaskOrder, TaskState
from services.integrations.domain.postings import Charge
from services.integrations.pms import values
from services.integrations.pms.calling import Answer, Request, Wire, read
from services.integrations.pms.lines import owed, reservation_of
from services.integrations.pms.notes import signed
from services.integrations.pms.oauth import Grant, basic, call, signed_in
from services.integrations.pms.ohip import reading, shapes, stream
from services.integrations.ports import PmsRefused, Posted
from services.integrations.ports.vendors import Fetched, Listed, Pages
from shared.contracts.records import LineKind
from shared.contracts.values import local_day, zone
from shared.contracts.writebacks import PmsField

PAGE, QUEUE_PAGE, MOST_QUEUED = 100, 20, 500
SOON = dt.timedelta(days=14)
BEHIND = dt.timedelta(days=2)
FETCH = "fetchInstructions=Reservation&fetchInstructions=Comments&fetchInstructions=ReservationGuests"


class Ohip:
    """There is no list of changes: what is near today is compared every 15 minutes, all of it each night."""

    name = reading.NAME
    can = frozenset(Ability)
    idempotent_charges = False
    lists_changes = False

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def _grant(self, connection: Connection) -> tuple[Grant, str]:
        secrets = await self._wire.secrets.of(connection)
        key = secrets.get("app_key", "")
        headers = {
            "Authorization": basic(secrets.get("client_id", ""), secrets.get("client_secret", "")),
            "x-app-key": key,
        }
        if "username" in secrets:
            form = {"grant_type": "password", "username": secrets["username"], "password": secrets.get("password", "")}
        else:
            form = {"grant_type": "client_credentials", "scope": connection.option("scope")}
            headers["enterpriseId"] = connection.option("enterprise_id")
        return Grant(f"{self._base(connection)}/oauth/v1/tokens", form, headers), key

    @staticmethod
    def _base(connection: Connection) -> str:
        return connection.base_url or connection.option("gateway")

    async def _call(self, connection: Connection, method: str, path: str, **more: Any) -> Answer:
        grant, key = await self._grant(connection)
        headers = {"x-app-key": key, "x-hotelid": connection.hotel}
        headers |= {"x-externalsystem": connection.options["ext_system"]} if "ext_system" in connection.options else {}
        url = f"{self._base(connection)}{path}"
        request = Request(method, url, headers, changes=method != "GET", **more)
        return await call(self._wire, connection, grant, request)

    def heard(self, payload: object, connection: Connection) -> Heard:
        """See the port."""
        return reading.heard(payload, connection)

    async def _reservation(self, connection: Connection, number: str) -> shapes.Reservation | None:
        answer = await self._call(connection, "GET", f"{_rsv(connection)}/{number}?{FETCH}")
        found = () if answer.missing else read(shapes.Reservations, answer.body or {}).reservations.one
        return next((one for one in found if one.hotel in (None, connection.hotel)), None)

    async def fetch(self, connection: Connection, number: str) -> Fetched | None:
        """See the port."""
        said = await self._reservation(connection, number)
        return reading.fetched(said, await self.folio(connection, number), connection) if said else None

    async def related(self, connection: Connection, hint: Hint) -> Sequence[str]:
        """Nothing but reservations and profiles is told of."""
        return ()

    def changed(self, connection: Connection, since: dt.datetime, until: dt.datetime) -> Pages:
        """Whoever is in the house or comes soon."""
        today = local_day(until, zone(connection.zone))
        return self.near(connection, today - BEHIND, today + SOON)

    async def near(self, connection: Connection, first: dt.date, last: dt.date) -> Pages:
        """See the port."""
        offset, here = 0, zone(connection.zone)
        while True:
            wanted = {"departureStartDate": first.isoformat(), "arrivalEndDate": last.isoformat()}
            page = {"limit": str(PAGE), "offset": str(offset)}
            answer = await self._call(connection, "GET", _rsv(connection), params=wanted | page)
            found = read(shapes.Reservations, answer.body or {}).reservations
            numbers = [(one.id_of("Reservation"), one) for one in found.many]
            yield [
                Listed(values.entity(number), values.moment(one.modified, here)) for number, one in numbers if number
            ]
            if not found.more or not found.many:
                return
            offset += len(found.many)

    async def folio(self, connection: Connection, number: str) -> Folio:
        """See the port."""
        path = f"/csh/v1/hotels/{connection.hotel}/reservations/{number}/folios"
        answer = await self._call(connection, "GET", path)
        return reading.folio(number, read(shapes.Folios, answer.body or {}), connection.currency)

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """A posting or a payment whose reference is our key; what is taken back is a posting below nothing."""
        number = reservation_of(charge)
        criteria: dict[str, Any] = {
            "hotelId": connection.hotel,
            "reservationId": {"id": number, "type": "Reservation"},
        }
        cashier = connection.options.get("cashier_id")
        criteria |= {"cashierId": cashier} if cashier else {}
        paid = charge.kind is LineKind.DEPOSIT
        criteria |= _payment(connection, charge) if paid else {"charges": [_line(connection, charge)], "postIt": True}
        path = f"/csh/v1/hotels/{connection.hotel}/reservations/{number}/{'payments' if paid else 'charges'}"
        await self._call(connection, "POST", path, json={"criteria": criteria})
        return Posted(number, charge.key)

    async def write_back(self, connection: Connection, order: ChangeOrder) -> None:
        """A rate on the reservation, a room by its assignment, a guest on their profile."""
        change, number = order.writeback.change, order.reservation
        if change.field is PmsField.RATE:
            await self._put_rate(connection, number, change.after)
        elif change.field is PmsField.ROOM:
            path = f"/fof/v1/hotels/{connection.hotel}/reservations/{number}/roomAssignments"
            try:
                criteria = {"hotelId": connection.hotel, "roomId": str(change.after)}
                await self._call(connection, "POST", path, json={"criteria": criteria})
            except PmsRefused as refused:
                raise PmsRefused("room_refused") from refused
        elif order.guest:
            said = await self._known(connection, number)
            profile = reading.profile_id(reading.primary(said.guests))
            if profile is None:
                raise PmsRefused("no_guest")
            names = {"givenName": order.guest.first_name, "surname": order.guest.last_name}
            name = {field: value for field, value in names.items() if value} | {"nameType": "Primary"}
            body: dict[str, Any] = {"customer": {"personName": [name]}}
            if order.guest.email:
                body["emails"] = {"emailInfo": [{"email": {"emailAddress": order.guest.email}}]}
            await self._call(connection, "PUT", f"/crm/v1/profiles/{profile}", json={"profileDetails": body})

    async def _known(self, connection: Connection, number: str) -> shapes.Reservation:
        found = await self._reservation(connection, number)
        if found is None:
            raise PmsRefused("no_reservation")
        return found

    async def _put_rate(self, connection: Connection, number: str, rate: dict[str, Any]) -> None:
        amount = float(values.major(values.minor(rate)))
        base = {"base": {"amountBeforeTax": amount, "currencyCode": rate["currency"]}}
        stay = {"roomRates": [{"rates": {"rate": [base]}, "fixedRate": True}]}
        await self._put(connection, number, {"roomStay": stay})

    async def _put(self, connection: Connection, number: str, fields: dict[str, Any]) -> None:
        ids = {"reservationIdList": [{"id": number, "type": "Reservation"}], "hotelId": connection.hotel}
        await self._call(connection, "PUT", f"{_rsv(connection)}/{number}", json={"reservations": [ids | fields]})

    async def add_note(self, connection: Connection, order: NoteOrder) -> str:
        """A comment of its own, unless one stands there under its key."""
        said = await self._known(connection, order.reservation)
        for one in said.comments:
            if one.comment and one.comment.text and order.key in one.comment.text.value:
                return str(one.id)
        comment = {"text": {"value": signed(order)}, "type": "RESERVATION", "internal": True}
        await self._put(connection, order.reservation, {"comments": [{"comment": comment}]})
        return order.key

    async def tasks(self, connection: Connection, since: dt.datetime) -> Sequence[TaskState]:
        """Service requests that were opened since, with what became of them."""
        since_day = local_day(since, zone(connection.zone)).isoformat()
        answer = await self._call(connection, "GET", _fof(connection), params={"openStartDate": since_day})
        found = read(shapes.ServiceRequests, answer.body or {}).requests
        return tuple(reading.task(one, connection.zone) for one in found)

    async def put_task(self, connection: Connection, order: TaskOrder) -> str:
        """A service request, opened unless it is there, and closed by its number."""
        if order.act is TaskAct.CLOSE:
            done = {"status": "Closed", "closeDescription": "Bellboard"}
            await self._call(connection, "PUT", f"{_fof(connection)}/{order.number}", json={"serviceRequest": done})
            return order.number or order.key
        since = self._wire.now() - SOON
        for one in await self.tasks(connection, since):
            if one.key == order.key:
                return one.number
        here = order.due_at.astimezone(zone(connection.zone))
        wanted: dict[str, Any] = {
            "code": connection.options.get(f"request_{order.kind}", connection.option("request_code")),
            "status": "Open",
            "priority": "Normal",
            "department": {
                "code": connection.options.get(f"department_{order.department.value}", order.department.value)
            },
            "completionDate": here.strftime("%Y-%m-%dT%H:%M:%S"),
            "comment": f"{OURS}{order.key} {order.title}",
        }
        reservation = [{"id": order.reservation, "type": "Reservation"}]
        wanted |= {"reservationIdList": reservation} if order.reservation else {}
        wanted |= {"room": {"roomId": order.room}} if order.room else {}
        answer = await self._call(connection, "POST", _fof(connection), json={"serviceRequest": wanted})
        said = read(shapes.ServiceRequests, answer.body or {}).requests
        return values.entity(said[0].id.id) if said else order.key

    def link(self, connection: Connection, number: str) -> str | None:
        """Every installation has pages of its own: without a pattern there is no link."""
        return connection.page("", number) or None

    async def pull(self, connection: Connection) -> AsyncIterator[Heard]:
        """Empty the queue. What was read is gone there: who does not mark it at once waits for the next look."""
        system = connection.option("ext_system")
        path = f"/int/v1/externalSystem/{system}/hotels/{connection.hotel}/businessEvents"
        for _ in range(MOST_QUEUED):
            answer = await self._call(connection, "GET", path, params={"limit": str(QUEUE_PAGE)})
            if answer.missing or not answer.body:
                return
            found = read(shapes.Queue, answer.body).events
            yield reading.hinted([one.event.header for one in found], connection)
            if len(found) < QUEUE_PAGE:
                return

    async def listen(self, connection: Connection, offset: str | None) -> AsyncIterator[tuple[Heard, str]]:
        """Events of the stream from an offset on, until it is time to sign in anew."""
        grant, key = await self._grant(connection)
        token = await signed_in(self._wire, connection, grant)
        url = connection.options.get("stream_url") or f"{self._base(connection).replace('http', 'ws', 1)}/subscriptions"
        subscription = stream.Subscription(connection.option("chain_code"), connection.hotel, offset)
        async for events in stream.events(url, key, token.value, subscription):
            yield reading.hinted(events, connection), events[-1].metadata.offset


def _rsv(connection: Connection) -> str:
    return f"/rsv/v1/hotels/{connection.hotel}/reservations"


def _fof(connection: Connection) -> str:
    return f"/fof/v1/hotels/{connection.hotel}/serviceRequests"


def _line(connection: Connection, charge: Charge) -> dict[str, Any]:
    return {
        "transactionCode": connection.option("transaction_code"),
        "price": {"amount": float(owed(charge)), "currencyCode": charge.amount.currency},
        "postingQuantity": 1,
        "postingReference": charge.key,
        "postingRemark": "Bellboard",
        "folioWindowNo": 1,
    }


def _payment(connection: Connection, charge: Charge) -> dict[str, Any]:
    """A deposit by one of the hotel's own payment methods."""
    return {
        "paymentMethod": {"paymentMethod": connection.option("payment_method")},
        "postingAmount": {"amount": float(owed(charge)), "currencyCode": charge.amount.currency},
        "postingReference": charge.key,
        "postingRemark": "Bellboard",
        "folioWindowNo": 1,
    }
