"""What a query asks for, as a filter that the indexes can answer."""

import datetime as dt
from typing import Any

from services.records.ports import Query, Unanswered
from shared.chassis.mongo import Document
from shared.contracts.records import Status

OPEN = frozenset(Status) - {Status.COMPLETE}


def filter_of(query: Query, by_word: str | None = None) -> Document:
    """The filter. Of several words only `by_word` goes through the index; the others are looked for in its finds."""
    wanted: list[Document] = [{name: value} for name, value in _plain(query).items() if value is not None]
    wanted += [*_statuses(query), *_times(query), *_among(query)]
    if by_word is not None:
        wanted.append({"words": by_word})
    others = [word for word in query.words if word != by_word]
    if others:
        # Not `$all`: the index would be entered by whichever word stands first, be it the most common of all.
        wanted.append({"$expr": {"$setIsSubset": [[{"$literal": word} for word in others], "$words"]}})
    if query.risk:
        wanted.append(_risk(query.risk, query.now))
    if query.unanswered:
        wanted.append(_unanswered(query.unanswered))
    if query.after:
        wanted.append(_after(query))
    return {"$and": wanted} if wanted else {}


def _plain(query: Query) -> dict[str, Any]:
    return {
        "property_id": query.property_id,
        "department": query.department.value if query.department else None,
        "owner": query.owner,
        "stay_id": query.stay_id,
        "kind": query.kind,
        "room": query.room,
        "parent": query.parent,
        "watchers": query.watcher,
        "watched": True if query.watcher else None,  # as the partial index says it
    }


def _among(query: Query) -> list[Document]:
    many = {"guest_id": query.guest_ids, "kind": query.kinds, "_id": query.ids}
    return [{name: {"$in": sorted(values)}} for name, values in many.items() if values]


def _statuses(query: Query) -> list[Document]:
    asked = frozenset(query.statuses)
    if asked and (asked <= OPEN or not asked & OPEN):
        known: Document = {"open": asked <= OPEN}  # what the indexes know
    else:
        known = {"open": {"$in": [True, False]}}
    if not asked or asked == OPEN:
        return [known]
    return [known, {"status": {"$in": sorted(status.value for status in asked)}}]


def _times(query: Query) -> list[Document]:
    bounds = (
        ("closed_at", "$gte", query.closed_since),
        ("due_at", "$gte", query.due_from),
        ("due_at", "$lte", query.due_to),
    )
    return [{name: {operator: moment}} for name, operator, moment in bounds if moment is not None]


def _after(query: Query) -> Document:
    assert query.after is not None
    moment, record_id = query.after
    name, beyond, from_there = (
        query.by.value,
        "$lt" if query.descending else "$gt",
        "$lte" if query.descending else "$gte",
    )
    # The first part is what the index goes by; the second leaves out what the last page showed of the same moment.
    return {name: {from_there: moment}, "$or": [{name: {beyond: moment}}, {"_id": {beyond: record_id}}]}


def _unanswered(asked: Unanswered) -> Document:
    to: list[Document] = [{"staff": asked.staff_id}] if asked.staff_id else []
    to += [{"department": {"$in": sorted(each.value for each in asked.departments)}}] if asked.departments else []
    one: Document = {"$or": to} if to else {}
    one |= {"answer_by": {"$lte": asked.due_by}} if asked.due_by else {}
    return {"waiting": True} | ({"unanswered": {"$elemMatch": one}} if one else {})


def _risk(risk: str, now: dt.datetime) -> Document:
    """As `views.risk` says it; a blocked record's clock stands, so it is never late by the clock on the wall."""
    running = {"open": True, "status": {"$ne": Status.BLOCKED.value}}
    if risk == "late":
        return running | {"due_at": {"$lte": now}}
    near = [{"warn_at": {"$lte": now}}, {"accepted": False, "accept_by": {"$lte": now}}]
    return running | {"due_at": {"$gt": now}, "$or": near}
