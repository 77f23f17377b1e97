"""Brings what is sold into the states that its commands wait for: published, drafted, sold."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.records.api import campaigns, offers
from tests.input.ripening import Ripe

PROPERTY = "city"
BIDS: dict[str, Any] = {"code": "spa_bids", "way": "bid", "decided_at": "14:00", "notice_hours": 0}
JULY = {"first": "2026-07-01", "last": "2026-07-31"}
ASKS: dict[str, Any] = {"price": {"amount": 5000, "currency": "EUR"}, "reason": {"code": "asked_by_guest"}}


class Shop:
    """Two people who sell, over HTTP."""

    def __init__(self, client: httpx.AsyncClient, tokens: Mapping[str, str]) -> None:
        self._client, self._tokens, self._asked = client, tokens, 0

    async def post(self, path: str, body: Any, who: str = "chief", version: int | None = None) -> dict[str, Any]:
        """What was answered."""
        self._asked += 1
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Idempotency-Key": f"ripening-sale-{self._asked}"}
        headers |= {"If-Match": f'"{version}"'} if version else {}
        said = await self._client.post(path, json=body, headers=headers)
        assert said.is_success, f"{path}: {said.text}"
        shown: dict[str, Any] = said.json()
        return shown

    async def offer(self, code: str) -> dict[str, Any]:
        """A published offer."""
        return await self.post("/v1/offers", offers.NEW | {"terms": offers.SPA | {"code": code}})

    async def draft(self, offer: Mapping[str, Any], who: str = "revenue") -> dict[str, Any]:
        """A campaign that waits for another's approval."""
        terms = campaigns.TERMS | {"arms": [{"code": "plain", "offer_id": offer["id"]}]}
        return await self.post("/v1/campaigns", campaigns.NEW | {"terms": terms}, who)

    async def record(self, offer: Mapping[str, Any], stay_id: str) -> dict[str, Any]:
        """A record that sells it."""
        body = {"property_id": PROPERTY, "kind": "pre_arrival_offer", "stay_id": stay_id, "fields": {"offer": "spa"}}
        return await self.post("/v1/records", body | {"offer_id": offer["id"]})

    async def waiting(self, offer: Mapping[str, Any], stay_id: str, bids: int) -> dict[str, Any]:
        """A record that offers it, approved, and that so many bids were placed on."""
        record = await self.record(offer, stay_id)
        for act, body in (("accept", {}), ("check-value", {}), ("approve", {}), *[("place-bid", ASKS)] * bids):
            record = await self.post(f"/v1/records/{record['id']}/{act}", body, version=record["version"])
        return record


def _next(name: str, of: Mapping[str, Any], body: Any) -> list[Mapping[str, Any]]:
    return [{"path": {name: of["id"]}, "headers": {"If-Match": f'"{of["version"]}"'}, "body": body}]


async def ripe_sales(shop: Shop, stay_id: str, guest_id: str) -> Ripe:
    """For every command on what is sold, something that waits for it."""
    spa, changing, going = [await shop.offer(code) for code in ("spa_once", "spa_twice", "spa_no_more")]
    draft, other, stopping = [await shop.draft(spa) for _ in range(3)]
    terms = campaigns.TERMS | {"arms": [{"code": "plain", "offer_id": spa["id"]}]}
    next_terms = offers.NEXT | {"terms": offers.NEXT["terms"] | {"code": "spa_twice"}}
    pricing = {"stay_id": stay_id, "quantity": 1}
    looked_at = [{"path": {"campaign_id": draft["id"]}}]
    priced, cancelled = [await shop.record(spa, stay_id) for _ in range(2)]
    line = await shop.post("/v1/offers", offers.NEW | {"terms": offers.SPA | BIDS})
    bidding, granting = [await shop.waiting(line, stay_id, bids) for bids in (0, 1)]
    of_record = "POST /v1/records/{record_id}"
    because = {"reason": {"code": "asked_by_guest"}}
    return {
        f"{of_record}/take-price": _next("record_id", priced, because),
        f"{of_record}/place-bid": _next("record_id", bidding, ASKS),
        f"{of_record}/grant-sale": _next("record_id", granting, because),
        f"{of_record}/cancel-sale": _next("record_id", cancelled, because),
        "GET /v1/offers": [{"query": {"property": PROPERTY}}],
        "GET /v1/offers/{offer_id}": [{"path": {"offer_id": spa["id"]}, "query": {}}],
        "POST /v1/offers/{offer_id}/price": [{"path": {"offer_id": spa["id"]}, "body": pricing}],
        "GET /v1/stays/{stay_id}/offers": [{"path": {"stay_id": stay_id}, "query": {}}],
        "PUT /v1/offers/{offer_id}": _next("offer_id", changing, next_terms),
        "POST /v1/offers/{offer_id}/withdraw": _next("offer_id", going, offers.GONE),
        "POST /v1/offers/copies": [{"body": offers.COPY}],
        "GET /v1/campaigns": [{"query": {"property": PROPERTY}}],
        "GET /v1/campaigns/{campaign_id}": looked_at,
        "GET /v1/campaigns/{campaign_id}/preview": looked_at,
        "GET /v1/campaigns/{campaign_id}/results": looked_at,
        "POST /v1/campaigns": [{"body": campaigns.NEW | {"terms": terms}}],
        "PUT /v1/campaigns/{campaign_id}": _next("campaign_id", other, campaigns.NEXT | {"terms": terms}),
        "POST /v1/campaigns/{campaign_id}/approve": _next("campaign_id", draft, campaigns.APPROVE),
        "POST /v1/campaigns/{campaign_id}/stop": _next("campaign_id", stopping, campaigns.STOP),
        "GET /v1/incentives": [{"query": {"property": PROPERTY, **JULY}}],
        "GET /v1/incentives/agents": [{"query": {"property": PROPERTY, **JULY}}],
        "GET /v1/guests/{guest_id}/points": [{"path": {"guest_id": guest_id}, "query": {}}],
    }
