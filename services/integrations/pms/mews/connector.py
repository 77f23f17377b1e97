"""Calls of the Mews Connector API: always POST, tokens in the body, pages by cursor."""

from collections.abc import AsyncIterator
from typing import Any, TypeVar

from pydantic import BaseModel

from services.integrations.domain.connections import Connection
from services.integrations.pms.calling import Request, Wire, read, send
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable

API = "https://api.mews.com"
CLIENT = "Bellboard 1.0"
PAGE = 1000
READS = "getAll"
Model = TypeVar("Model", bound=BaseModel)


class Connector:
    """One way to all of its operations."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def ask(self, connection: Connection, operation: str, model: type[Model], **body: Any) -> Model:
        """Do one operation, e.g. `orders/add`, and read its answer."""
        secrets = await self._wire.secrets.of(connection)
        if "client_token" not in secrets or "access_token" not in secrets:
            raise PmsBusy("no_credentials")
        tokens = {"ClientToken": secrets["client_token"], "AccessToken": secrets["access_token"], "Client": CLIENT}
        request = Request(
            "POST",
            f"{connection.base_url or API}/api/connector/v1/{operation}",
            json={**tokens, **body},
            changes=READS not in operation,
        )
        answer = await send(self._wire, connection, request)
        return read(model, answer.body if answer.body is not None else {})

    async def pages(
        self, connection: Connection, operation: str, model: type[Model], **body: Any
    ) -> AsyncIterator[Model]:
        """All pages of a list; a cursor that does not move is unreadable, rather than an endless list."""
        cursor: str | None = None
        count = int(connection.options.get("page_size", PAGE))
        while True:
            limit = {"Limitation": {"Count": count} | ({"Cursor": cursor} if cursor else {})}
            found = await self.ask(connection, operation, model, **body, **limit)
            yield found
            following: str | None = getattr(found, "cursor", None)
            if following is None or not _full(found, count):
                return
            if following == cursor:
                raise PmsUnreadable("Cursor")
            cursor = following


def _full(page: BaseModel, count: int) -> bool:
    return any(len(value) >= count for value in vars(page).values() if isinstance(value, tuple))
