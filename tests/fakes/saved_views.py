"""Saved views in memory, by the same rules as the real store."""

from collections.abc import Collection

from services.records.domain.saved_views import SavedView
from shared.chassis.mongo import Duplicate, Tx
from shared.contracts.identity import Department
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeViews:
    """People's lists."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _of(self, scope: Scope) -> list[SavedView]:
        return [view for view in self._db.tables.views.values() if view.chain == scope.chain]

    async def shown(self, scope: Scope, staff_id: str, departments: Collection[Department]) -> list[SavedView]:
        found = [view for view in self._of(scope) if view.owner == staff_id or view.department in departments]
        return sorted(found, key=lambda view: (view.name, view.id))

    async def find(self, scope: Scope, view_id: str, tx: Tx | None = None) -> SavedView | None:
        return next((view for view in self._of(scope) if view.id == view_id), None)

    async def count(self, scope: Scope, staff_id: str) -> int:
        return sum(view.owner == staff_id for view in self._of(scope))

    async def add(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        self._db.tables.views[view.id] = view

    async def replace(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        if self._db.tables.views[view.id].version != view.version - 1:
            raise Duplicate("version")
        self._db.tables.views[view.id] = view

    async def remove(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        del self._db.tables.views[view.id]
