"""The ways into the records: the indexes that searches go by, and which of them answer what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.records.ports import By, Query
from services.records.store.filters import EITHER, bounds, columns, rest
from shared.chassis.mongo import Document, Index
from shared.contracts.values import Scope

Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Lane:
    """One index: the columns it begins with, and the moment that it has them in the order of.

    `small`: so few documents share the columns that they may always be read together. `only`: what it holds.
    """

    columns: tuple[str, ...]
    by: By | None = None
    small: bool = False
    only: Document = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The keys of the index; the id at the end of an ordered one makes places in it plain to find."""
        return ["chain", *self.columns, *((self.by.value, "_id") if self.by else ())]

    @property
    def index(self) -> Index:
        """The index itself."""
        return Index(self.keys, partial=self.only or None)


LANES = (
    Lane(("stay_id",), small=True),
    Lane(("guest_id",), small=True),
    Lane(("parent",), small=True, only={"parent": {"$gt": ""}}),
    Lane(("property_id", "closed_at"), small=True, only={"open": False}),
    Lane(("watched", "watchers"), By.DUE, only={"watched": True}),
    Lane(("waiting",), By.DUE, only={"waiting": True}),
    Lane(("property_id", "room", "open"), By.DUE),
    Lane(("words", "open"), By.DUE),
    Lane(("owner", "open"), By.DUE),
    Lane(("property_id", "open", "status"), By.DUE),
    Lane(("kind", "open"), By.DUE),
    Lane(("department", "open"), By.DUE),
    Lane(("property_id", "open"), By.DUE),
    Lane(("open",), By.DUE),
    Lane(("property_id",), By.OPENED),
    Lane(("property_id",), By.CHANGED),
    Lane((), By.OPENED),
    Lane((), By.CHANGED),
)
"""What picks out least comes first."""


@dataclass(frozen=True)
class Way:
    """A lane taken for a query: what its index answers by itself, and what is looked for in the documents it finds."""

    lane: Lane
    entry: Document
    rest: Sequence[Document]

    @property
    def exact(self) -> bool:
        """Whether every document that the index finds is wanted."""
        return not self.rest


def ways(scope: Scope, query: Query) -> list[Way]:
    """All lanes that lead to what is asked; of several words each leads by itself."""
    asked = columns(scope, query)
    found = []
    for lane in LANES:
        if "words" in lane.columns:
            found += [_way(scope, query, lane, {**asked, "words": word}) for word in query.words]
        elif all(name in asked for name in lane.columns) and all(name in asked for name in lane.only):
            found.append(_way(scope, query, lane, asked))
    return found


def _way(scope: Scope, query: Query, lane: Lane, asked: Columns) -> Way:
    entry: Document = {"chain": scope.chain, **lane.only, **{name: asked[name] for name in lane.columns}}
    moments = bounds(query)
    if lane.by is By.DUE and moments:
        entry["$and"], moments = moments, []
    others = [word for word in query.words if word != asked.get("words")]
    # Not `$all`: the index would be entered by whichever word stands first, be it the most common of all.
    words: list[Document] = [{"$expr": {"$setIsSubset": [[{"$literal": each} for each in others], "$words"]}}]
    answered = {*lane.columns, *lane.only}
    plain = [{name: value} for name, value in asked.items() if name not in answered and value != EITHER]
    return Way(lane, entry, [*plain, *moments, *(words if others else []), *rest(query)])
