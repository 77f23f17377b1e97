"""The alerts service over HTTP."""

from services.console.adapters.http import Client
from services.console.domain.alerting import Ringing
from shared.contracts.values import Wire


class _Page(Wire):
    items: tuple[Ringing, ...] = ()


class AlertsClient:
    """The caller's own alerts."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def mine(self, access: str) -> list[Ringing]:
        """The live alerts that reached the caller, newest first, at most 200."""
        answer = await self._client.get(access, "/v1/alerts", {"state": "live", "mine": "true", "limit": 200})
        return list(self._client.parse(_Page, answer).items)

    async def acknowledge(self, access: str, alert_id: str, key: str, version: int) -> None:
        """Say that it is being looked after; its chain stops at once."""
        await self._client.post(access, f"/v1/alerts/{alert_id}/acknowledge", key=key, version=version)
