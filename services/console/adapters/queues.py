"""What waits for somebody, asked of the records service: queues and handovers."""

from collections.abc import Sequence
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.handovers import Handover
from services.console.domain.queues import AskedOf, Decided, WaitingException, WaitingProposal
from shared.contracts.values import Wire

_PAGE = 100


class _Proposals(Wire):
    proposals: tuple[WaitingProposal, ...] = ()


class _Exceptions(Wire):
    exceptions: tuple[WaitingException, ...] = ()


class _Questions(Wire):
    questions: tuple[AskedOf, ...] = ()


class _Decided(Wire):
    results: tuple[Decided, ...] = ()


class _Handovers(Wire):
    handovers: tuple[Handover, ...] = ()
    next: str | None = None


class QueuesClient:
    """The queues of the viewer."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def proposals(self, access: str) -> list[WaitingProposal]:
        """The proposals the viewer may decide, oldest first."""
        return list(self._client.parse(_Proposals, await self._page(access, "/v1/proposals")).proposals)

    async def exceptions(self, access: str) -> list[WaitingException]:
        """The exception notes the viewer may review, oldest first."""
        return list(self._client.parse(_Exceptions, await self._page(access, "/v1/exceptions")).exceptions)

    async def questions(self, access: str) -> list[AskedOf]:
        """The questions that wait for the viewer or their departments."""
        return list(self._client.parse(_Questions, await self._page(access, "/v1/questions")).questions)

    async def decide(self, access: str, key: str, decisions: Sequence[dict[str, Any]]) -> list[Decided]:
        """Decide many proposals; each is refused or done as if alone."""
        answer = await self._client.post(access, "/v1/proposals/decide", {"decisions": list(decisions)}, key=key)
        return list(self._client.parse(_Decided, answer).results)

    async def _page(self, access: str, path: str) -> Any:
        return await self._client.get(access, path, {"limit": _PAGE})


class HandoversClient:
    """Handovers, as one shift leaves them to the next."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def latest(self, access: str, property_id: str, after: str = "") -> tuple[list[Handover], str]:
        """A page of handovers of one hotel (or all, for the empty string), newest first, and the next page's cursor."""
        params = {"limit": _PAGE} | ({"property": property_id} if property_id else {})
        params |= {"after": after} if after else {}
        page = self._client.parse(_Handovers, await self._client.get(access, "/v1/handovers", params))
        return list(page.handovers), page.next or ""

    async def one(self, access: str, handover_id: str, after: int = 0) -> Handover:
        """One handover with a page of its items."""
        params = {"after": after, "limit": 1000}
        return self._client.parse(Handover, await self._client.get(access, f"/v1/handovers/{handover_id}", params))

    async def acknowledge(self, access: str, handover_id: str, key: str, version: int) -> None:
        """Take it over, by name."""
        await self._client.post(access, f"/v1/handovers/{handover_id}/acknowledge", key=key, version=version)

    async def prepare(self, access: str, key: str, property_id: str, department: str, reason: str) -> str:
        """Make one now; its id."""
        body = {"property_id": property_id, "department": department, "reason": reason}
        made = self._client.parse(Handover, await self._client.post(access, "/v1/handovers", body, key=key))
        return made.id
