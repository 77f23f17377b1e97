"""The records service over HTTP: the board, one record, and what can be done to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console.clients.http import Client
from services.console.domain.cards import BoardPage, Card
from services.console.domain.records import Happening, Kind, Record
from shared.contracts.values import Wire


class _Kinds(Wire):
    kinds: tuple[Kind, ...] = ()


class _History(Wire):
    events: tuple[Happening, ...] = ()


class _Opened(Wire):
    id: str


class RecordsClient:
    """Records, read and told with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def board(self, access: str, property_ids: Sequence[str], ids: Sequence[str] = ()) -> list[Card]:
        """The cards of some properties, or only those of some ids."""
        found: list[Card] = []
        for property_id in property_ids:
            params = {"property": property_id} | ({"ids": ",".join(ids)} if ids else {})
            found += self._client.parse(BoardPage, await self._client.get(access, "/v1/board", params)).cards
        return found

    async def of_stay(self, access: str, stay_id: str) -> list[Card]:
        """The records of one stay."""
        answer = await self._client.get(access, f"/v1/stays/{stay_id}/records")
        return list(self._client.parse(BoardPage, answer).cards)

    async def one(self, access: str, record_id: str) -> Record:
        """One record as the caller may see it."""
        return self._client.parse(Record, await self._client.get(access, f"/v1/records/{record_id}"))

    async def history(self, access: str, record_id: str) -> list[Happening]:
        """What happened to it, oldest first."""
        answer = await self._client.get(access, f"/v1/records/{record_id}/history")
        return list(self._client.parse(_History, answer).events)

    async def kinds(self, access: str) -> list[Kind]:
        """The kinds of record there are."""
        return list(self._client.parse(_Kinds, await self._client.get(access, "/v1/kinds")).kinds)

    async def open(self, access: str, key: str, body: Mapping[str, Any]) -> str:
        """Open a record; its id."""
        return self._client.parse(_Opened, await self._client.post(access, "/v1/records", body, key=key)).id

    async def act(
        self, access: str, record_id: str, action: str, key: str, version: int, body: Mapping[str, Any]
    ) -> None:
        """Do one thing to a record at the version that was seen."""
        await self._client.post(access, f"/v1/records/{record_id}/{action}", body, key=key, version=version)
