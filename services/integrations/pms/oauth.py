"""Calls with a bearer token of OAuth 2: signed in when needed, and once more when the vendor forgot the token."""

import base64
import dataclasses
import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from services.integrations.domain.connections import Connection
from services.integrations.pms.calling import Answer, Request, Wire, read, send
from services.integrations.pms.signing_in import Token
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.vendors import PmsBusy
from shared.contracts.values import Wire as WireModel

UNKNOWN = "signed_out_401"


class Granted(WireModel):
    """What a token endpoint answers (RFC 6749, 5.1)."""

    access_token: str = Field(repr=False, min_length=1)
    expires_in: int = Field(default=3600, ge=1)


@dataclasses.dataclass(frozen=True)
class Grant:
    """How one vendor grants tokens."""

    url: str
    form: Mapping[str, str] = dataclasses.field(repr=False)
    headers: Mapping[str, str] = dataclasses.field(repr=False, default_factory=dict)


def basic(user: str, password: str) -> str:
    """A header of HTTP's basic authentication (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


async def signed_in(wire: Wire, connection: Connection, grant: Grant) -> Token:
    """The connection's token, fetched if there is no fresh one."""

    async def fetch() -> Token:
        request = Request("POST", grant.url, grant.headers, form=grant.form)
        try:
            granted = read(Granted, (await send(wire, connection, request)).body)
        except (PmsRefused, PmsSilent) as refused:
            raise PmsBusy("signed_out", dt.timedelta(minutes=1)) from refused
        return Token(granted.access_token, wire.now() + dt.timedelta(seconds=granted.expires_in))

    return await wire.sign_ins.token(connection.property_id, wire.now(), fetch)


async def call(wire: Wire, connection: Connection, grant: Grant, request: Request) -> Answer:
    """One call with the token. A token that is refused was not used, so the call is made again with a new one."""
    token = await signed_in(wire, connection, grant)
    try:
        return await send(wire, connection, _bearing(request, token))
    except PmsBusy as busy:
        if busy.code != UNKNOWN:
            raise
    wire.sign_ins.forget(connection.property_id, token)
    return await send(wire, connection, _bearing(request, await signed_in(wire, connection, grant)))


def _bearing(request: Request, token: Token) -> Request:
    return dataclasses.replace(request, headers={**request.headers, "Authorization": f"Bearer {token.value}"})
