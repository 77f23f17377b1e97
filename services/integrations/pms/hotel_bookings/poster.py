"""Pushes payloads over HTTP as a PMS does: again and again until they are taken, and loud when they are refused."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from services.integrations.pms.hotel_bookings.columns import NAME

FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0


class Refused(Exception):
    """The receiver says that a payload is wrong; sending it again would not help."""


class Poster:
    """The sender's side of the generic webhook. `tokens` holds each hotel's secret address part."""

    def __init__(self, client: httpx.AsyncClient, tokens: Mapping[str, str]) -> None:
        self._client, self._tokens = client, tokens
        self.requests = self.changed = self.retries = 0

    async def __call__(self, property_id: str, payloads: list[dict[str, Any]]) -> None:
        """Deliver payloads of one hotel; returns once they are taken. Raises Refused on a 4xx."""
        path = f"/v1/pms/{property_id}/{self._tokens[property_id]}/{NAME.replace('_', '-')}/events"
        wait = FIRST_WAIT_S
        while True:
            answer = await self._try(path, payloads)
            if answer is not None and answer.is_success:
                self.requests += 1
                self.changed += int(answer.json()["changed"])
                return
            if answer is not None and answer.is_client_error and answer.status_code not in (408, 409, 429):
                raise Refused(f"{answer.status_code}: {answer.json().get('detail', '')}")
            self.retries += 1
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _try(self, path: str, payloads: list[dict[str, Any]]) -> httpx.Response | None:
        try:
            return await self._client.post(path, json={"events": payloads})
        except httpx.HTTPError:
            return None
