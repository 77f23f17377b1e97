"""Saved views in MongoDB."""

from collections.abc import Collection

from services.records.domain.saved_views import SavedView
from shared.chassis.mongo import BulkOp, Delete, Document, Insert, Mongo, Put, Tx
from shared.contracts.identity import Department
from shared.contracts.values import Scope


def _view(row: Document) -> SavedView:
    return SavedView.model_validate(row["view"])


def _row(view: SavedView) -> Document:
    department = view.department.value if view.department else None
    return {
        "chain": view.chain,
        "owner": view.owner,
        "department": department,
        "version": view.version,
        "view": view.model_dump(mode="json"),
    }


class MongoViews:
    """The `saved_views` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("saved_views")

    async def shown(self, scope: Scope, staff_id: str, departments: Collection[Department]) -> list[SavedView]:
        """Somebody's own and those shared with these departments, by name."""
        shared = {"department": {"$in": sorted(each.value for each in departments)}}
        wanted = {"chain": scope.chain, "$or": [{"owner": staff_id}, shared]}
        return [_view(row) for row in await self._rows.find(wanted, sort=[("view.name", 1), ("_id", 1)])]

    async def find(self, scope: Scope, view_id: str, tx: Tx | None = None) -> SavedView | None:
        """One view."""
        row = await self._rows.find_one({"_id": view_id, "chain": scope.chain}, tx=tx)
        return _view(row) if row else None

    async def count(self, scope: Scope, staff_id: str) -> int:
        """How many somebody has."""
        return await self._rows.count({"chain": scope.chain, "owner": staff_id})

    async def add(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        """Keep a new one."""
        await self._rows.bulk([Insert({"_id": view.id, **_row(view), "chain": scope.chain})], tx=tx)

    async def replace(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        """Keep the next version, in place of the one before it."""
        held = {"_id": view.id, "chain": scope.chain, "version": view.version - 1}
        changes: list[BulkOp] = [Put(held, {"$set": _row(view)}, upsert=False)]
        await self._rows.bulk(changes, tx=tx)

    async def remove(self, scope: Scope, view: SavedView, tx: Tx) -> None:
        """Forget this version."""
        gone: list[BulkOp] = [Delete({"_id": view.id, "chain": scope.chain, "version": view.version})]
        await self._rows.bulk(gone, tx=tx)
