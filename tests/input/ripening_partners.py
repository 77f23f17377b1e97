"""Partners with subscriptions in the states that commands wait for."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.integrations.api.partners import HOOK, ON_TOPIC, PARTNER, REPLAY
from tests.input.ripening import Ripe

LITERAL = "https://93.184.216.34/bellboard"
"""Public, and found without asking anybody."""
ABOUT = "/v1/partners/{partner}/subscriptions/{subscription_id}"


async def ripe_partners(client: httpx.AsyncClient, headers: Mapping[str, str]) -> tuple[list[str], Ripe]:
    """Ids of subscriptions, that of `seed-looked-at` last, and for every command a partner that waits for it."""
    asked = 0

    async def post(path: str, body: Any, version: int | None = None) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        sent = {**headers, "Idempotency-Key": f"seed-partner-{asked}"}
        sent |= {"If-Match": f'"{version}"'} if version else {}
        said = await client.post(path, json=body, headers=sent)
        assert said.is_success, said.text
        shown: dict[str, Any] = said.json()
        return shown

    async def heard(name: str) -> dict[str, str]:
        await post("/v1/partners", PARTNER | {"id": name})
        made = await post(f"/v1/partners/{name}/subscriptions", ON_TOPIC | {"sandbox": True})
        return {"partner": name, "subscription_id": made["id"]}

    ripe: Ripe = {}
    ids, first = [], {"If-Match": '"1"'}
    for path in ("pause", "end", "replay", "ping", "sandbox"):
        one = await heard(f"seed-{path}")
        ids.append(one["subscription_id"])
        body = {"replay": REPLAY}.get(path, {})
        ripe[f"POST {ABOUT}/{path}"] = [{"path": one, "headers": first, "body": body}]
    looked_at = await heard("seed-looked-at")
    ids.append(looked_at["subscription_id"])
    seen = [{"path": looked_at, "query": {}}] * 3
    ripe[f"GET {ABOUT}/deliveries"] = ripe[f"GET {ABOUT}"] = seen
    await post("/v1/partners", PARTNER | {"id": "seed-secret"})
    signed = await post("/v1/partners/seed-secret/subscriptions", HOOK | {"url": LITERAL})
    secret = {"partner": "seed-secret", "subscription_id": signed["id"]}
    ripe[f"POST {ABOUT}/secret"] = [{"path": secret, "headers": first}]
    paused = await heard("seed-resume")
    await post(ABOUT.format(**paused) + "/pause", {}, 1)
    ripe[f"POST {ABOUT}/resume"] = [{"path": paused, "headers": {"If-Match": '"2"'}}]
    await post("/v1/partners", PARTNER | {"id": "seed-fresh"})
    ripe["POST /v1/partners/{partner}/subscriptions"] = [{"path": {"partner": "seed-fresh"}, "body": ON_TOPIC}]
    await post("/v1/partners", PARTNER | {"id": "seed-closing"})
    ripe["POST /v1/partners/{partner}/close"] = [{"path": {"partner": "seed-closing"}, "headers": first}]
    ripe["GET /v1/partner-contract/schemas/{event_type}"] = [{"path": {"event_type": "record.opened.v1"}}]
    return ids, ripe
