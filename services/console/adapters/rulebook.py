"""The hotels' own rules, at the records service."""

from typing import Any

from services.console.adapters.http import Client
from services.console.domain.rulebook import Rules, RulesVersion, Simulation
from shared.contracts.values import Wire


class _Versions(Wire):
    versions: tuple[RulesVersion, ...] = ()


class RulebookClient:
    """Rules with the viewer's own token; a place is a hotel's id or `_chain`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def read(self, access: str, place: str) -> Rules:
        """The rules of a place."""
        return self._client.parse(Rules, await self._client.get(access, "/v1/rules", {"property": place}))

    async def versions(self, access: str, place: str) -> list[RulesVersion]:
        """Its versions, newest first."""
        return list(
            self._client.parse(_Versions, await self._client.get(access, f"/v1/rules/{place}/versions")).versions
        )

    async def simulate(self, access: str, body: dict[str, Any]) -> Simulation:
        """What a draft would have changed."""
        return self._client.parse(Simulation, await self._client.post(access, "/v1/rules/simulate", body))

    async def propose(self, access: str, place: str, key: str, revision: int, body: dict[str, Any]) -> None:
        """Propose a new version; another person decides."""
        await self._client.put(access, f"/v1/rules/{place}", body, key=key, version=revision)

    async def decide(
        self, access: str, place: str, version: int, key: str, revision: int, body: dict[str, Any]
    ) -> None:
        """Approve or reject a version, or with `withdraw` in the body take it back."""
        verb = "withdraw" if body.get("approve") is None else "decide"
        path = f"/v1/rules/{place}/versions/{version}/{verb}"
        await self._client.post(access, path, body, key=key, version=revision)
