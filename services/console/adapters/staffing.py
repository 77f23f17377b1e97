"""The staff of a chain, their shifts, and swaps that wait for a yes, at auth."""

from collections.abc import Mapping
from typing import Any

from services.console.adapters.http import Client
from shared.contracts.staff import ShiftSwap, StaffMember
from shared.contracts.values import Wire

_PAGE = 1000


class _Staff(Wire):
    items: tuple[StaffMember, ...] = ()
    next: str | None = None


class _Swaps(Wire):
    items: tuple[ShiftSwap, ...] = ()


class StaffingClient:
    """Staff and rota with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def staff(self, access: str) -> list[StaffMember]:
        """Everybody who works where the viewer works."""
        found: list[StaffMember] = []
        after: str | None = None
        while True:
            asked: dict[str, Any] = {"limit": _PAGE} | ({"after": after} if after else {})
            page = self._client.parse(_Staff, await self._client.get(access, "/v1/staff", asked))
            found += page.items
            if page.next is None or page.next == after:
                return found
            after = page.next

    async def change(self, access: str, staff_id: str, key: str, version: int, body: Mapping[str, Any]) -> None:
        """Change a person: roles, departments, shifts, absences."""
        await self._client.patch(access, f"/v1/staff/{staff_id}", body, key=key, version=version)

    async def swaps(self, access: str) -> list[ShiftSwap]:
        """Swaps that wait for the viewer's yes."""
        return list(self._client.parse(_Swaps, await self._client.get(access, "/v1/shift-swaps")).items)

    async def decide_swap(self, access: str, swap_id: str, key: str, version: int, *, approve: bool) -> None:
        """Agree to a swap, and both rotas change; or do not."""
        path = f"/v1/shift-swaps/{swap_id}/decision"
        await self._client.post(access, path, {"approve": approve}, key=key, version=version)
