"""Searches the records so that no search reads much more than it shows, whatever is asked for together.

Either something that is asked for has few records: they are all read, and sorted here. Or everything asked for is
frequent: then the records are walked in the order of the page, so many at once, until the page is full; where that
many hold too few, the page says from where to go on. No combination needs an index of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.records.ports import Place, Query
from services.records.store.filters import beyond, up_to
from services.records.store.lanes import Way, ways
from shared.chassis.documents import Sort
from shared.chassis.mongo import Collection, Document
from shared.contracts.values import Scope

FEW = 500
"""So many documents are read together at most."""
MANY = 2_000
"""Further than this nothing is counted: of two things that so many records have, neither is seldom."""
STRIDE, STRIDES = 1_500, 2
"""So many documents are walked at a time, and so many times for one page."""

Rows = tuple[list[Document], Place | None]


@dataclass(frozen=True)
class _Asked:
    """What is asked for, the ways that lead there, and the order of the page."""

    query: Query
    ways: Sequence[Way]

    @property
    def order(self) -> Sort:
        direction = -1 if self.query.descending else 1
        return [(self.query.by.value, direction), ("_id", direction)]

    def place(self, row: Document) -> Place:
        return row[self.query.by.value], row["_id"]

    def cut(self, found: list[Document]) -> Rows:
        """A page of what may be one row too many, and where the next one begins."""
        limit = self.query.limit
        return (found, None) if len(found) <= limit else (found[:limit], self.place(found[limit - 1]))


class Search:
    """Searches in the collection of records."""

    def __init__(self, rows: Collection) -> None:
        self._rows = rows

    async def page(self, scope: Scope, query: Query) -> Rows:
        """The rows of one page, and the place to go on from; None where nothing follows."""
        asked = _Asked(query, ways(scope, query))
        whole = await self._whole(asked)
        if whole is None:
            return await self._walk(asked, await self._seldom(asked))
        after = beyond(query.by, query.descending, query.after)
        return asked.cut(await self._find(asked, whole, after, query.limit + 1))

    async def _whole(self, asked: _Asked) -> Way | None:
        """The way whose documents are read together or in the very order of the page; None where each has many."""
        if asked.query.ids:
            return asked.ways[-1]
        for way in asked.ways:
            if way.lane.small or (way.exact and way.lane.by is asked.query.by):
                return way
        for way in asked.ways:
            if way.lane.columns and await self._count(way, FEW + 1) <= FEW:
                return way
        return None

    async def _seldom(self, asked: _Asked) -> Way:
        """The way in the order of the page that leads by the fewest records, as far as it is worth counting."""
        ordered = [way for way in asked.ways if way.lane.by is asked.query.by]
        picky = [way for way in ordered if way.lane.columns] or ordered
        counts = [await self._count(way, MANY) for way in picky] if len(picky) > 1 else [MANY]
        return picky[counts.index(min(counts))]

    async def _count(self, way: Way, most: int) -> int:
        return await self._rows.count(way.entry, limit=most, hint=way.lane.keys)

    async def _walk(self, asked: _Asked, way: Way) -> Rows:
        query, found, place = asked.query, list[Document](), asked.query.after
        for _ in range(STRIDES):
            after = beyond(query.by, query.descending, place)
            horizon = await self._horizon(asked, way, after)
            part = [*after, *up_to(query.by, query.descending, horizon)]
            found += await self._find(asked, way, part, query.limit + 1 - len(found))
            place = horizon
            if place is None or len(found) > query.limit:
                break
        rows, more = asked.cut(found)
        return rows, more or place

    async def _horizon(self, asked: _Asked, way: Way, after: Sequence[Document]) -> Place | None:
        """The place that a stride from there ends at; None where the lane ends before. Read from the index alone."""
        rows = await self._rows.find(
            _all(way.entry, *after),
            projection={asked.query.by.value: 1},
            sort=asked.order,
            skip=STRIDE - 1,
            limit=1,
            hint=way.lane.keys,
        )
        return asked.place(rows[0]) if rows else None

    async def _find(self, asked: _Asked, way: Way, part: Sequence[Document], limit: int) -> list[Document]:
        return await self._rows.find(
            _all(way.entry, *part, *way.rest),
            projection={"state": 1, asked.query.by.value: 1},
            sort=asked.order,
            limit=limit,
            hint=None if asked.query.ids else way.lane.keys,
        )


def _all(*wanted: Document) -> Document:
    return {"$and": list(wanted)}
