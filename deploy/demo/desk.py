"""One person at a desk: signs in as a real account and acts through the public HTTP API only."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

log = logging.getLogger(__name__)
TRIES = 40
AGAIN_S = 0.5


class Refused(Exception):
    """The API said no: its status, its code, and the whole problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.problem = status, problem

    @property
    def code(self) -> str:
        """The stable code of the problem."""
        return str(self.problem.get("code"))


@dataclass(frozen=True)
class Answer:
    """A reply that was not a refusal."""

    status: int
    body: Any
    etag: str | None


def nobody_told(_key: str, _answer: Answer) -> None:
    """Nobody hears of what is done at a desk."""


def _problem(reply: httpx.Response) -> dict[str, Any]:
    try:
        body = reply.json()
    except ValueError:
        return {"code": "not_json", "detail": reply.text[:200]}
    return body if isinstance(body, dict) else {"code": "not_a_problem"}


@dataclass
class Desk:
    """A signed-in person. A call that meets a dead service is repeated with the same key until it is back.

    `gate` is shared by those who sign in from one address, so that they leave room for whoever opens the console.
    `told` hears of every command that was acknowledged: its key and the answer.
    """

    http: httpx.AsyncClient
    urls: dict[str, str]
    chain: str
    login: str
    password: str
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    told: Callable[[str, Answer], None] = nobody_told
    _token: str | None = None
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, service: str, path: str, **params: Any) -> Answer:
        """Read something."""
        return await self._call("GET", service, path, params={k: v for k, v in params.items() if v is not None})

    async def act(self, service: str, path: str, body: Any = None, etag: str | None = None) -> Answer:
        """Do something once: one Idempotency-Key for all tries, and its name as the correlation of all that follows."""
        return await self._once("POST", service, path, body, etag)

    async def put(self, service: str, path: str, body: Any, etag: str | None = None) -> Answer:
        """Have something be as the body says, once."""
        return await self._once("PUT", service, path, body, etag)

    async def _once(self, method: str, service: str, path: str, body: Any, etag: str | None) -> Answer:
        key = str(uuid.uuid4())
        headers = {"Idempotency-Key": key, "X-Request-Id": key} | ({"If-Match": etag} if etag else {})
        answer = await self._call(method, service, path, json=body if body is not None else {}, headers=headers)
        self.told(key, answer)
        return answer

    async def _call(self, method: str, service: str, path: str, **options: Any) -> Answer:
        headers = options.pop("headers", {})
        for _ in range(TRIES):
            try:
                token = await self._signed_in()
                reply = await self.http.request(
                    method,
                    f"{self.urls[service]}{path}",
                    headers={**headers, "Authorization": f"Bearer {token}"},
                    **options,
                )
            except httpx.TransportError:
                await asyncio.sleep(AGAIN_S)  # the service is down or was just killed
                continue
            if reply.status_code == httpx.codes.UNAUTHORIZED:
                self._token = None
            elif reply.is_success:
                return Answer(reply.status_code, reply.json() if reply.content else None, reply.headers.get("etag"))
            elif not (reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or _problem(reply)["code"] == "in_flight"):
                raise Refused(reply.status_code, _problem(reply))
            await asyncio.sleep(AGAIN_S)
        raise Refused(503, {"code": "gave_up", "detail": f"{service} did not answer {TRIES} times"})

    async def _signed_in(self) -> str:
        async with self._signing:
            if self._token is None:
                body = {"chain": self.chain, "login": self.login, "password": self.password}
                async with self.gate:
                    reply = await self.http.post(f"{self.urls['auth']}/v1/sessions", json=body)
                if not reply.is_success:
                    raise httpx.TransportError(f"sign-in refused: {reply.status_code}")
                self._token = str(reply.json()["access_token"])
            return self._token
