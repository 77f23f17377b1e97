"""A simulated OHIP: tokens, reservations, folios, service requests, a queue that reading empties, and the stream."""

import asyncio
import contextlib
import hashlib
import json
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from shared.contracts.stays import StayStatus
from shared.contracts.values import iso
from tests.fakes.pms.book import Book, Booked, Entry, Task

HERE = ZoneInfo("Europe/Lisbon")
STATUS = {
    StayStatus.BOOKED: "Reserved",
    StayStatus.CHECKED_IN: "InHouse",
    StayStatus.CHECKED_OUT: "CheckedOut",
    StayStatus.CANCELLED: "Cancelled",
    StayStatus.NO_SHOW: "NoShow",
}
SECRETS = {
    "client_id": "HOUSE_CLIENT",
    "client_secret": "ohip-live-secret-77aa",
    "app_key": "11d2ffeb-app-key-live",
    "username": "INTERFACE-USER-7",
    "password": "ohip-live-password-31",
}
OPTIONS = {
    "ext_system": "BELLBOARD",
    "chain_code": "CHAIN",
    "transaction_code": "9500",
    "payment_method": "CA",
    "request_code": "BB",
    "link": "https://opera.example/{hotel}/reservations/{number}",
}
NUMBERS = tuple(str(571_062 + count) for count in range(8))
Body = dict[str, Any]


def money(value: Decimal) -> Body:
    """An amount."""
    return {"amount": float(value), "currencyCode": "EUR"}


class OhipSim:
    """One hotel of one chain."""

    def __init__(self) -> None:
        self.book = Book("HOTEL1", self._told)
        self.tokens: set[str] = set()
        self.queue: list[Body] = []
        self.stream = Stream(self)
        rsv, csh = "/rsv/v1/hotels/HOTEL1/reservations", "/csh/v1/hotels/HOTEL1/reservations/{number}"
        fof = "/fof/v1/hotels/HOTEL1"
        doors: Mapping[tuple[str, str], Callable[[Request, Body], Response]] = {
            ("GET", rsv): self._list,
            ("GET", rsv + "/{number}"): self._get,
            ("PUT", rsv + "/{number}"): self._put,
            ("GET", csh + "/folios"): self._folios,
            ("POST", csh + "/charges"): self._charge,
            ("POST", csh + "/payments"): self._payment,
            ("POST", fof + "/reservations/{number}/roomAssignments"): self._assign,
            ("GET", fof + "/serviceRequests"): self._requests,
            ("POST", fof + "/serviceRequests"): self._request,
            ("PUT", fof + "/serviceRequests/{id}"): self._close,
            ("PUT", "/crm/v1/profiles/{id}"): self._profile,
            ("GET", "/int/v1/externalSystem/BELLBOARD/hotels/HOTEL1/businessEvents"): self._dequeue,
        }
        routes = [Route(path, self._door(work), methods=[method]) for (method, path), work in doors.items()]
        self.app = Starlette(routes=[Route("/oauth/v1/tokens", self._token, methods=["POST"]), *routes])

    def _told(self, one: Booked, what: str) -> list[Any]:
        key: Any = one.number if random.Random(one.modified.timestamp()).random() < 0.5 else int(one.number)
        header = {"moduleName": "Reservation", "primaryKey": key, "hotelId": "HOTEL1", "publisherId": 57489}
        header |= {"actionType": "UPDATE RESERVATION", "createdDateTime": "2021-07-08 11:15:38.0"}
        event = {"businessEvent": {"header": header, "details": []}, "businessEventId": {"id": self.book.id("event")}}
        self.queue.append(event)
        streamed = self.stream.publish("Reservation", one.number)
        as_queued = random.Random(one.number + what).random() < 0.5
        return [{"businessEventData": [event]} if as_queued else {"data": streamed}]

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        if request.headers.get("x-app-key") != SECRETS["app_key"] or form["password"] != SECRETS["password"]:
            return Response(status_code=401)
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return JSONResponse({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    def _door(self, work: Callable[[Request, Body], Response]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if token not in self.tokens or request.headers.get("x-app-key") != SECRETS["app_key"]:
                return Response(status_code=401)
            body = await request.body()
            number = request.path_params.get("number")
            if number is not None and number not in self.book.booked:
                return Response(status_code=404)
            return work(request, json.loads(body, parse_float=Decimal) if body else {})

        return answer

    def _get(self, request: Request, _: Body) -> Response:
        shown = self._shown(self.book.booked[request.path_params["number"]])
        return JSONResponse({"reservations": {"reservation": [shown]}})

    def _list(self, request: Request, _: Body) -> Response:
        asked = request.query_params
        found = [
            one
            for one in self.book.booked.values()
            if one.departure.isoformat() >= asked["departureStartDate"]
            and one.arrival.isoformat() <= asked["arrivalEndDate"]
        ]
        start, size = int(asked["offset"]), int(asked["limit"])
        if not found[start : start + size]:
            return Response(status_code=204)
        listed = [self._shown(one) for one in found[start : start + size]]
        return JSONResponse({"reservations": {"reservationInfo": listed, "hasMore": start + size < len(found)}})

    def _shown(self, one: Booked) -> Body:
        night = {"base": {"amountBeforeTax": float(one.rate), "currencyCode": "EUR"}}
        counts = {"adults": one.adults, "children": one.children}
        sold = {"roomType": one.room_type, "rates": {"rate": [night]}, "guestCounts": counts}
        stay: Body = {"arrivalDate": one.arrival.isoformat(), "departureDate": one.departure.isoformat()}
        stay |= {"roomRates": [sold], "guestCounts": counts}
        stay |= {"currentRoomInfo": {"roomId": one.room, "roomType": one.room_type}} if one.room else {}
        name = {"givenName": one.first, "surname": one.last, "nameType": "Primary"}
        profile = {"customer": {"personName": [name], "language": one.language}}
        mails = {"emails": {"emailInfo": [{"email": {"emailAddress": one.email}}]}}
        texts = ([one.comment] if one.comment else []) + self.book.notes.get(one.number, [])
        comments = [
            {"id": str(113_803 + place), "comment": {"text": {"value": text}, "type": "RESERVATION"}}
            for place, text in enumerate(texts)
        ]
        info = {"profileIdList": [{"id": one.guest, "type": "Profile"}], "profile": profile | mails}
        return {
            "reservationIdList": [
                {"id": one.number, "type": "Reservation"},
                {"id": f"8{one.number}", "type": "Confirmation"},
            ],
            "roomStay": stay,
            "reservationGuests": [{"profileInfo": info, "primary": True}],
            "comments": comments,
            "hotelId": "HOTEL1",
            "reservationStatus": STATUS[one.status],
            "createDateTime": one.booked_at.astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S.0"),
            "lastModifyDateTime": one.modified.astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S.0"),
        }

    def _put(self, request: Request, body: Body) -> Response:
        number, [wanted] = request.path_params["number"], body["reservations"]
        for each in wanted.get("comments", ()):
            self.book.notes.setdefault(number, []).append(each["comment"]["text"]["value"])
            self.book.change(number)
        if "roomStay" in wanted:
            base = wanted["roomStay"]["roomRates"][0]["rates"]["rate"][0]["base"]
            self.book.change(number, rate=Decimal(str(base["amountBeforeTax"])))
        return JSONResponse({}, status_code=200)

    def _folios(self, request: Request, _: Body) -> Response:
        one = self.book.booked[request.path_params["number"]]
        lines = [
            {
                "transactionNo": each.id,
                "transactionAmount": money(each.amount * each.sign),
                "postingReference": each.key,
                **({"isPayment": True} if each.paid else {}),
            }
            for each in one.entries
        ]
        window = {"folioWindowNo": 1, "balance": money(one.owed), "folios": [{"postings": lines}]}
        return JSONResponse({"reservationFolioInformation": {"folioWindows": [window]}})

    def _charge(self, request: Request, body: Body) -> Response:
        [line] = body["criteria"]["charges"]
        assert body["criteria"]["postIt"] is True
        amount = Decimal(str(line["price"]["amount"]))
        entry = Entry(self.book.id("trx"), abs(amount), -1 if amount < 0 else 1, line["postingReference"])
        self.book.post(request.path_params["number"], entry)
        return Response(status_code=201)

    def _payment(self, request: Request, body: Body) -> Response:
        said = body["criteria"]
        if said["paymentMethod"]["paymentMethod"] != OPTIONS["payment_method"]:
            return JSONResponse({"title": "Payment method not found"}, status_code=400)
        amount = Decimal(str(said["postingAmount"]["amount"]))
        entry = Entry(self.book.id("trx"), amount, -1, said["postingReference"], paid=True)
        self.book.post(request.path_params["number"], entry)
        return Response(status_code=201)

    def _assign(self, request: Request, body: Body) -> Response:
        room = body["criteria"]["roomId"]
        if room not in self.book.rooms:
            return JSONResponse({"title": "Room not found"}, status_code=400)
        self.book.change(request.path_params["number"], room=room)
        return JSONResponse({}, status_code=201)

    def _profile(self, request: Request, body: Body) -> Response:
        [name] = body["profileDetails"]["customer"]["personName"]
        fields = {"givenName": "first", "surname": "last"}
        changed = {fields[each]: value for each, value in name.items() if each in fields}
        for one in [each for each in self.book.booked.values() if each.guest == request.path_params["id"]]:
            self.book.change(one.number, **changed)
        return JSONResponse({})

    def _task(self, one: Task) -> Body:
        state = "Closed" if one.closed else "Open"
        ids = [{"id": one.reservation, "type": "Reservation"}]
        return {"serviceRequestId": {"id": one.id}, "status": state, "comment": one.name, "reservationIdList": ids}

    def _requests(self, request: Request, _: Body) -> Response:
        return JSONResponse({"serviceRequests": [self._task(one) for one in self.book.tasks.values()]})

    def _request(self, request: Request, body: Body) -> Response:
        wanted = body["serviceRequest"]
        made = Task(self.book.id("sr"), wanted["comment"], "", reservation=wanted["reservationIdList"][0]["id"])
        self.book.tasks[made.id] = made
        return JSONResponse({"serviceRequests": [self._task(made)]}, status_code=201)

    def _close(self, request: Request, body: Body) -> Response:
        known = self.book.tasks[request.path_params["id"]]
        closed = body["serviceRequest"]["status"] == "Closed"
        self.book.tasks[known.id] = Task(known.id, known.name, known.key, closed, known.at, known.reservation)
        return JSONResponse({})

    def _dequeue(self, request: Request, _: Body) -> Response:
        count = int(request.query_params["limit"])
        assert count <= 20
        some, self.queue = self.queue[:count], self.queue[count:]
        return JSONResponse({"businessEventData": some}) if some else Response(status_code=204)


class Stream:
    """The WebSocket side: one consumer, replay by offset, `complete` before leaving, misbehaviour on request."""

    def __init__(self, sim: OhipSim) -> None:
        self._sim = sim
        self.events: list[Body] = []
        self.subscribed: list[str | None] = []
        self.left_politely = 0
        self.drop_after: int | None = None
        self.taken = False
        self.pings = 0
        self.url = ""

    def publish(self, module: str, key: str) -> Body:
        """One more event at the end of the stream."""
        offset = f"o{len(self.events) + 1:06d}"
        metadata = {"offset": offset, "uniqueEventId": f"u-{offset}"}
        event = {"moduleName": module, "primaryKey": key, "hotelId": "HOTEL1", "metadata": metadata}
        self.events.append(
            {"newEvent": event | {"eventName": "UPDATE RESERVATION", "timestamp": iso(self._sim.book.now)}}
        )
        return self.events[-1]

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """A server on a free port; its address."""
        protocol = Subprotocol("graphql-transport-ws")
        async with serve(self._talk, "127.0.0.1", 0, subprotocols=[protocol]) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"ws://127.0.0.1:{port}/subscriptions"
            yield self.url

    async def _talk(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._session(socket)

    async def _session(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        hashed = hashlib.sha256(SECRETS["app_key"].encode()).hexdigest()
        opened = json.loads(await socket.recv())
        bearer = str(opened["payload"]["Authorization"]).removeprefix("Bearer ")
        if not socket.request.path.endswith(f"key={hashed}") or bearer not in self._sim.tokens:
            await socket.close(4403, "Forbidden")
            return
        await socket.send(json.dumps({"type": "connection_ack"}))
        asked = json.loads(await socket.recv())
        if self.taken:
            await socket.close(4409, "Subscriber already exists")
            return
        wanted = asked["payload"]["variables"]["input"]
        self.subscribed.append(wanted.get("offset"))
        start = int(wanted["offset"][1:]) if "offset" in wanted else len(self.events)
        sending = asyncio.create_task(self._send(socket, asked["id"], start))
        try:
            await socket.send(json.dumps({"type": "ping"}))
            async for raw in socket:
                said = json.loads(raw)
                if said["type"] == "ping":
                    self.pings += 1
                    await socket.send(json.dumps({"type": "pong"}))
                if said["type"] == "complete":
                    self.left_politely += 1
                    break
        finally:
            sending.cancel()
        await socket.close(1000)

    async def _send(self, socket: ServerConnection, id: str, start: int) -> None:
        sent = 0
        while True:
            while start < len(self.events):
                message = {"id": id, "type": "next", "payload": {"data": self.events[start]}}
                await socket.send(json.dumps(message))
                start, sent = start + 1, sent + 1
                if self.drop_after is not None and sent >= self.drop_after:
                    self.drop_after = None
                    socket.transport.abort()
                    return
            await asyncio.sleep(0.005)
