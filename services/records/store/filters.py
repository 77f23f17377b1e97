"""What a query asks for, in parts: what indexes begin with, what moments bound, and what only documents can answer."""

from collections.abc import Mapping
from typing import Any

from services.records.ports import By, Place, Query, Unanswered
from shared.chassis.mongo import Document
from shared.contracts.records import Status
from shared.contracts.values import Scope

OPEN = frozenset(Status) - {Status.COMPLETE}
EITHER: Document = {"$in": [True, False]}


def columns(scope: Scope, query: Query) -> Mapping[str, Any]:
    """The columns that are asked for, each with the value or the condition; always `open`, never a word."""
    asked = {
        "property_id": _properties(scope, query.property_id),
        "department": query.department.value if query.department else None,
        "owner": query.owner,
        "stay_id": query.stay_id,
        "room": query.room,
        "parent": query.parent,
        "watchers": query.watcher,
        "guest_id": _among(query.guest_ids),
        "kind": _both(query.kind, query.kinds),
        "status": _among([status.value for status in query.statuses]) if set(query.statuses) != OPEN else None,
        "closed_at": {"$gte": query.closed_since} if query.closed_since else None,
        "watched": True if query.watcher else None,
        "waiting": True if query.unanswered else None,
    }
    return {name: value for name, value in asked.items() if value is not None} | {"open": _open(query)}


def bounds(query: Query) -> list[Document]:
    """The earliest and the latest moment that what is asked for may be due."""
    limits = (
        ("$gte", query.due_from),
        ("$lte", query.due_to),
        ("$lte", query.now if query.risk == "late" else None),
        ("$gt", query.now if query.risk == "at_risk" else None),
    )
    return [{"due_at": {operator: moment}} for operator, moment in limits if moment is not None]


def rest(query: Query) -> list[Document]:
    """What no index knows."""
    wanted: list[Document] = [{"_id": {"$in": sorted(query.ids)}}] if query.ids else []
    if query.risk:
        # As `views.risk` says it; a blocked record's clock stands, so it is never late by the clock on the wall.
        wanted.append({"open": True, "status": {"$ne": Status.BLOCKED.value}})
    if query.risk == "at_risk":
        wanted.append(
            {"$or": [{"warn_at": {"$lte": query.now}}, {"accepted": False, "accept_by": {"$lte": query.now}}]}
        )
    if query.unanswered:
        wanted += _unanswered(query.unanswered)
    return wanted


def beyond(by: By, descending: bool, place: Place | None) -> list[Document]:
    """What comes after a place in the order."""
    if place is None:
        return []
    return [_from(by, place, ("$lt", "$lte") if descending else ("$gt", "$gte"))]


def up_to(by: By, descending: bool, place: Place | None) -> list[Document]:
    """What comes before a place in the order, and the place itself."""
    if place is None:
        return []
    moment, record_id = place
    before, until = ("$gt", "$gte") if descending else ("$lt", "$lte")
    return [{by.value: {until: moment}, "$or": [{by.value: {before: moment}}, {"_id": {until: record_id}}]}]


def _from(by: By, place: Place, operators: tuple[str, str]) -> Document:
    moment, record_id = place
    after, from_there = operators
    # The first part is what the index goes by; the second leaves out what the last page showed of the same moment.
    return {by.value: {from_there: moment}, "$or": [{by.value: {after: moment}}, {"_id": {after: record_id}}]}


def _properties(scope: Scope, asked: str | None) -> Any:
    if scope.properties is None:
        return asked
    return _among([each for each in scope.properties if asked in {None, each}], even_none=True)


def _both(one: str | None, many: Any) -> Any:
    """One of many, and that one if it is named."""
    if one is None:
        return _among(many)
    return _among([one] if not many or one in many else [], even_none=True)


def _among(values: Any, *, even_none: bool = False) -> Any:
    found = sorted(values)
    if len(found) == 1:
        return found[0]
    return {"$in": found} if found or even_none else None


def _open(query: Query) -> Any:
    asked = frozenset(query.statuses)
    if query.closed_since is not None or (asked and not asked & OPEN):
        return False
    return True if query.risk or (asked and asked <= OPEN) else EITHER


def _unanswered(asked: Unanswered) -> list[Document]:
    to: list[Document] = [{"staff": asked.staff_id}] if asked.staff_id else []
    to += [{"department": {"$in": sorted(each.value for each in asked.departments)}}] if asked.departments else []
    one: Document = {"$or": to} if to else {}
    one |= {"answer_by": {"$lte": asked.due_by}} if asked.due_by else {}
    return [{"unanswered": {"$elemMatch": one}}] if one else []
