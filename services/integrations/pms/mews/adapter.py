"""The adapter of the Mews Connector API (https://mews-systems.gitbook.io/connector-api)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio
from services.integrations.domain.marks import About, Heard, Hint
from services.integrations.domain.orders import Ability, ChangeOrder, NoteOrder, TaskAct, TaskOrder, TaskState
from services.integrations.domain.postings import Charge
from services.integrations.pms import values
from services.integrations.pms.calling import Wire
from services.integrations.pms.lines import owed, reservation_of
from services.integrations.pms.mews import reading, shapes
from services.integrations.pms.mews.connector import Connector
from services.integrations.pms.notes import signed
from services.integrations.ports import PmsRefused, Posted
from services.integrations.ports.vendors import Fetched, Listed, Pages
from shared.contracts.records import LineKind
from shared.contracts.writebacks import PmsField

GET = "reservations/getAll/2023-06-06"
LINK = "https://app.mews.com/Commander/{hotel}/Reservation/Detail/{number}"
LONGEST = dt.timedelta(days=85)
"""Filters by time hold at most three months."""
NAMES_FOR = dt.timedelta(hours=1)
PERSON = {"first_name": "FirstName", "last_name": "LastName", "email": "Email", "phone": "Phone"}


class Nothing(BaseModel):
    """An answer that says no more than that it was done."""


class Mews:
    """Charges carry our key as their external identifier: there is no other way to make them once."""

    name = reading.NAME
    can = frozenset(Ability) - {Ability.TASK_CLOSE}
    idempotent_charges = False
    lists_changes = True

    def __init__(self, wire: Wire) -> None:
        self._wire, self._ask = wire, Connector(wire)
        self._names: dict[str, tuple[dt.datetime, dict[str, str], frozenset[str]]] = {}

    def heard(self, payload: object, connection: Connection) -> Heard:
        """See the port."""
        return reading.heard(payload, connection)

    async def _reservation(self, connection: Connection, number: str) -> shapes.Reservation | None:
        found = await self._ask.ask(
            connection, GET, shapes.Reservations, ReservationIds=[number], Limitation={"Count": 1}
        )
        one = next(iter(found.reservations), None)
        ours = connection.options.get("service_id")
        return None if one is None or (ours and one.service not in (None, ours)) else one

    async def _known(self, connection: Connection, number: str) -> shapes.Reservation:
        found = await self._reservation(connection, number)
        if found is None:
            raise PmsRefused("no_reservation")
        return found

    async def fetch(self, connection: Connection, number: str) -> Fetched | None:
        """A reservation names room, guest, money and notes by id only: each is asked for."""
        said = await self._reservation(connection, number)
        if said is None or said.state in reading.NO_STAY:
            return None
        categories, adults = await self._words(connection)
        around = reading.Around(
            customer=await self._customer(connection, said),
            room=await self._room(connection, said.resource),
            categories=categories,
            adults=adults,
            items=await self._items(connection, said),
            payments=await self._payments(connection, ReservationIds=[said.id]),
            notes=await self._notes(connection, said.id),
        )
        return reading.fetched(said, around, connection)

    async def _customer(self, connection: Connection, said: shapes.Reservation) -> shapes.Customer | None:
        if said.account_type != "Customer":
            return None
        more = {"Extent": {"Customers": True}, "Limitation": {"Count": 1}}
        found = await self._ask.ask(
            connection, "customers/getAll", shapes.Customers, CustomerIds=[said.account], **more
        )
        return next(iter(found.customers), None)

    async def _room(self, connection: Connection, resource: str | None) -> str | None:
        if resource is None:
            return None
        more = {"Extent": {"Resources": True}, "Limitation": {"Count": 1}}
        found = await self._ask.ask(connection, "resources/getAll", shapes.Resources, ResourceIds=[resource], **more)
        return next((one.name for one in found.resources if one.id == resource), None)

    async def _words(self, connection: Connection) -> tuple[dict[str, str], frozenset[str]]:
        """What the house calls its sorts of rooms, and which ages are adults; asked for once an hour."""
        held = self._names.get(connection.property_id)
        if held and held[0] > self._wire.now():
            return held[1], held[2]
        service: dict[str, Any] = {"ServiceIds": [connection.option("service_id")], "Limitation": {"Count": 1000}}
        sorts = await self._ask.ask(connection, "resourceCategories/getAll", shapes.Categories, **service)
        ages = await self._ask.ask(connection, "ageCategories/getAll", shapes.Ages, **service)
        categories = {one.id: one.code for one in sorts.categories}
        adults = frozenset(one.id for one in ages.ages if one.adult == "Adult")
        self._names[connection.property_id] = (self._wire.now() + NAMES_FOR, categories, adults)
        return categories, adults

    async def _items(self, connection: Connection, said: shapes.Reservation) -> list[shapes.Item]:
        """The items of a reservation, and those that we put onto its guest's account."""
        own = self._ask.pages(connection, "orderItems/getAll", shapes.Items, ServiceOrderIds=[said.id])
        found = [one async for page in own for one in page.items]
        whole = self._ask.pages(connection, "orderItems/getAll", shapes.Items, AccountIds=[said.account])
        return found + [one async for page in whole for one in page.items if one.external and one.order != said.id]

    async def _payments(self, connection: Connection, **wanted: Any) -> list[shapes.Payment]:
        pages = self._ask.pages(connection, "payments/getAll", shapes.Payments, **wanted)
        return [one async for page in pages for one in page.payments]

    async def _notes(self, connection: Connection, number: str) -> tuple[shapes.Note, ...]:
        more: dict[str, Any] = {"ServiceOrderIds": [number], "Limitation": {"Count": 1000}}
        return (await self._ask.ask(connection, "serviceOrderNotes/getAll", shapes.Notes, **more)).notes

    async def related(self, connection: Connection, hint: Hint) -> Sequence[str]:
        """A payment leads to its reservation."""
        if hint.about is not About.PAYMENT:
            return ()
        found = await self._payments(connection, PaymentIds=[hint.ref])
        return tuple(dict.fromkeys(one.reservation for one in found if one.reservation))

    def changed(self, connection: Connection, since: dt.datetime, until: dt.datetime) -> Pages:
        """See the port."""
        return self._list(connection, "UpdatedUtc", since, until)

    def near(self, connection: Connection, first: dt.date, last: dt.date) -> Pages:
        """See the port."""
        start, end = (dt.datetime.combine(each, dt.time(), dt.UTC) for each in (first, last + dt.timedelta(days=1)))
        return self._list(connection, "CollidingUtc", start, end)

    async def _list(self, connection: Connection, name: str, since: dt.datetime, until: dt.datetime) -> Pages:
        wanted: dict[str, Any] = {"ServiceIds": [connection.option("service_id")]}
        while since < until:
            part = min(until, since + LONGEST)
            wanted[name] = {"StartUtc": _utc(since), "EndUtc": _utc(part)}
            async for page in self._ask.pages(connection, GET, shapes.Reservations, **wanted):
                some = [one for one in page.reservations if one.state not in reading.NO_STAY]
                yield [Listed(values.entity(one.id), values.moment(one.updated)) for one in some]
            since = part

    async def folio(self, connection: Connection, number: str) -> Folio:
        """See the port."""
        said = await self._known(connection, number)
        payments = await self._payments(connection, ReservationIds=[number])
        return reading.folio(said.account, await self._items(connection, said), payments, connection.currency)

    async def tasks(self, connection: Connection, since: dt.datetime) -> Sequence[TaskState]:
        """Tasks that were created or closed since, up to three months back."""
        now = self._wire.now()
        window = {"StartUtc": _utc(max(since, now - LONGEST)), "EndUtc": _utc(now + dt.timedelta(minutes=1))}
        found: dict[str, shapes.Task] = {}
        for name in ("CreatedUtc", "ClosedUtc"):
            async for page in self._ask.pages(connection, "tasks/getAll", shapes.Tasks, **{name: window}):
                found |= {one.id: one for one in page.tasks}
        return tuple(_task(one) for one in found.values())

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """An order of one item, or a payment; what is taken back is an item below nothing: none can be deleted."""
        said = await self._known(connection, reservation_of(charge))
        if charge.kind is LineKind.DEPOSIT:
            paid = _payment(said, connection, charge)
            added = await self._ask.ask(connection, "payments/addExternal", shapes.AddedPayment, **paid)
            return Posted(said.account, added.payment)
        ordered = await self._ask.ask(connection, "orders/add", shapes.Ordered, **_order(said, connection, charge))
        return Posted(said.account, ordered.order)

    async def write_back(self, connection: Connection, order: ChangeOrder) -> None:
        """A rate is set night by night, a room by its id, a guest on their profile."""
        change = order.writeback.change
        said = await self._known(connection, order.reservation)
        if change.field is PmsField.GUEST and order.guest:
            told = order.guest.model_dump(exclude_none=True)
            fields = {PERSON[name]: value for name, value in told.items() if name in PERSON}
            await self._ask.ask(connection, "customers/update", Nothing, CustomerId=said.account, **fields)
            return
        if change.field is PmsField.ROOM:
            wanted: Any = {"AssignedResourceId": {"Value": await self._room_id(connection, str(change.after))}}
        else:
            wanted = {"TimeUnitPrices": {"Value": _prices(said, change.after, connection)}}
        update = {"ReservationId": said.id, **wanted}
        more = {"Reason": "Bellboard", "CheckOverbooking": True, "CheckRateApplicability": False, "Reprice": False}
        await self._ask.ask(connection, "reservations/update", Nothing, ReservationUpdates=[update], **more)

    async def _room_id(self, connection: Connection, room: str) -> str:
        more: dict[str, Any] = {"Extent": {"Resources": True}}
        async for page in self._ask.pages(connection, "resources/getAll", shapes.Resources, **more):
            for one in page.resources:
                if one.name == room:
                    return one.id
        raise PmsRefused("room_unknown")

    async def add_note(self, connection: Connection, order: NoteOrder) -> str:
        """A note of its own, unless one stands there under its key."""
        for one in await self._notes(connection, order.reservation):
            if order.key in one.text:
                return one.id
        note = {"ServiceOrderId": order.reservation, "Text": signed(order)}
        added = await self._ask.ask(connection, "serviceOrderNotes/add", shapes.Notes, ServiceOrderNotes=[note])
        return added.notes[0].id if added.notes else order.key

    async def put_task(self, connection: Connection, order: TaskOrder) -> str:
        """Opened unless it is there; Mews publishes no operation that closes one."""
        if order.act is not TaskAct.OPEN:
            raise PmsRefused("not_supported")
        if order.reservation:
            more: dict[str, Any] = {"ServiceOrderIds": [order.reservation]}
            async for page in self._ask.pages(connection, "tasks/getAll", shapes.Tasks, **more):
                for one in page.tasks:
                    if _key(one) == order.key:
                        return one.id
        body: dict[str, Any] = {
            "Name": order.title,
            "Description": f"{reading.KEYED}{order.key}",
            "DeadlineUtc": _utc(order.due_at),
        }
        body |= {"ServiceOrderId": order.reservation} if order.reservation else {}
        department = connection.options.get(f"department_{order.department.value}")
        body |= {"DepartmentId": department} if department else {}
        return (await self._ask.ask(connection, "tasks/add", shapes.AddedTask, **body)).task

    def link(self, connection: Connection, number: str) -> str | None:
        """See the port."""
        return connection.page(LINK, number)


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _order(said: shapes.Reservation, connection: Connection, charge: Charge) -> dict[str, Any]:
    taxes = [code for code in connection.options.get("tax_codes", "").split(",") if code]
    amount = {"Currency": charge.amount.currency, "GrossValue": float(owed(charge)), "TaxCodes": taxes}
    item: dict[str, Any] = {"Name": connection.options.get("charge_name", "Bellboard"), "UnitCount": 1}
    item |= {"UnitAmount": amount, "ExternalIdentifier": charge.key}
    category = connection.options.get("accounting_category_id")
    return {
        "ServiceId": connection.option("charge_service_id"),
        "AccountId": said.account,
        "LinkedReservationId": said.id,
        "Items": [item | ({"AccountingCategoryId": category} if category else {})],
        "ConsumptionUtc": _utc(charge.at),
    }


def _payment(said: shapes.Reservation, connection: Connection, charge: Charge) -> dict[str, Any]:
    """A payment that was taken outside of Mews, on the guest's account, for the reservation."""
    amount = {"Currency": charge.amount.currency, "GrossValue": float(owed(charge))}
    paid: dict[str, Any] = {"AccountId": said.account, "ReservationId": said.id, "Amount": amount}
    sort = connection.options.get("payment_type")
    return paid | {"ExternalIdentifier": charge.key} | ({"Type": sort} if sort else {})


def _prices(said: shapes.Reservation, rate: dict[str, Any], connection: Connection) -> list[dict[str, Any]]:
    """The same price for every night, taxes within."""
    start, end = dt.datetime.fromisoformat(said.start), dt.datetime.fromisoformat(said.end)
    taxes = [code for code in connection.options.get("night_tax_codes", "").split(",") if code]
    gross = float(values.major(values.minor(rate)))
    amount = {"Currency": rate["currency"], "GrossValue": gross, "TaxCodes": taxes}
    return [{"Index": night, "Amount": amount} for night in range(max(1, (end.date() - start.date()).days))]


def _key(said: shapes.Task) -> str | None:
    text = said.description or ""
    return text.partition(reading.KEYED)[2].split()[0] if reading.KEYED in text else None


def _task(said: shapes.Task) -> TaskState:
    return TaskState(
        number=values.entity(said.id),
        closed=said.state != "Open",
        key=_key(said),
        reservation=said.order,
        due_at=values.moment(said.deadline),
    )
