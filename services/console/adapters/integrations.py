"""The integrations service over HTTP: guests' names and stays."""

import asyncio
from collections.abc import Sequence
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.guests import GuestName
from shared.contracts.stays import SeenStay
from shared.contracts.values import Wire

_BATCH = 100


class _Guests(Wire):
    items: tuple[GuestName, ...] = ()


class IntegrationsClient:
    """Names in batches, masked by the caller's rights."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def names(self, access: str, guest_ids: Sequence[str]) -> list[GuestName]:
        """The names of some guests."""
        batches = (guest_ids[at : at + _BATCH] for at in range(0, len(guest_ids), _BATCH))
        asked = (self._client.get(access, "/v1/guests", {"ids": ",".join(some)}) for some in batches)
        answers = await asyncio.gather(*asked)
        return [one for answer in answers for one in self._client.parse(_Guests, answer).items]

    async def stay(self, access: str, stay_id: str) -> SeenStay:
        """One stay."""
        return self._client.parse(SeenStay, await self._client.get(access, f"/v1/stays/{stay_id}"))

    async def openapi(self, access: str) -> dict[str, Any]:
        """What the service says of its own interface."""
        document: dict[str, Any] = await self._client.get(access, "/openapi.json")
        return document
