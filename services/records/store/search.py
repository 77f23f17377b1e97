"""Searches the records so that no search reads much more than it shows, whatever is asked for together.

Either something that is asked for has few records: they are all read, and sorted here. Or everything asked for is
frequent: then the records are walked in the order of the page, so many at once, until the page is full; where that
many hold too few, the page says from where to go on. No combination needs an index of its own.
"""

from collections.abc import Sequence

from services.records.ports import Place, Query
from services.records.store.filters import beyond, up_to
from services.records.store.lanes import Way, ways
from shared.chassis.documents import Sort
from shared.chassis.mongo import Collection, Document
from shared.contracts.values import Scope

FEW = 500
"""So many documents are read together at most."""
STRIDE, STRIDES = 1_500, 2
"""So many documents are walked at a time, and so many times for one page."""


class Search:
    """One search in the collection of records."""

    def __init__(self, rows: Collection, scope: Scope, query: Query) -> None:
        self._rows, self._query = rows, query
        self._ways = ways(scope, query)
        direction = -1 if query.descending else 1
        self._order: Sort = [(query.by.value, direction), ("_id", direction)]

    async def rows(self) -> tuple[list[Document], Place | None]:
        """The rows of the page, and the place to go on from; None where nothing follows."""
        query = self._query
        whole = await self._whole()
        if whole is None:
            return await self._walk(next(way for way in self._ways if way.lane.by is query.by))
        hint = None if query.ids else whole.lane.keys
        found = await self._find(whole, beyond(query.by, query.descending, query.after), query.limit + 1, hint)
        return _cut(found, query)

    async def _whole(self) -> Way | None:
        """The way whose documents are read together or in the very order of the page; None where each has many."""
        if self._query.ids:
            return self._ways[-1]
        for way in self._ways:
            if way.lane.small or (way.exact and way.lane.by is self._query.by):
                return way
        for way in self._ways:
            if way.lane.columns and await self._rows.count(way.entry, limit=FEW + 1, hint=way.lane.keys) <= FEW:
                return way
        return None

    async def _walk(self, way: Way) -> tuple[list[Document], Place | None]:
        query, found, place = self._query, list[Document](), self._query.after
        for _ in range(STRIDES):
            after = beyond(query.by, query.descending, place)
            horizon = await self._horizon(way, after)
            part = [*after, *up_to(query.by, query.descending, horizon)]
            found += await self._find(way, part, query.limit + 1 - len(found), way.lane.keys)
            place = horizon
            if place is None or len(found) > query.limit:
                break
        rows, more = _cut(found, query)
        return rows, more or place

    async def _horizon(self, way: Way, after: Sequence[Document]) -> Place | None:
        """The place that a stride from there ends at; None where the lane ends before. Read from the index alone."""
        rows = await self._rows.find(
            _all(way.entry, *after),
            projection={self._query.by.value: 1},
            sort=self._order,
            skip=STRIDE - 1,
            limit=1,
            hint=way.lane.keys,
        )
        return (rows[0][self._query.by.value], rows[0]["_id"]) if rows else None

    async def _find(self, way: Way, part: Sequence[Document], limit: int, hint: list[str] | None) -> list[Document]:
        wanted = _all(way.entry, *part, *way.rest)
        columns = {"state": 1, self._query.by.value: 1}
        return await self._rows.find(wanted, projection=columns, sort=self._order, limit=limit, hint=hint)


def _cut(found: list[Document], query: Query) -> tuple[list[Document], Place | None]:
    """A page of one row too many, and where the next one begins."""
    if len(found) <= query.limit:
        return found, None
    last = found[query.limit - 1]
    return found[: query.limit], (last[query.by.value], last["_id"])


def _all(*wanted: Document) -> Document:
    return {"$and": list(wanted)}
