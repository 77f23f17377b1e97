"""Records in MongoDB: the whole state as one value, and beside it the columns that are asked for."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence

from services.records.domain.occurrences import Opening
from services.records.domain.state import RecordState
from services.records.ports import HeldText, Page, Query, Waiting, Writing
from services.records.store.search import Search
from shared.chassis.mongo import Document, Insert, Mongo, Put, Tx
from shared.chassis.together import Lookups
from shared.contracts.records import Status
from shared.contracts.values import Scope, local_day, zone

WHOSE = {"state": 1, "chain": 1, "property_id": 1}
THERE = {"$exists": True}
"""Said of the first element of an array: only then is an index used that holds no empty ones."""


def within(scope: Scope) -> Document:
    """The filter that keeps a caller inside its chain and properties."""
    inside: Document = {"chain": scope.chain}
    return inside if scope.properties is None else inside | {"property_id": {"$in": sorted(scope.properties)}}


def document(state: RecordState) -> Document:
    """A record as it is stored."""
    return {
        "_id": state.id,
        "chain": state.chain,
        "property_id": state.property_id,
        "version": state.version,
        "kind": state.kind,
        "status": state.status.value,
        "open": state.status is not Status.COMPLETE,
        "department": state.department.value,
        "owner": state.owner,
        "accepted": state.accepted,
        "stay_id": state.stay_id,
        "guest_id": state.guest_id,
        "room": state.room,
        "asked_of": sorted(str(one.to_department or one.to_staff) for one in state.asked if one.answer is None),
        "opened_at": state.opened_at,
        "accept_by": state.accept_by,
        "warn_at": state.due_at - dt.timedelta(seconds=state.sla.warn_s),
        "due_at": state.due_at,
        "closed_at": state.closed_at,
        "trigger_key": state.trigger.key,
        "campaign": state.sale.campaign if state.sale else None,
        **_sparse(state),
        "parent": state.parent,
        "changed_at": state.changed_at,
        "words": list(state.words),
        "watched": bool(state.watchers),
        "watchers": list(state.watchers),
        "waiting": any(each.answer is None for each in state.asked),
        "unanswered": [
            {"staff": each.to_staff, "department": each.to_department, "answer_by": each.answer_by}
            for each in state.asked
            if each.answer is None
        ],
        "state": state.model_dump(mode="json", exclude={"words"}),
    }


def _sparse(state: RecordState) -> Document:
    """What few records have; what is absent takes no place in an index. Always all, so that an update clears them."""
    return {
        "staked": sorted({f"{each.by}|{local_day(each.at, zone(state.zone)).isoformat()}" for each in state.stakes}),
        "reviews": [{"id": each.id, "what": each.what, "since": each.since} for each in state.reviews],
        "causes": [{"key": each.repeat_key, "at": each.raised_at} for each in state.exception_notes if each.repeat_key],
    }


def _state(row: Document) -> RecordState:
    return RecordState.model_validate(row["state"])


class MongoRecords:
    """The `records` collection, and the texts written with a record."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._texts = mongo.collection("records"), mongo.collection("texts")
        self._lookups, self._search = Lookups(self._by_id), Search(self._rows)

    async def find(self, scope: Scope, record_id: str, tx: Tx | None = None) -> RecordState | None:
        """One record; another chain's or property's is not seen."""
        if tx is not None and tx.session is not None:
            row = await self._rows.find_one({"_id": record_id}, projection=WHOSE, tx=tx)
        else:
            row = await self._lookups.find(record_id)
        seen = row is not None and row["chain"] == scope.chain and scope.covers(row["property_id"])
        return _state(row) if row is not None and seen else None

    async def _by_id(self, ids: Sequence[str]) -> dict[str, Document]:
        rows = await self._rows.find({"_id": {"$in": ids}}, projection=WHOSE)
        return {row["_id"]: row for row in rows}

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[RecordState]:
        """The records of these ids, by id."""
        return await self._all(scope, {"_id": {"$in": sorted(ids)}}, tx) if ids else []

    async def open_of_stays(self, scope: Scope, stay_ids: Collection[str], tx: Tx | None = None) -> list[RecordState]:
        """The open records of these stays, by id."""
        wanted = {"stay_id": {"$in": sorted(stay_ids)}, "open": True}
        return await self._all(scope, wanted, tx) if stay_ids else []

    async def of_guest(self, scope: Scope, guest_id: str, stay_ids: Collection[str], tx: Tx | None = None) -> list[str]:
        """The ids of all records of a guest, and of those of these stays that name no guest."""
        either = [{"guest_id": guest_id}, {"guest_id": None, "stay_id": {"$in": sorted(stay_ids)}}]
        rows = await self._rows.find({**within(scope), "$or": either}, projection={"_id": 1}, tx=tx)
        return [row["_id"] for row in rows]

    async def alike(self, scope: Scope, opening: Opening, since: dt.datetime) -> list[RecordState]:
        """Open records of the same kind for the same room or stay, opened since then."""
        either = [{name: value} for name in ("room", "stay_id") if (value := getattr(opening, name)) is not None]
        if not either:
            return []
        wanted = {"property_id": opening.property_id, "open": True, "kind": opening.kind, "opened_at": {"$gte": since}}
        rows = await self._rows.find(_both(scope, wanted | {"$or": either}), projection={"state": 1}, limit=20)
        return [_state(row) for row in rows]

    async def page(self, scope: Scope, query: Query) -> Page:
        """One page, by the moment asked for and id."""
        rows, after = await self._search.page(scope, query)
        return Page([_state(row) for row in rows], after)

    async def load(self, scope: Scope, property_id: str) -> Mapping[str, int]:
        """How many open records each owner has at a property."""
        wanted = _both(scope, {"property_id": property_id, "open": True})
        rows = await self._rows.aggregate([{"$match": wanted}, {"$group": {"_id": "$owner", "open": {"$sum": 1}}}])
        return {row["_id"]: row["open"] for row in rows}

    async def staked(self, scope: Scope, stay_id: str | None, day: str, tx: Tx | None = None) -> list[RecordState]:
        """The records of a stay on which money was asked for, and those on which a person asked for some that day."""
        rows = await self._all(scope, {"staked": day, "staked.0": THERE}, tx)
        stay = await self._all(scope, {"stay_id": stay_id, "staked.0": THERE}, tx) if stay_id else []
        return list({state.id: state for state in (*rows, *stay)}.values())

    async def waiting(
        self, scope: Scope, what: str, after: tuple[dt.datetime, str] | None, limit: int
    ) -> list[Waiting]:
        """Exceptions or proposals that wait for their reviewer, oldest first."""
        later: Document = {"reviews.what": what}
        if after is not None:
            since, review_id = after
            then = [{"reviews.since": {"$gt": since}}, {"reviews.since": since, "reviews.id": {"$gt": review_id}}]
            later |= {"$or": then}
        rows = await self._rows.aggregate(
            [
                {"$match": _both(scope, {"reviews.what": what, "reviews.0": THERE})},
                {"$unwind": "$reviews"},
                {"$match": later},
                {"$sort": {"reviews.since": 1, "reviews.id": 1}},
                {"$limit": limit},
                {"$project": {"state": 1, "reviews": 1}},
            ]
        )
        found = [(_state(row), row["reviews"]["id"]) for row in rows]
        return [Waiting(next(r for r in state.reviews if r.id == one), state) for state, one in found]

    async def of_cause(self, scope: Scope, key: str, since: dt.datetime, tx: Tx | None = None) -> list[RecordState]:
        """The records with an exception note of this repeat key since a moment, oldest first."""
        found = await self._all(
            scope, {"causes": {"$elemMatch": {"key": key, "at": {"$gte": since}}}, "causes.0": THERE}, tx
        )
        return sorted(found, key=lambda state: (state.opened_at, state.id))

    async def opened_by(self, scope: Scope, prefix: str, tx: Tx | None = None) -> list[RecordState]:
        """The records whose trigger key begins so, oldest first."""
        found = await self._all(scope, {"trigger_key": {"$regex": f"^{re.escape(prefix)}"}}, tx)
        return sorted(found, key=lambda state: (state.opened_at, state.id))

    async def opened_between(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime, limit: int
    ) -> list[RecordState]:
        """The records of a property that were opened from one moment to before another, oldest first."""
        wanted = {"property_id": property_id, "opened_at": {"$gte": since, "$lt": until}}
        order = [("opened_at", 1), ("_id", 1)]
        rows = await self._rows.find(_both(scope, wanted), projection={"state": 1}, sort=order, limit=limit)
        return [_state(row) for row in rows]

    async def taken(self, scope: Scope, keys: Collection[str], tx: Tx) -> set[str]:
        """Which of these trigger keys have opened a record already."""
        wanted = {"chain": scope.chain, "trigger_key": {"$in": sorted(keys)}}
        rows = await self._rows.find(wanted, projection={"trigger_key": 1}, tx=tx)
        return {row["trigger_key"] for row in rows}

    async def write(self, scope: Scope, writing: Writing, tx: Tx) -> None:
        """Insert and replace. A record that moved on meanwhile conflicts on its document or its event's version."""
        fresh = [Insert(document(state)) for state in writing.fresh]
        changed = [
            Put({"_id": state.id, "version": before, **within(scope)}, {"$set": _update(state)}, upsert=False)
            for before, state in writing.changed
        ]
        await self._rows.bulk([*fresh, *changed], tx=tx)
        await self._texts.insert_many([_text(scope, held) for held in writing.texts], tx=tx)

    async def _all(self, scope: Scope, wanted: Document, tx: Tx | None) -> list[RecordState]:
        rows = await self._rows.find(_both(scope, wanted), projection={"state": 1}, sort=[("_id", 1)], tx=tx)
        return [_state(row) for row in rows]


def _both(scope: Scope, wanted: Document) -> Document:
    # `$and`, so that a property asked for never replaces the properties allowed.
    return {"$and": [within(scope), wanted]}


def _update(state: RecordState) -> Document:
    return {name: value for name, value in document(state).items() if name != "_id"}


def _text(scope: Scope, held: HeldText) -> Document:
    record_id, text = held
    return {"_id": text.ref, "chain": scope.chain, "record_id": record_id, "salt": text.salt, "text": text.text}
