"""Saved views of lists."""

from collections.abc import Collection
from typing import Protocol

from services.records.domain.saved_views import SavedView
from shared.chassis.mongo import Tx
from shared.contracts.identity import Department
from shared.contracts.values import Scope


class ViewStore(Protocol):
    """Keeps saved views by id; a version that moved on makes the transaction fail."""

    async def shown(self, scope: Scope, staff_id: str, departments: Collection[Department]) -> list[SavedView]:
        """Somebody's own and those shared with these departments, by name."""
        ...

    async def find(self, scope: Scope, view_id: str, tx: Tx | None = None) -> SavedView | None:
        """One view."""
        ...

    async def count(self, scope: Scope, staff_id: str) -> int:
        """How many somebody has."""
        ...

    async def add(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        """Keep a new one."""
        ...

    async def replace(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        """Keep the next version."""
        ...

    async def remove(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        """Forget this version."""
        ...
