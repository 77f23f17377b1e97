"""A simulated Mews Connector API: one enterprise, one stay service, one service for charges."""

import datetime as dt
import json
import uuid
import zlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.contracts.stays import StayStatus
from tests.fakes.pms.book import START, Book, Booked, Entry, Task

STATE = {
    StayStatus.BOOKED: "Confirmed",
    StayStatus.CHECKED_IN: "Started",
    StayStatus.CHECKED_OUT: "Processed",
    StayStatus.CANCELLED: "Canceled",
    StayStatus.NO_SHOW: "Canceled",
}
SECRETS = {"client_token": "CLIENT-9f1e7c", "access_token": "ACCESS-live-0b2d"}
SERVICE, EXTRAS = "bd26d8db-86da-4f96-9efc-e5a4654a4a94", "8c1bd738-a505-4b29-aa71-9ecc2982b843"
ADULT, CHILD = "1f67644f-052d-4863-acdf-ae1600c60ca0", "ab58c939-be30-4a60-8f75-ae1600c60c9f"
OPTIONS = {"service_id": SERVICE, "charge_service_id": EXTRAS, "page_size": "100"}
FIELDS = {"FirstName": "first", "LastName": "last", "Email": "email"}
Body = dict[str, Any]


def named(text: str) -> str:
    """A GUID for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, text))


def utc(moment: dt.datetime) -> str:
    """As Mews writes moments: whole seconds."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(value: Decimal) -> Body:
    """An amount."""
    return {"Currency": "EUR", "GrossValue": float(value), "NetValue": float(value)}


class MewsSim:
    """One enterprise."""

    def __init__(self) -> None:
        self.book = Book("851df8c8-90f2-4c4a-8e01-a4fc46b25178", self._told)
        self.external: dict[str, str] = {}
        operations: Mapping[str, Callable[[Body], Body]] = {
            "reservations/getAll/2023-06-06": self._reservations,
            "reservations/update": self._update,
            "customers/getAll": self._customers,
            "customers/update": self._update_customer,
            "resources/getAll": self._resources,
            "resourceCategories/getAll": self._categories,
            "ageCategories/getAll": self._ages,
            "orderItems/getAll": self._items,
            "payments/getAll": self._payments,
            "serviceOrderNotes/getAll": self._notes,
            "serviceOrderNotes/add": self._add_note,
            "tasks/getAll": self._tasks,
            "tasks/add": self._add_task,
            "orders/add": self._order,
            "payments/addExternal": self._add_payment,
        }
        self.app = Starlette(
            routes=[
                Route(f"/api/connector/v1/{name}", self._door(work), methods=["POST"])
                for name, work in operations.items()
            ]
        )

    def _told(self, one: Booked, what: str) -> list[Any]:
        named_things = [("ServiceOrderUpdated", one.number), ("ResourceUpdated", named("a room"))]
        named_things += [("CustomerAdded", one.guest)] if what == "created" else []
        named_things += [("CustomerUpdated", one.guest), ("ServiceOrderUpdated", one.number)]
        events = [{"Discriminator": word, "Value": {"Id": ref}} for word, ref in named_things]
        return [{"EnterpriseId": self.book.hotel, "IntegrationId": named("integration"), "Events": events}]

    def _door(self, work: Callable[[Body], Body]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = json.loads(await request.body(), parse_float=Decimal)
            if (body.get("ClientToken"), body.get("AccessToken")) != tuple(SECRETS.values()):
                return JSONResponse({"Message": "Invalid token", "RequestId": "1"}, status_code=401)
            try:
                return JSONResponse(work(body))
            except (KeyError, ValueError) as wrong:
                return JSONResponse({"Message": str(wrong), "RequestId": "1"}, status_code=400)

        return answer

    @staticmethod
    def _page(body: Body, name: str, found: list[Body]) -> Body:
        limit = body["Limitation"]
        start = next((at + 1 for at, one in enumerate(found) if one["Id"] == limit.get("Cursor")), 0)
        some = found[start : start + min(limit["Count"], 1000)]
        return {name: some, "Cursor": some[-1]["Id"] if some else None}

    @staticmethod
    def _window(body: Body, name: str) -> tuple[dt.datetime, dt.datetime] | None:
        if name not in body:
            return None
        start, end = (dt.datetime.fromisoformat(body[name][each]) for each in ("StartUtc", "EndUtc"))
        if end - start > dt.timedelta(days=92):
            raise ValueError("the interval is longer than 3 months")
        return start, end + dt.timedelta(seconds=1)

    def _reservations(self, body: Body) -> Body:
        found = list(self.book.booked.values())
        if "ReservationIds" in body:
            found = [one for one in found if one.number in body["ReservationIds"]]
        if window := self._window(body, "UpdatedUtc"):
            found = [one for one in found if window[0] <= one.modified <= window[1]]
        if window := self._window(body, "CollidingUtc"):
            found = [one for one in found if one.arrival <= window[1].date() and one.departure >= window[0].date()]
        return self._page(body, "Reservations", [self._shown(one) for one in found])

    def _shown(self, one: Booked) -> Body:
        persons = [{"AgeCategoryId": ADULT, "Count": one.adults}]
        persons += [{"AgeCategoryId": CHILD, "Count": one.children}] if one.children else []
        return {
            "Id": one.number,
            "ServiceId": SERVICE,
            "AccountId": one.guest,
            "AccountType": "Customer",
            "Number": str(zlib.crc32(one.number.encode()) % 10_000),
            "State": STATE[one.status],
            "CancellationReason": "NoShow" if one.status is StayStatus.NO_SHOW else None,
            "Origin": "Connector",
            "ScheduledStartUtc": f"{one.arrival.isoformat()}T14:00:00Z",
            "ScheduledEndUtc": f"{one.departure.isoformat()}T11:00:00Z",
            "CreatedUtc": utc(one.booked_at),
            "UpdatedUtc": utc(one.modified),
            "RequestedResourceCategoryId": named(one.room_type),
            "AssignedResourceId": self.book.rooms[one.room] if one.room else None,
            "Purpose": "Leisure",
            "PersonCounts": persons,
        }

    def _update(self, body: Body) -> Body:
        names = {ref: room for room, ref in self.book.rooms.items()}
        for each in body["ReservationUpdates"]:
            if "AssignedResourceId" in each:
                self.book.change(each["ReservationId"], room=names[each["AssignedResourceId"]["Value"]])
            if "TimeUnitPrices" in each:
                prices = each["TimeUnitPrices"]["Value"]
                assert len(prices) == self.book.booked[each["ReservationId"]].nights
                self.book.change(each["ReservationId"], rate=Decimal(str(prices[0]["Amount"]["GrossValue"])))
        return {"Reservations": []}

    def _customers(self, body: Body) -> Body:
        one = next(each for each in self.book.booked.values() if each.guest in body["CustomerIds"])
        shown = {"Id": one.guest, "FirstName": one.first, "LastName": one.last, "Email": one.email}
        return {"Customers": [shown | {"LanguageCode": f"{one.language}-PT", "Classifications": []}]}

    def _update_customer(self, body: Body) -> Body:
        fields = {FIELDS[name]: value for name, value in body.items() if name in FIELDS}
        for one in [each for each in self.book.booked.values() if each.guest == body["CustomerId"]]:
            self.book.change(one.number, **fields)
        return {"Id": body["CustomerId"]}

    def _resources(self, body: Body) -> Body:
        every = [{"Id": ref, "Name": room} for room, ref in self.book.rooms.items()]
        wanted = body.get("ResourceIds")
        return self._page(body, "Resources", [one for one in every if wanted is None or one["Id"] in wanted])

    def _categories(self, body: Body) -> Body:
        return {"ResourceCategories": [{"Id": named("DBL"), "ShortNames": {"en-US": "DBL"}, "Names": {}}]}

    def _ages(self, body: Body) -> Body:
        ages = ((ADULT, "Adult"), (CHILD, "Child"))
        return {"AgeCategories": [{"Id": ref, "Classification": sort} for ref, sort in ages]}

    def _items(self, body: Body) -> Body:
        found: list[Body] = []
        for one in self.book.booked.values():
            nights = [
                self._item(f"{one.number}-{night}", one.number, one.rate, "SpaceOrder") for night in range(one.nights)
            ]
            extras = [
                self._item(each.id, f"order-{each.id}", each.amount * each.sign, "CustomItem", each.key)
                for each in one.entries
                if not each.paid
            ]
            found += nights if one.number in body.get("ServiceOrderIds", ()) else []
            found += [*nights, *extras] if one.guest in body.get("AccountIds", ()) else []
        return self._page(body, "OrderItems", found)

    @staticmethod
    def _item(ref: str, order: str, amount: Decimal, sort: str, key: str | None = None) -> Body:
        shown = {"Id": ref, "ServiceOrderId": order, "Amount": money(amount), "AccountingState": "Open", "Type": sort}
        return shown | {"ExternalIdentifier": key, "ConsumedUtc": utc(START)}

    def _payments(self, body: Body) -> Body:
        found = [
            self._payment(f"payment-{one.number}", one.number, one.paid)
            for one in self.book.booked.values()
            if one.paid
        ]
        found += [
            self._payment(each.id, one.number, each.amount, each.key)
            for one in self.book.booked.values()
            for each in one.entries
            if each.paid
        ]
        wanted = {*body.get("ReservationIds", ()), *body.get("PaymentIds", ())}
        found = [one for one in found if wanted & {one["Id"], one["ReservationId"]}]
        return self._page(body, "Payments", found)

    @staticmethod
    def _payment(ref: str, number: str, amount: Decimal, key: str | None = None) -> Body:
        data = {"Discriminator": "External", "External": {"Type": "Cash", "ExternalIdentifier": key}} if key else None
        return {"Id": ref, "ReservationId": number, "Amount": money(-amount), "State": "Charged", "Data": data}

    def _add_payment(self, body: Body) -> Body:
        gross, number = Decimal(str(body["Amount"]["GrossValue"])), body["ReservationId"]
        if body["AccountId"] != self.book.booked[number].guest:
            raise ValueError("Invalid AccountId.")
        entry = Entry(self.book.id("payment"), gross, -1, body["ExternalIdentifier"], paid=True)
        return {"ExternalPaymentId": self.book.post(number, entry).id}

    def _notes(self, body: Body) -> Body:
        [number] = body["ServiceOrderIds"]
        comment = self.book.booked[number].comment if number in self.book.booked else ""
        texts = ([comment] if comment else []) + self.book.notes.get(number, [])
        shown = [{"Id": named(f"{number}{text}"), "Text": text, "Type": "General"} for text in texts]
        return {"ServiceOrderNotes": [one | {"ServiceOrderId": number, "CreatedUtc": utc(START)} for one in shown]}

    def _add_note(self, body: Body) -> Body:
        [note] = body["ServiceOrderNotes"]
        number = note["ServiceOrderId"]
        self.book.notes.setdefault(number, []).append(note["Text"])
        self.book.change(number)
        return self._notes({"ServiceOrderIds": [number]})

    def _tasks(self, body: Body) -> Body:
        found = [
            one
            for one in self.book.tasks.values()
            if one.reservation in body.get("ServiceOrderIds", (one.reservation,))
        ]
        shown = [
            {
                "Id": one.id,
                "Name": one.name,
                "State": "Closed" if one.closed else "Open",
                "Description": one.key,
                "ServiceOrderId": one.reservation,
                "DeadlineUtc": utc(START),
            }
            for one in found
        ]
        return self._page(body, "Tasks", shown)

    def _add_task(self, body: Body) -> Body:
        made = Task(self.book.id("task"), body["Name"], body["Description"], reservation=body.get("ServiceOrderId"))
        self.book.tasks[made.id] = made
        return {"TaskId": made.id}

    def _order(self, body: Body) -> Body:
        if body["ServiceId"] == SERVICE:
            raise ValueError("The service is not orderable.")
        [item] = body["Items"]
        gross = Decimal(str(item["UnitAmount"]["GrossValue"]))
        entry = Entry(self.book.id("item"), abs(gross), -1 if gross < 0 else 1, item["ExternalIdentifier"])
        self.book.post(body["LinkedReservationId"], entry)
        return {"OrderId": f"order-{entry.id}"}


NUMBERS = tuple(named(f"reservation {count}") for count in range(8))
