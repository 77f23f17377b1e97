"""What the records service knows of selling: offers, campaigns, preferences and points."""

from typing import Any

from services.console.adapters.http import Client
from services.console.domain.selling import Campaign, Offer, Points, Preference, Preview, Results, StayOffer
from shared.contracts.values import Wire

_PAGE = 200


class _StayOffers(Wire):
    offers: tuple[StayOffer, ...] = ()


class _Preferences(Wire):
    preferences: tuple[Preference, ...] = ()


class _Offers(Wire):
    offers: tuple[Offer, ...] = ()
    next: str | None = None


class _Campaigns(Wire):
    campaigns: tuple[Campaign, ...] = ()
    next: str | None = None


class SellingClient:
    """Selling, with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of_stay(self, access: str, stay_id: str) -> list[StayOffer]:
        """What could be offered to a stay, and why not the rest."""
        answer = await self._client.get(access, f"/v1/stays/{stay_id}/offers")
        return list(self._client.parse(_StayOffers, answer).offers)

    async def preferences(self, access: str, guest_id: str) -> list[Preference]:
        """What a guest is known to prefer."""
        answer = await self._client.get(access, f"/v1/guests/{guest_id}/preferences")
        return list(self._client.parse(_Preferences, answer).preferences)

    async def points(self, access: str, guest_id: str) -> Points:
        """A guest's points."""
        return self._client.parse(Points, await self._client.get(access, f"/v1/guests/{guest_id}/points"))

    async def offers(self, access: str, property_id: str) -> list[Offer]:
        """A hotel's catalogue."""
        answer = await self._client.get(access, "/v1/offers", {"property": property_id, "limit": _PAGE})
        return list(self._client.parse(_Offers, answer).offers)

    async def campaigns(self, access: str, property_id: str) -> list[Campaign]:
        """A hotel's campaigns."""
        answer = await self._client.get(access, "/v1/campaigns", {"property": property_id, "limit": _PAGE})
        return list(self._client.parse(_Campaigns, answer).campaigns)

    async def campaign(self, access: str, campaign_id: str) -> Campaign:
        """One campaign."""
        return self._client.parse(Campaign, await self._client.get(access, f"/v1/campaigns/{campaign_id}"))

    async def preview(self, access: str, campaign_id: str) -> Preview:
        """Whom it would write to now."""
        return self._client.parse(Preview, await self._client.get(access, f"/v1/campaigns/{campaign_id}/preview"))

    async def results(self, access: str, campaign_id: str) -> Results:
        """What became of it."""
        return self._client.parse(Results, await self._client.get(access, f"/v1/campaigns/{campaign_id}/results"))

    async def draft(self, access: str, key: str, body: dict[str, Any]) -> Campaign:
        """Write a campaign."""
        return self._client.parse(Campaign, await self._client.post(access, "/v1/campaigns", body, key=key))

    async def redraft(self, access: str, campaign_id: str, key: str, version: int, body: dict[str, Any]) -> None:
        """Write a draft anew."""
        await self._client.put(access, f"/v1/campaigns/{campaign_id}", body, key=key, version=version)

    async def publish(self, access: str, key: str, body: dict[str, Any]) -> None:
        """Put a new offer into a catalogue."""
        await self._client.post(access, "/v1/offers", body, key=key)

    async def settle(self, access: str, campaign_id: str, verb: str, key: str, version: int, reason: str) -> None:
        """Approve or stop a campaign."""
        path = f"/v1/campaigns/{campaign_id}/{verb}"
        await self._client.post(access, path, {"reason": reason}, key=key, version=version)

    async def settle_offer(self, access: str, offer_id: str, key: str, version: int, reason: str) -> None:
        """Withdraw an offer."""
        path = f"/v1/offers/{offer_id}/withdraw"
        await self._client.post(access, path, {"reason": reason}, key=key, version=version)
