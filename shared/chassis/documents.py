"""What a store asks of a collection: documents, filters, indexes and bulk operations, in no driver's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Filter = Mapping[str, Any]
Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Sort = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Index:
    """One index: keys are field names, ascending, or (field, direction)."""

    keys: Sequence[str | tuple[str, int]]
    unique: bool = False
    partial: Filter | None = None
    expire_s: int | None = None


@dataclass(frozen=True)
class Insert:
    """A bulk operation: insert one document."""

    document: Document


@dataclass(frozen=True)
class Put:
    """A bulk operation: update one document, or with `upsert` make it."""

    filter: Filter
    update: Update
    upsert: bool = True


@dataclass(frozen=True)
class Delete:
    """A bulk operation: delete one document."""

    filter: Filter


BulkOp = Insert | Put | Delete
