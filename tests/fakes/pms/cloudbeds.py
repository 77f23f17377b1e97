"""A simulated Cloudbeds: one property, API key, forms, and `success` in every answer."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.pms.book import Book, Booked, Entry

HERE = ZoneInfo("Europe/Lisbon")
SECRETS = {"api_key": "cbat_live_6f2a9c11e0"}
FIELDS = {"guestFirstName": "first", "guestLastName": "last", "guestEmail": "email"}
OPTIONS = {"payment_type": "cash"}
WAYS_TO_PAY = frozenset({"cash", "ebanking"})
NUMBERS = tuple(f"70613044077{count:02d}" for count in range(10, 18))
Asked = Mapping[str, str]


class Refused(Exception):
    """An answer without success."""


def local(moment: dt.datetime) -> str:
    """On the hotel's clock, as Cloudbeds writes it."""
    return moment.astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S")


class CloudbedsSim:
    """One property."""

    def __init__(self) -> None:
        self.book = Book("318267", self._told)
        self.references: dict[str, str] = {}
        operations: dict[str, Callable[[Asked], Any]] = {
            "getReservation": lambda asked: self._shown(self._one(asked)),
            "getReservations": self._list,
            "getReservationNotes": self._notes,
            "getTransactions": self._transactions,
            "getRooms": lambda _: [{"propertyID": self.book.hotel, "rooms": self._rooms()}],
            "postReservationNote": self._note,
            "postCustomItem": self._item,
            "postAdjustment": self._adjust,
            "postPayment": self._payment,
            "postRoomAssign": self._assign,
            "putGuest": self._guest,
        }
        self.app = Starlette(
            routes=[
                Route(f"/api/v1.3/{name}", self._door(work), methods=["GET" if name.startswith("get") else "POST"])
                for name, work in operations.items()
            ]
        )

    def _told(self, one: Booked, what: str) -> list[Any]:
        names = {"created": "created", "deleted": "deleted", "changed": "dates_changed"}
        event = f"reservation/{names.get(what, 'status_changed')}"
        odd = random.Random(one.modified.timestamp()).random() < 0.5
        ref = {"reservationId" if odd else "reservationID": one.number}
        where = {"propertyId" if odd else "propertyID": int(self.book.hotel), "propertyID_str": self.book.hotel}
        return [{**ref, **where, "version": "1.0", "event": event, "timestamp": one.modified.timestamp() + 0.25}]

    def _door(self, work: Callable[[Asked], Any]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            if request.headers.get("x-api-key") != SECRETS["api_key"]:
                return JSONResponse({"success": False, "message": "Unauthorized"}, status_code=401)
            asked: Asked = request.query_params
            if request.method == "POST":
                asked = {name: str(value) for name, value in (await request.form()).items()}
            if asked["propertyID"] != self.book.hotel:
                return JSONResponse({"success": False, "message": "Property not found"}, status_code=403)
            try:
                return JSONResponse({"success": True, "data": work(asked)})
            except Refused as refused:
                return JSONResponse({"success": False, "message": str(refused)})

        return answer

    def _one(self, asked: Asked) -> Booked:
        if asked["reservationID"] not in self.book.booked:
            raise Refused("Reservation not found")
        return self.book.booked[asked["reservationID"]]

    def _shown(self, one: Booked) -> dict[str, Any]:
        room = {"roomTypeNameShort": one.room_type, "roomTypeID": 5, "adults": one.adults, "children": one.children}
        room |= {"subReservationID": f"{one.number}-1"}
        assigned = [room | {"roomName": one.room, "roomID": self.book.rooms[one.room]}] if one.room else []
        person = {"guestID": one.guest, "guestFirstName": one.first, "guestLastName": one.last, "isMainGuest": True}
        return {
            "reservationID": one.number,
            "propertyID": self.book.hotel,
            "status": {"booked": "confirmed", "cancelled": "canceled"}.get(one.status.value, one.status.value),
            "startDate": one.arrival.isoformat(),
            "endDate": one.departure.isoformat(),
            "dateCreated": local(one.booked_at),
            "dateModified": local(one.modified),
            "guestList": {one.guest: person | {"guestEmail": one.email}},
            "assigned": assigned,
            "unassigned": [] if assigned else [room],
            "total": float(one.rate * one.nights),
            "balance": float(one.owed),
            "balanceDetailed": {"subTotal": str(one.rate * one.nights)},
            "source": "Booking.com",
        }

    def _list(self, asked: Asked) -> list[dict[str, Any]]:
        found = list(self.book.booked.values())
        if "modifiedFrom" in asked:
            found = [one for one in found if asked["modifiedFrom"] <= local(one.modified) <= asked["modifiedTo"]]
        if "checkOutFrom" in asked:
            found = [one for one in found if one.departure.isoformat() >= asked["checkOutFrom"]]
            found = [one for one in found if one.arrival.isoformat() <= asked["checkInTo"]]
        size, page = int(asked["pageSize"]), int(asked["pageNumber"])
        return [
            {"reservationID": one.number, "dateModified": local(one.modified)}
            for one in found[(page - 1) * size : page * size]
        ]

    def _notes(self, asked: Asked) -> list[dict[str, Any]]:
        one = self._one(asked)
        texts = ([one.comment] if one.comment else []) + self.book.notes.get(one.number, [])
        return [
            {"reservationNoteID": 100 + place, "reservationNote": text, "dateCreated": local(one.booked_at)}
            for place, text in enumerate(texts)
        ]

    def _note(self, asked: Asked) -> dict[str, Any]:
        one = self._one(asked)
        self.book.notes.setdefault(one.number, []).append(asked["reservationNote"])
        self.book.change(one.number)
        return {"reservationNoteID": 100 + len(self.book.notes[one.number])}

    def _rooms(self) -> list[dict[str, Any]]:
        return [{"roomID": ref, "roomName": room, "roomTypeID": 5} for room, ref in self.book.rooms.items()]

    def _transactions(self, asked: Asked) -> list[dict[str, Any]]:
        size, page = int(asked["pageSize"]), int(asked["pageNumber"])
        lines = [
            {
                "transactionID": each.id,
                "transactionType": "debit" if each.sign > 0 else "credit",
                "category": "payment" if each.paid else "custom_item",
                "amount": float(each.amount),
                "notes": each.key,
            }
            for each in self._one(asked).entries
        ]
        return lines[(page - 1) * size : page * size]

    def _item(self, asked: Asked) -> dict[str, Any]:
        one = self._one(asked)
        known = self.references.get(asked["referenceID"])
        if known is None:
            amount = Decimal(asked["items[0][itemPrice]"])
            entry = Entry(self.book.id("line"), amount, 1, asked["items[0][itemNote]"])
            known = self.references[asked["referenceID"]] = self.book.post(one.number, entry).id
        return {"transactionID": known}

    def _adjust(self, asked: Asked) -> dict[str, Any]:
        one, amount = self._one(asked), Decimal(asked["amount"])
        if asked["type"] == "rate":
            self.book.change(one.number, rate=one.rate + amount / one.nights)
            return {"transactionID": self.book.id("line")}
        entry = Entry(self.book.id("line"), abs(amount), -1 if amount < 0 else 1, asked["notes"])
        return {"transactionID": self.book.post(one.number, entry).id}

    def _payment(self, asked: Asked) -> dict[str, Any]:
        if asked["type"] not in WAYS_TO_PAY:
            raise Refused("Payment type is invalid")
        entry = Entry(self.book.id("payment"), Decimal(asked["amount"]), -1, asked["description"], paid=True)
        return {"paymentID": self.book.post(self._one(asked).number, entry).id}

    def _assign(self, asked: Asked) -> dict[str, Any]:
        names = {ref: room for room, ref in self.book.rooms.items()}
        self.book.change(self._one(asked).number, room=names[asked["newRoomID"]])
        return {}

    def _guest(self, asked: Asked) -> dict[str, Any]:
        fields = {FIELDS[name]: value for name, value in asked.items() if name in FIELDS}
        for one in [each for each in self.book.booked.values() if each.guest == asked["guestID"]]:
            self.book.change(one.number, **fields)
        return {}
