"""The integrations service over HTTP: loose ends, and what people do about them."""

from collections.abc import Mapping

from services.console.adapters.http import Client
from services.console.domain.loose import Comment, Difference, OutCommand
from shared.contracts.values import Wire

MOST = 200


class _Comments(Wire):
    items: tuple[Comment, ...] = ()


class _Commands(Wire):
    items: tuple[OutCommand, ...] = ()


class _Differences(Wire):
    items: tuple[Difference, ...] = ()


class LooseClient:
    """Loose ends with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def comments(self, access: str) -> list[Comment]:
        """Comments of the PMS that belong to no record."""
        return list(
            self._client.parse(_Comments, await self._client.get(access, "/v1/comments", {"limit": MOST})).items
        )

    async def settle(self, access: str, comment_id: str, key: str, version: int, body: Mapping[str, str]) -> None:
        """Say which record a comment is on now, or why it needs none."""
        await self._client.post(access, f"/v1/comments/{comment_id}/settle", body, key=key, version=version)

    async def commands(self, access: str) -> list[OutCommand]:
        """Commands that nobody could carry out."""
        return list(
            self._client.parse(_Commands, await self._client.get(access, "/v1/commands", {"limit": MOST})).items
        )

    async def redrive(self, access: str, command_id: str, key: str, version: int, reason: str) -> None:
        """Have a command tried again."""
        path = f"/v1/commands/{command_id}/redrive"
        await self._client.post(access, path, {"reason": reason}, key=key, version=version)

    async def differences(self, access: str) -> list[Difference]:
        """What does not tie out."""
        answer = await self._client.get(access, "/v1/differences", {"limit": MOST})
        return list(self._client.parse(_Differences, answer).items)
