"""A hotel's alert rules, one's own wishes, and silences, at the alerts service."""

from typing import Any

from services.console.adapters.http import Client
from services.console.domain.alerting import AlertRulesShown, AlertTrial, AlertVersion, SilenceShown, WishesShown
from shared.contracts.values import Wire

WISHES, SILENCES = "/v1/me/notifications", "/v1/silences"


class _Versions(Wire):
    versions: tuple[AlertVersion, ...] = ()


class _Silences(Wire):
    items: tuple[SilenceShown, ...] = ()


class AlertingClient:
    """With the viewer's own token; a place is a hotel's id or `_chain`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def rules(self, access: str, place: str) -> AlertRulesShown:
        """The alert rules of a place."""
        return self._client.parse(AlertRulesShown, await self._client.get(access, f"/v1/alert-rules/{place}"))

    async def versions(self, access: str, place: str) -> list[AlertVersion]:
        """Its versions, newest first."""
        answer = await self._client.get(access, f"/v1/alert-rules/{place}/versions")
        return list(self._client.parse(_Versions, answer).versions)

    async def simulate(self, access: str, place: str, rules: dict[str, Any]) -> AlertTrial:
        """What a draft would do with what is open now."""
        answer = await self._client.post(access, f"/v1/alert-rules/{place}/simulate", {"rules": rules})
        return self._client.parse(AlertTrial, answer)

    async def propose(self, access: str, place: str, key: str, revision: int, body: dict[str, Any]) -> None:
        """Propose a new version; another person decides."""
        await self._client.put(access, f"/v1/alert-rules/{place}", body, key=key, version=revision)

    async def decide(
        self, access: str, place: str, version: int, key: str, revision: int, body: dict[str, Any]
    ) -> None:
        """Approve or reject a version, or, where the body does not say which, take it back."""
        verb = "withdraw" if body.get("approve") is None else "decide"
        path = f"/v1/alert-rules/{place}/versions/{version}/{verb}"
        await self._client.post(access, path, body, key=key, version=revision)

    async def wishes(self, access: str) -> WishesShown:
        """One's own wishes."""
        return self._client.parse(WishesShown, await self._client.get(access, WISHES))

    async def wish(self, access: str, key: str, revision: int, wishes: dict[str, Any]) -> None:
        """Say them anew, whole."""
        await self._client.put(access, WISHES, wishes, key=key, version=revision)

    async def add_device(self, access: str, key: str, device: dict[str, Any]) -> None:
        """Let a browser take messages."""
        await self._client.post(access, "/v1/me/devices", device, key=key)

    async def drop_device(self, access: str, key: str, endpoint: str) -> None:
        """Let it take no more."""
        await self._client.post(access, "/v1/me/devices/remove", {"endpoint": endpoint}, key=key)

    async def silences(self, access: str, property_id: str) -> list[SilenceShown]:
        """The silences that run at a hotel."""
        answer = await self._client.get(access, SILENCES, {"property": property_id})
        return list(self._client.parse(_Silences, answer).items)

    async def silence(self, access: str, key: str, body: dict[str, Any]) -> None:
        """Keep alerts silent for a while."""
        await self._client.post(access, SILENCES, body, key=key)

    async def end_silence(self, access: str, silence_id: str, key: str, version: int, reason: str) -> None:
        """End a silence before its time."""
        path = f"{SILENCES}/{silence_id}/end"
        await self._client.post(access, path, {"reason": reason}, key=key, version=version)
