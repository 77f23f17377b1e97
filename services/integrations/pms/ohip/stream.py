"""OHIP's stream of events: GraphQL over WebSocket (`graphql-transport-ws`), with Oracle's own rules.

One consumer for a chain, gateway and application key; `complete` before leaving, then the server closes; the token
lives for an hour, so a connection lives for less; replay by a textual offset, kept for seven days.
Sources: docs.oracle.com, integration-platform/stmig (client runtime) and ohipu (disconnecting, broken connections).
"""

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from services.integrations.pms.ohip import shapes
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable

_SILENT = logging.getLogger("integrations.ohip.wire")
_SILENT.disabled = True  # the library would write headers, and the token among them, when it is asked for details
PROTOCOL = Subprotocol("graphql-transport-ws")
LIFE_S = 50 * 60.0
ANSWER_S, QUIET_S, LEAVE_S, OPEN_S = 10.0, 15.0, 20.0, 15.0
SILENT_S = 60.0
"""Nothing for so long, though pings were sent: the other end is gone without a word."""
AT_ONCE, GATHER_S = 200, 0.02
TAKEN = 4409
TAKEN_FOR, AFTER = dt.timedelta(seconds=60), dt.timedelta(seconds=10)
"""How long another consumer is waited for, and the least pause between leaving and coming back."""
QUERY = (
    "subscription Events($input: NewEventInput!) { newEvent(input: $input) { metadata { offset uniqueEventId } "
    "moduleName eventName primaryKey timestamp hotelId } }"
)


@dataclass(frozen=True)
class Subscription:
    """What is asked for: a chain, one hotel of it, from where on."""

    chain: str
    hotel: str
    offset: str | None = None

    @property
    def message(self) -> dict[str, Any]:
        """The subscribe message; without an offset it begins with what comes from now on."""
        wanted: dict[str, Any] = {"chainCode": self.chain, "hotelCode": self.hotel, "delta": True}
        wanted |= {"offset": self.offset} if self.offset else {"offsetType": "highest"}
        return {"type": "subscribe", "payload": {"query": QUERY, "variables": {"input": wanted}}}


async def events(
    url: str, app_key: str, token: str, wanted: Subscription, life_s: float = LIFE_S
) -> AsyncIterator[Sequence[shapes.StreamedEvent]]:
    """Events, as many at once as are there, until the connection is older than its token may be.

    Raises PmsBusy when it breaks, with how long to wait before coming back.
    """
    hashed = hashlib.sha256(app_key.encode()).hexdigest()
    bearer = {"Authorization": f"Bearer {token}"}
    try:
        async with connect(
            f"{url}?key={hashed}",
            subprotocols=[PROTOCOL],
            additional_headers=bearer,
            open_timeout=OPEN_S,
            ping_interval=None,
            max_size=2**20,
            logger=_SILENT,
        ) as socket:
            session = _Session(socket, str(uuid.uuid4()))
            await session.begin(bearer, wanted)
            async for some in session.events(asyncio.get_running_loop().time() + life_s):
                yield some
    except ConnectionClosed as closed:
        taken = closed.rcvd is not None and closed.rcvd.code == TAKEN
        raise PmsBusy("stream_taken" if taken else "stream_broken", TAKEN_FOR if taken else AFTER) from closed
    except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as failure:
        raise PmsBusy("stream_unreachable", AFTER) from failure


class _Session:
    """One subscription on one socket."""

    def __init__(self, socket: ClientConnection, id: str) -> None:
        self._socket, self._id = socket, id
        self._done = False

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def _next(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None when none comes in time. Pings of the server are answered on the way."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    said = json.loads(await self._socket.recv())
                    if not isinstance(said, dict):
                        raise PmsUnreadable("message")
                    if said.get("type") != "ping":
                        return said
                    await self._send({"type": "pong"})
        except TimeoutError:
            return None
        except ValueError as failure:
            raise PmsUnreadable("message") from failure

    async def begin(self, bearer: dict[str, str], wanted: Subscription) -> None:
        """Introduce ourselves and subscribe."""
        await self._send({"type": "connection_init", "payload": bearer})
        said = await self._next(ANSWER_S)
        if said is None or said.get("type") != "connection_ack":
            raise PmsBusy("stream_refused", TAKEN_FOR)
        await self._send({"id": self._id, **wanted.message})

    async def events(self, until: float) -> AsyncIterator[Sequence[shapes.StreamedEvent]]:
        """Batches of events until it is time to leave, then what was under way."""
        loop = asyncio.get_running_loop()
        heard = loop.time()
        while not self._done and loop.time() < until:
            some, alive = await self._batch(min(QUIET_S, max(0.01, until - loop.time())))
            if some:
                yield some
            if alive:
                heard = loop.time()
            elif loop.time() - heard > SILENT_S:
                raise PmsBusy("stream_silent", AFTER)
            else:
                await self._send({"type": "ping"})
        if not self._done:
            await self._send({"id": self._id, "type": "complete"})
        # Closing by ourselves would leave the stream taken: the server closes it once all is sent.
        with contextlib.suppress(ConnectionClosed):
            end = loop.time() + LEAVE_S
            while loop.time() < end:
                some, _ = await self._batch(1.0)
                if some:
                    yield some

    async def _batch(self, seconds: float) -> tuple[list[shapes.StreamedEvent], bool]:
        """What has come by now, and whether anything at all came."""
        some: list[shapes.StreamedEvent] = []
        said = await self._next(seconds)
        alive = said is not None
        while said is not None:
            if said.get("type") == "complete":
                self._done = True
                break
            if said.get("type") == "error":
                raise PmsBusy("stream_refused", TAKEN_FOR)
            if said.get("type") == "next":
                some.append(_event(said))
            if len(some) >= AT_ONCE:
                break
            said = await self._next(GATHER_S)
        return some, alive


def _event(said: dict[str, Any]) -> shapes.StreamedEvent:
    try:
        return shapes.Next.model_validate(said.get("payload")).data.event
    except ValidationError as failure:
        raise PmsUnreadable("newEvent") from failure
