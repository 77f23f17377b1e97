"""The alerts service over HTTP."""

from services.console.clients.http import Client
from services.console.domain.house import Inbox
from shared.contracts.alerts import Alert


class AlertsClient:
    """The caller's own alerts."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def mine(self, access: str) -> list[Alert]:
        """The alerts that reached the caller and are not closed."""
        return list(self._client.parse(Inbox, await self._client.get(access, "/v1/inbox")).alerts)

    async def acknowledge(self, access: str, alert_id: str, key: str, version: int) -> None:
        """Say that it is being looked after; its chain stops at once."""
        await self._client.post(access, f"/v1/alerts/{alert_id}/acknowledge", key=key, version=version)
