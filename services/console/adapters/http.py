"""One way to call another service: the caller's token, refusals as problems, silence as Down."""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from services.console.adapters.speech import ACCEPTED
from services.console.domain.problem import Down, Refused, read

log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=BaseModel)
PATIENCE_S = 5.0
CONNECT_S = 1.0


class Client:
    """A service at a base URL; `who` is what staff are told when it does not answer."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, who: str, patience_s: float = PATIENCE_S) -> None:
        self._http, self._base, self._who = http, base_url.rstrip("/"), who
        self._timeout = httpx.Timeout(patience_s, connect=CONNECT_S)

    async def get(self, access: str, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a GET."""
        return await self._call("GET", path, access, params=params)

    async def post(
        self,
        access: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of a command; `key` makes a retry harmless, `version` is what the person has seen."""
        sent = dict(headers or {})
        sent |= {"Idempotency-Key": key} if key else {}
        sent |= {"If-Match": f'"{version}"'} if version is not None else {}
        return await self._call("POST", path, access, json=body or {}, headers=sent)

    async def put(self, access: str, path: str, body: Mapping[str, Any], *, key: str, version: int) -> Any:
        """The JSON of a command that replaces something whole."""
        sent = {"Idempotency-Key": key, "If-Match": f'"{version}"'}
        return await self._call("PUT", path, access, json=body, headers=sent)

    async def patch(self, access: str, path: str, body: Mapping[str, Any], *, key: str, version: int) -> Any:
        """The JSON of a command that changes what it names and leaves the rest."""
        sent = {"Idempotency-Key": key, "If-Match": f'"{version}"'}
        return await self._call("PATCH", path, access, json=body, headers=sent)

    async def upload(self, access: str, path: str, file: bytes, media: str, *, key: str, version: int) -> Any:
        """The JSON of a command whose body is a file."""
        sent = {"Idempotency-Key": key, "If-Match": f'"{version}"', "Content-Type": media}
        return await self._call("POST", path, access, content=file, headers=sent)

    async def download(self, access: str, path: str) -> tuple[bytes, str]:
        """A file and its media type."""
        answer = await self._send("GET", path, access)
        return answer.content, answer.headers.get("content-type", "application/octet-stream")

    async def delete(self, access: str, path: str, *, key: str = "", version: int | None = None) -> None:
        """End something."""
        sent = {"Idempotency-Key": key} if key else {}
        sent |= {"If-Match": f'"{version}"'} if version is not None else {}
        await self._call("DELETE", path, access, headers=sent)

    async def _call(
        self, method: str, path: str, access: str, *, headers: Mapping[str, str] | None = None, **given: Any
    ) -> Any:
        return _json(await self._send(method, path, access, headers=headers, **given))

    async def _send(
        self, method: str, path: str, access: str, *, headers: Mapping[str, str] | None = None, **given: Any
    ) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {access}"} if access else {}
        bearer |= {"Accept-Language": spoken} if (spoken := ACCEPTED.get()) else {}
        try:
            answer = await self._http.request(
                method, self._base + path, headers={**bearer, **(headers or {})}, timeout=self._timeout, **given
            )
        except httpx.TransportError as failure:
            log.warning("%s does not answer (%s)", self._who, type(failure).__name__)
            raise Down(self._who) from failure
        if answer.is_success:
            return answer
        if answer.status_code in (500, 502, 503, 504):
            raise Down(self._who)
        raise Refused(read(answer.status_code, _json(answer)))

    def parse(self, model: type[Model], value: Any) -> Model:
        """An answer as the model a page needs; one that cannot be read counts as no answer."""
        try:
            return model.model_validate(value)
        except ValidationError as failure:
            first = failure.errors()[0]
            log.warning("%s answered something unreadable: %s %s", self._who, first["loc"], first["type"])
            raise Down(self._who) from failure


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
