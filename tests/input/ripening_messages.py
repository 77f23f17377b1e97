"""Threads in which a guest waits, messages that are on no record, templates that wait for a decision."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.integrations.api.message_templates import DECIDED, LOOKED_AT, PROPOSED, RULES, SAID, TAKEN_BACK
from services.integrations.api.threads import NEEDS_NONE, WRITTEN
from tests.factories.records import PROPERTY
from tests.input.ripening import Ripe

ABOUT = "/v1/message-templates/{property_id}/{code}"


async def ripe_messages(
    client: httpx.AsyncClient, headers: Mapping[str, str], another: Mapping[str, str], stays: list[str]
) -> Ripe:
    """For every request something that waits for it; `another` proposes what `headers` decides."""
    asked = 0

    async def ask(method: str, path: str, body: Any, who: Mapping[str, str] = headers) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        sent = {**who, "Idempotency-Key": f"seed-message-{asked}", "If-Match": '"1"'}
        said = await client.request(method, path, json=body, headers=sent)
        assert said.is_success, said.text
        shown: dict[str, Any] = said.json()
        return shown

    loose = []
    for number, stay in enumerate(stays[:3]):
        body = {"stay_id": stay, "topic_code": "wifi", "text": f"How does the wifi work? {number}"}
        loose.append((await ask("POST", "/v1/guest-messages", body))["id"])
    for code in ("decide", "withdraw"):
        await ask("PUT", ABOUT.format(property_id=PROPERTY, code=code), PROPOSED, another)
    first, second = {"headers": {"If-Match": '"1"'}}, {"headers": {"If-Match": '"2"'}}
    place, update = {"property_id": PROPERTY}, {"property_id": PROPERTY, "code": "update"}
    numbered = [{"property_id": PROPERTY, "code": code, "version": 1} for code in ("decide", "withdraw")]
    look = {"path": update, "body": LOOKED_AT | {"stay_id": stays[0], "texts": SAID}}
    return {
        "GET /v1/threads/{stay_id}": [{"path": {"stay_id": one}, "query": {}} for one in stays[:3]],
        "GET /v1/threads/{stay_id}/outlook": [{"path": {"stay_id": one}, "query": {}} for one in stays[:3]],
        "POST /v1/threads/{stay_id}/messages": [{"path": {"stay_id": stays[0]}, "body": WRITTEN}],
        "POST /v1/threads/{stay_id}/answered": [{"path": {"stay_id": one}, **first} for one in stays[:3]],
        "POST /v1/unrecorded-messages/{message_id}/settle": [
            {"path": {"message_id": one}, "body": NEEDS_NONE, **first} for one in loose
        ],
        "GET /v1/sending-rules/{property_id}": [{"path": place}],
        "PUT /v1/sending-rules/{property_id}": [{"path": place, "body": RULES, **first}],
        "GET /v1/message-templates/{property_id}": [{"path": place}],
        f"GET {ABOUT}": [{"path": update}],
        f"GET {ABOUT}/versions": [{"path": update, "query": {}}],
        f"POST {ABOUT}/preview": [look],
        f"PUT {ABOUT}": [{"path": {"property_id": PROPERTY, "code": "seed_new"}, "body": PROPOSED, **first}],
        f"POST {ABOUT}/versions/{{version}}/decide": [{"path": numbered[0], "body": DECIDED, **second}],
        f"POST {ABOUT}/versions/{{version}}/withdraw": [{"path": numbered[1], "body": TAKEN_BACK, **second}],
    }
