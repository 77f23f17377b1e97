"""Calls a vendor over HTTP: signs in, keeps to its pace, and says of every failure whether something was done."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from services.integrations.domain.connections import Connection
from services.integrations.pms.pacing import Pace
from services.integrations.pms.signing_in import SignIns
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable, Secrets

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
LONGEST_PAUSE = dt.timedelta(minutes=15)
PAUSE = dt.timedelta(seconds=5)
SIGNED_OUT = dt.timedelta(minutes=1)
Model = TypeVar("Model", bound=BaseModel)
Now = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Wire:
    """What every adapter calls with; `now` is real time."""

    client: httpx.AsyncClient = field(repr=False)
    secrets: Secrets = field(repr=False)
    now: Now
    sign_ins: SignIns = field(default_factory=SignIns, repr=False)
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True)
class Request:
    """One call. `changes` says that it does something there, so that an answer that is lost leaves a doubt."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] | None = None
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    changes: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back; a 404 is an answer, too."""

    status: int
    body: Any = field(default=None, repr=False)

    @property
    def missing(self) -> bool:
        """Whether there is no such thing."""
        return self.status in (404, 410)


async def send(wire: Wire, connection: Connection, request: Request) -> Answer:
    """Send one call. Raises PmsBusy, PmsRefused or, when it may have been done, PmsSilent. Nothing of it is logged."""
    now = wire.now()
    wire.pace.keep(connection.property_id, now)
    try:
        response = await wire.client.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            params=dict(request.params) if request.params else None,
            json=request.json,
            data=dict(request.form) if request.form is not None else None,
            timeout=TIMEOUT,
        )
    except NOTHING_SENT as failure:
        raise PmsBusy("unreachable") from failure
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        raise _lost(request) from failure
    return _answer(wire, connection, request, response)


def _lost(request: Request) -> Exception:
    return PmsSilent("no_answer") if request.changes else PmsBusy("no_answer")


def _answer(wire: Wire, connection: Connection, request: Request, response: httpx.Response) -> Answer:
    status = response.status_code
    if status in (429, 503):
        pause = retry_after(response.headers.get("Retry-After"), wire.now())
        if status == 429:
            wire.pace.pause(connection.property_id, wire.now() + pause)
        raise PmsBusy("throttled" if status == 429 else "unavailable", pause)
    if status >= 500 or status == 408:
        raise _lost(request)
    if status in (401, 403):
        raise PmsBusy(f"signed_out_{status}", SIGNED_OUT)
    if status in (404, 410) and not request.changes:
        return Answer(status)
    if not response.is_success:
        raise PmsRefused(f"pms_{status}")
    return Answer(status, _body(request, response))


def _body(request: Request, response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as failure:
        if request.changes:
            return None  # it was done, which is all that a status of success promises
        raise PmsUnreadable("body") from failure


def retry_after(header: str | None, now: dt.datetime) -> dt.timedelta:
    """How long a vendor asks us to wait: seconds or a date (RFC 9110, 10.2.3); never longer than 15 minutes."""
    asked = PAUSE
    if header and header.strip().isdigit():
        asked = dt.timedelta(seconds=min(int(header.strip()[:6]), 86_400))
    elif header:
        try:
            asked = parsedate_to_datetime(header) - now
        except (ValueError, TypeError):
            asked = PAUSE
    return min(max(asked, dt.timedelta()), LONGEST_PAUSE)


def read(model: type[Model], body: Any) -> Model:
    """An answer as what the vendor publishes; another shape raises PmsUnreadable that names the field only."""
    try:
        return model.model_validate(body)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False, include_context=False)[0]
        raise PmsUnreadable(".".join(str(part) for part in first["loc"]) or "body") from failure
