"""The integrations service over HTTP: conversations with guests, templates, and how a place writes to guests."""

from collections.abc import Mapping
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.problem import Refused
from services.console.domain.talk import (
    Outlook,
    PlaceRules,
    Said,
    Template,
    Templates,
    TemplateVersion,
    Thread,
    ThreadHead,
    WouldRead,
)
from shared.contracts.values import Wire

MOST = 200


class _Threads(Wire):
    items: tuple[ThreadHead, ...] = ()


class _Loose(Wire):
    items: tuple[Said, ...] = ()


class _Versions(Wire):
    versions: tuple[TemplateVersion, ...] = ()


class TalkClient:
    """Conversations with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def threads(self, access: str, property_id: str, state: str) -> list[ThreadHead]:
        """Threads, the latest first; they hold no words."""
        asked = {"state": state, "limit": MOST} | ({"property": property_id} if property_id else {})
        return list(self._client.parse(_Threads, await self._client.get(access, "/v1/threads", asked)).items)

    async def thread(self, access: str, stay_id: str) -> Thread:
        """What was said with the guest of a stay; empty when nobody has written yet."""
        try:
            answer = await self._client.get(access, f"/v1/threads/{stay_id}", {"limit": MOST})
        except Refused as refusal:
            if refusal.problem.status == 404:
                return Thread()
            raise
        return self._client.parse(Thread, answer)

    async def outlook(self, access: str, stay_id: str) -> Outlook:
        """What would become of a message now."""
        return self._client.parse(Outlook, await self._client.get(access, f"/v1/threads/{stay_id}/outlook"))

    async def write(self, access: str, stay_id: str, key: str, body: Mapping[str, Any]) -> None:
        """Write to the guest."""
        await self._client.post(access, f"/v1/threads/{stay_id}/messages", body, key=key)

    async def answered(self, access: str, stay_id: str, key: str, version: int) -> None:
        """Say that nobody waits."""
        await self._client.post(access, f"/v1/threads/{stay_id}/answered", key=key, version=version)

    async def loose(self, access: str) -> list[Said]:
        """What guests wrote that is on no record."""
        answer = await self._client.get(access, "/v1/unrecorded-messages", {"limit": MOST})
        return list(self._client.parse(_Loose, answer).items)

    async def settle(self, access: str, message_id: str, key: str, version: int, body: Mapping[str, str]) -> None:
        """Say which record it is on now, or why it needs none."""
        await self._client.post(access, f"/v1/unrecorded-messages/{message_id}/settle", body, key=key, version=version)

    async def templates(self, access: str, place: str) -> Templates:
        """Everything a place says."""
        return self._client.parse(Templates, await self._client.get(access, f"/v1/message-templates/{place}"))

    async def template(self, access: str, place: str, code: str) -> Template:
        """One code at a place."""
        return self._client.parse(Template, await self._client.get(access, f"/v1/message-templates/{place}/{code}"))

    async def versions(self, access: str, place: str, code: str) -> list[TemplateVersion]:
        """Its versions, newest first."""
        answer = await self._client.get(access, f"/v1/message-templates/{place}/{code}/versions")
        return list(self._client.parse(_Versions, answer).versions)

    async def preview(self, access: str, place: str, code: str, body: Mapping[str, Any]) -> WouldRead:
        """What the guest of a stay would read."""
        answer = await self._client.post(access, f"/v1/message-templates/{place}/{code}/preview", body)
        return self._client.parse(WouldRead, answer)

    async def propose(
        self, access: str, place: str, code: str, key: str, revision: int, body: Mapping[str, Any]
    ) -> None:
        """Propose what a place is to say."""
        await self._client.put(access, f"/v1/message-templates/{place}/{code}", body, key=key, version=revision)

    async def decide(
        self, access: str, place: str, code: str, version: int, key: str, revision: int, body: Mapping[str, Any]
    ) -> None:
        """Approve or reject a version; without `approve` it is taken back."""
        verb = "withdraw" if body.get("approve") is None else "decide"
        path = f"/v1/message-templates/{place}/{code}/versions/{version}/{verb}"
        await self._client.post(access, path, body, key=key, version=revision)

    async def rules(self, access: str, place: str) -> PlaceRules:
        """How a place writes to guests."""
        return self._client.parse(PlaceRules, await self._client.get(access, f"/v1/sending-rules/{place}"))

    async def change_rules(self, access: str, place: str, key: str, revision: int, body: Mapping[str, Any]) -> None:
        """Give a place rules of its own."""
        await self._client.put(access, f"/v1/sending-rules/{place}", body, key=key, version=revision)
