"""A simulated apaleo: OAuth, reservations, folios, units, in the shapes that apaleo publishes."""

import datetime as dt
import json
import secrets
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.contracts.stays import StayStatus
from shared.contracts.values import iso
from tests.fakes.pms.book import Book, Booked, Entry

STATUS = {
    StayStatus.BOOKED: "Confirmed",
    StayStatus.CHECKED_IN: "InHouse",
    StayStatus.CHECKED_OUT: "CheckedOut",
    StayStatus.CANCELLED: "Canceled",
    StayStatus.NO_SHOW: "NoShow",
}
SECRETS = {"client_id": "HOUSE-SP", "client_secret": "apaleo-live-secret-0123456789"}
PATCHES = {"firstName": "first", "lastName": "last", "email": "email", "preferredLanguage": "language"}


class ApaleoSim:
    """One account with one hotel."""

    def __init__(self) -> None:
        self.book = Book("BER", self._told)
        self.tokens: set[str] = set()
        self.closed: set[str] = set()
        self.keys: dict[str, str] = {}
        at = "/booking/v1/reservations"
        folio = "/finance/v1/folio-actions/{folio}/charges"
        self.app = Starlette(
            routes=[
                Route("/connect/token", self._token, methods=["POST"]),
                Route(at, self._list),
                Route(at + "/{number}", self._one, methods=["GET", "PATCH"]),
                Route("/booking/v1/reservation-actions/{number}/assign-unit/{unit}", self._assign, methods=["PUT"]),
                Route("/finance/v1/folios", self._folios),
                Route("/finance/v1/folios/{folio}", self._folio),
                Route("/finance/v1/folios/{folio}/payments", self._payments, methods=["GET", "POST"]),
                Route(folio, self._charge, methods=["POST"]),
                Route(folio + "/{charge}/allowances", self._allowance, methods=["POST"]),
                Route("/inventory/v1/units", self._units),
            ]
        )

    def _told(self, one: Booked, what: str) -> list[Any]:
        types = {"checked_in": "checked-in", "deleted": "deleted", "cancelled": "canceled", "created": "created"}
        millis = int(one.modified.timestamp() * 1000)
        told = {"topic": "Reservation", "type": types.get(what, "changed"), "id": secrets.token_hex(8)}
        return [
            told | {"accountId": "HFTF", "propertyId": "BER", "timestamp": millis, "data": {"entityId": one.number}}
        ]

    async def _token(self, request: Request) -> Response:
        if not request.headers.get("authorization", "").startswith("Basic "):
            return Response(status_code=400)
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return JSONResponse({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    def _refused(self, request: Request) -> Response | None:
        known = request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens
        return None if known else Response(status_code=401)

    async def _list(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        asked = request.query_params
        since, until = (dt.datetime.fromisoformat(asked[name].replace("Z", "+00:00")) for name in ("from", "to"))
        by_change = asked["dateFilter"] == "Modification"
        found = [
            one
            for one in self.book.booked.values()
            if (since <= one.modified <= until)
            or (not by_change and one.arrival <= until.date() and one.departure >= since.date())
        ]
        size, page = int(asked["pageSize"]), int(asked["pageNumber"])
        some = found[(page - 1) * size : page * size]
        if not some:
            return Response(status_code=204)
        listed = [{"id": one.number, "modified": iso(one.modified)} for one in some]
        return JSONResponse({"reservations": listed, "count": len(found)})

    async def _one(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        number = request.path_params["number"]
        if number not in self.book.booked:
            return Response(status_code=404)
        if request.method == "PATCH":
            for op in await request.json():
                field = op["path"].rsplit("/", 1)[1]
                self.book.change(number, **{PATCHES.get(field, field): op["value"]})
            return Response(status_code=204)
        return JSONResponse(self._shown(self.book.booked[number]))

    def _shown(self, one: Booked) -> dict[str, Any]:
        group = {"id": f"BER-{one.room_type}", "code": one.room_type, "name": one.room_type}
        total = {"amount": float(one.rate * one.nights), "currency": "EUR"}
        shown: dict[str, Any] = {
            "id": one.number,
            "bookingId": one.number.split("-")[0],
            "status": STATUS[one.status],
            "property": {"id": "BER", "code": "BER", "name": "Berlin"},
            "unitGroup": group,
            "arrival": f"{one.arrival.isoformat()}T15:00:00+02:00",
            "departure": f"{one.departure.isoformat()}T11:00:00+02:00",
            "created": iso(one.booked_at),
            "modified": iso(one.modified),
            "adults": one.adults,
            "childrenAges": [7] * one.children,
            "primaryGuest": {
                "firstName": one.first,
                "lastName": one.last,
                "email": one.email,
                "preferredLanguage": one.language,
            },
            "totalGrossAmount": total,
            "balance": {"amount": -float(one.owed), "currency": "EUR"},
            "timeSlices": [{"totalGrossAmount": {"amount": float(one.rate), "currency": "EUR"}}] * one.nights,
        }
        shown |= {"comment": one.comment} if one.comment else {}
        return shown | ({"unit": {"id": self.book.rooms[one.room], "name": one.room}} if one.room else {})

    async def _assign(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        names = {unit: room for room, unit in self.book.rooms.items()}
        self.book.change(request.path_params["number"], room=names[request.path_params["unit"]])
        return Response(status_code=204)

    async def _units(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        wanted = request.query_params["textSearch"]
        found = [{"id": unit, "name": room} for room, unit in self.book.rooms.items() if wanted in room]
        return JSONResponse({"units": found}) if found else Response(status_code=204)

    async def _folios(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        number = request.query_params["reservationIds"]
        if number not in self.book.booked:
            return Response(status_code=204)
        return JSONResponse({"folios": [self._shown_folio(self.book.booked[number], whole=False)]})

    async def _folio(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        number = request.path_params["folio"].removesuffix("-F1")
        if number not in self.book.booked:
            return Response(status_code=404)
        return JSONResponse(self._shown_folio(self.book.booked[number], whole=True))

    def _shown_folio(self, one: Booked, *, whole: bool) -> dict[str, Any]:
        shown = {
            "id": f"{one.number}-F1",
            "isMainFolio": True,
            "status": "Closed" if one.number in self.closed else "Open",
            "reservation": {"id": one.number},
            "balance": {"amount": -float(one.owed), "currency": "EUR"},
        }
        if not whole:
            return shown
        charges = [self._line(each) for each in one.entries if each.of is None and not each.paid]
        allowances = [self._line(each) for each in one.entries if each.of is not None]
        return shown | {"charges": charges, "allowances": allowances}

    @staticmethod
    def _line(entry: Entry) -> dict[str, Any]:
        amount = float(entry.amount * (1 if entry.of else entry.sign))
        receipt = {"receipt": {"type": "Custom", "number": entry.key}} if entry.key else {}
        return {"id": entry.id, "amount": {"grossAmount": amount, "currency": "EUR"}, **receipt}

    async def _payments(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        if request.method == "POST":
            body = json.loads(await request.body(), parse_float=Decimal)
            if "method" not in body:
                return JSONResponse({"messages": ["method is required"]}, status_code=422)
            entry = Entry(
                self.book.id("payment"), Decimal(str(body["amount"]["amount"])), -1, body["receipt"], paid=True
            )
            return self._once(request, entry)
        entries = self.book.booked[request.path_params["folio"].removesuffix("-F1")].entries
        shown = [
            {"id": each.id, "method": "Other", "receipt": each.key, "status": "Success"}
            | {"amount": {"amount": float(each.amount), "currency": "EUR"}}
            for each in entries
            if each.paid
        ]
        size, page = int(request.query_params["pageSize"]), int(request.query_params["pageNumber"])
        some = shown[(page - 1) * size : page * size]
        return JSONResponse({"payments": some, "count": len(shown)}) if some else Response(status_code=204)

    async def _charge(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        body = json.loads(await request.body(), parse_float=Decimal)
        if "vatType" not in body:
            return JSONResponse({"messages": ["vatType is required"]}, status_code=422)
        amount = Decimal(str(body["amount"]["amount"]))
        return self._posted(request, abs(amount), -1 if amount < 0 else 1, body["receipt"]["number"])

    async def _allowance(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        body = json.loads(await request.body(), parse_float=Decimal)
        amount = Decimal(str(body["amount"]["amount"]))
        return self._posted(request, amount, -1, None, request.path_params["charge"])

    def _posted(self, request: Request, amount: Decimal, sign: int, key: str | None, of: str | None = None) -> Response:
        return self._once(request, Entry(self.book.id("charge"), amount, sign, key, of))

    def _once(self, request: Request, entry: Entry) -> Response:
        once = request.headers["idempotency-key"]
        if once not in self.keys:
            self.keys[once] = entry.id
            self.book.post(request.path_params["folio"].removesuffix("-F1"), entry)
        return JSONResponse({"id": self.keys[once]}, status_code=200)
