"""A partner's program in 30 lines: signs in with its key, opens a request once and takes it to its end."""

from typing import Any

import httpx


async def signed_in(auth: httpx.AsyncClient, account: str, key: str) -> dict[str, str]:
    """The headers of a token that is good for 15 minutes and for what the key's scopes say."""
    asked = {"grant_type": "client_credentials", "client_id": account, "client_secret": key}
    said = (await auth.post("/v1/tokens", json=asked)).raise_for_status().json()
    return {"Authorization": f"Bearer {said['access_token']}"}


async def open_request(records: httpx.AsyncClient, who: dict[str, str], ticket: str, **request: Any) -> dict[str, Any]:
    """Our ticket as a record: the same ticket again is the same record, however often it is sent."""
    body = {"kind": "guest_request", **request}
    said = await records.post("/v1/records", json=body, headers=who | {"Idempotency-Key": f"ticket-{ticket}-open"})
    record: dict[str, Any] = said.raise_for_status().json()
    return record


async def advance(
    records: httpx.AsyncClient, who: dict[str, str], ticket: str, record: dict[str, Any], action: str, **body: Any
) -> dict[str, Any]:
    """One step, at the version that was seen: a 409 or 412 says that somebody else was faster; read it again."""
    headers = who | {"Idempotency-Key": f"ticket-{ticket}-{action}", "If-Match": f'"{record["version"]}"'}
    said = await records.post(f"/v1/records/{record['id']}/{action}", json=body, headers=headers)
    after: dict[str, Any] = said.raise_for_status().json()
    return after
