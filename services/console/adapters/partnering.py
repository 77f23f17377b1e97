"""Partners, their subscriptions and what was sent to them, at integrations."""

from collections.abc import Mapping
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.partnering import DeliveryLog, PartnerShown, SubscriptionShown
from shared.contracts.values import Wire


class _Partners(Wire):
    items: tuple[PartnerShown, ...] = ()


class _Subscriptions(Wire):
    items: tuple[SubscriptionShown, ...] = ()


class _Count(Wire):
    count: int


class PartneringClient:
    """Partners with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def partners(self, access: str) -> list[PartnerShown]:
        """Every partner of the chain."""
        return list(self._client.parse(_Partners, await self._client.get(access, "/v1/partners")).items)

    async def partner(self, access: str, partner: str) -> PartnerShown:
        """One of them."""
        return self._client.parse(PartnerShown, await self._client.get(access, f"/v1/partners/{partner}"))

    async def add(self, access: str, key: str, body: Mapping[str, Any]) -> None:
        """Take a partner in."""
        await self._client.post(access, "/v1/partners", body, key=key)

    async def close(self, access: str, partner: str, key: str, version: int) -> None:
        """End a partner."""
        await self._client.post(access, f"/v1/partners/{partner}/close", key=key, version=version)

    async def subscriptions(self, access: str, partner: str) -> list[SubscriptionShown]:
        """What a partner hears."""
        answer = await self._client.get(access, f"/v1/partners/{partner}/subscriptions")
        return list(self._client.parse(_Subscriptions, answer).items)

    async def subscription(self, access: str, partner: str, subscription: str) -> SubscriptionShown:
        """One of its subscriptions."""
        return self._client.parse(SubscriptionShown, await self._client.get(access, _at(partner, subscription)))

    async def subscribe(self, access: str, partner: str, key: str, body: Mapping[str, Any]) -> SubscriptionShown:
        """Begin to tell it; the answer holds the secret, this once."""
        answer = await self._client.post(access, f"/v1/partners/{partner}/subscriptions", body, key=key)
        return self._client.parse(SubscriptionShown, answer)

    async def log(self, access: str, partner: str, subscription: str, asked: Mapping[str, Any]) -> DeliveryLog:
        """What was sent, newest first."""
        answer = await self._client.get(access, f"{_at(partner, subscription)}/deliveries", asked)
        return self._client.parse(DeliveryLog, answer)

    async def move(
        self, access: str, partner: str, subscription: str, verb: str, key: str, version: int
    ) -> SubscriptionShown:
        """Pause, resume or end one, or give it a new secret, which the answer holds this once."""
        path = f"{_at(partner, subscription)}/{verb}"
        return self._client.parse(SubscriptionShown, await self._client.post(access, path, key=key, version=version))

    async def send(
        self, access: str, partner: str, subscription: str, verb: str, key: str, body: Mapping[str, Any]
    ) -> int:
        """Replay, ping or try a sandbox: how many will be sent."""
        path = f"{_at(partner, subscription)}/{verb}"
        return self._client.parse(_Count, await self._client.post(access, path, body, key=key)).count


def _at(partner: str, subscription: str) -> str:
    return f"/v1/partners/{partner}/subscriptions/{subscription}"
