"""Commands out as rows: asked for once, `sending` only from just before anything leaves, tried again when it may."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.integrations.domain.commanding import ENDED, Ending, Redrive, Waiting, died, redriven, settled
from services.integrations.store.scoping import within
from shared.chassis.mongo import Collection, Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.envelope import NewEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope

PENDING, SENDING, UNKNOWN = "pending", "sending", "unknown"
"""The states that every command out begins with, and the one that only a look or a person ends."""
OPEN = (PENDING, SENDING, UNKNOWN)
FRESH: Document = {"claimed": None, "attempts": 0, "next_try": None, "why": None, "dead": False, "deaths": 0}
LOOKED_AT = 64

Row = TypeVar("Row")


@dataclass(frozen=True)
class Outgoing(Generic[Row]):
    """The rows of one sort of command; `document` writes one (`_id` and `state` at the top), `read` reads it back."""

    rows: Collection
    outbox: Outbox
    document: Callable[[Row], Document]
    read: Callable[[Document], Row]
    told: Callable[[Row], NewEvent] | None
    sort: CommandSort
    in_line: bool = True
    """Whether commands of one stay wait for each other."""

    async def request(self, scope: Scope, tx: Tx, asked: Sequence[Row], provenance: Provenance) -> int:
        """Keep what was asked for and is not there yet, with its events; how many were new."""
        by_id = {document["_id"]: (row, document) for row in asked if (document := self.document(row))}
        there = await self.rows.find({"_id": {"$in": list(by_id)}}, projection={"_id": 1}, tx=tx)
        taken = {document["_id"] for document in there}
        new = [pair for row_id, pair in by_id.items() if row_id not in taken]
        await self.rows.insert_many([document | FRESH for _, document in new], tx=tx)
        if self.told:
            await self.outbox.append(tx, [self.told(row) for row, _ in new], provenance)
        return len(new)

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[Row, bool] | None:
        """Take the next one that is due, to get it ready; nothing leaves before `sending` says so.

        One left `sending` since `before`, or whose outcome is unknown and due to be looked at, is marked True.
        Where commands of one stay are in line, none is taken while an earlier one waits. `now`, `before`: real time.
        """
        free = {"$or": [{"claimed": None}, {"claimed": {"$lt": before}}]}
        due: Document = {"$or": [{"next_try": None}, {"next_try": {"$lte": now}}]}
        wanted: Document = {
            "$or": [
                {"state": PENDING, "$and": [free, due]},
                {"state": SENDING, "claimed": {"$lt": before}},
                {"state": UNKNOWN, "next_try": {"$lte": now}, **free},
            ]
        }
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        wanted |= {"prop": {"$nin": list(skip)}} if skip else {}
        for found in await self.rows.find(wanted, sort=[("at", 1), ("_id", 1)], limit=LOOKED_AT):
            if await self._waits_behind(found):
                continue
            mine = {"_id": found["_id"], "state": found["state"], "claimed": found["claimed"]}
            taken = await self.rows.find_one_and_update(mine, {"$set": {"claimed": now}})
            if taken is not None:
                return self.read(taken), found["state"] != PENDING
        return None

    async def _waits_behind(self, row: Document) -> bool:
        if not self.in_line or row["state"] != PENDING or row.get("stay") is None:
            return False
        earlier: Document = {"state": PENDING, "at": {"$lt": row.get("at")}}
        others = {"stay": row["stay"], "_id": {"$ne": row["_id"]}, "$or": [{"state": SENDING}, earlier]}
        return await self.rows.find_one(others, projection={"_id": 1}) is not None

    async def sending(self, scope: Scope, row: Row, now: dt.datetime) -> bool:
        """Say that it leaves now; False when somebody else has it."""
        mine = {"_id": self.document(row)["_id"], "state": PENDING, "claimed": {"$ne": None}, **within(scope)}
        after = {"$set": {"state": SENDING, "claimed": now}, "$inc": {"attempts": 1}}
        return bool(await self.rows.update_one(mine, after))

    async def put_off(self, scope: Scope, row: Row, until: dt.datetime, why: str) -> None:
        """Nothing was done and nothing is known to be done: it is due again then."""
        mine = {"_id": self.document(row)["_id"], **within(scope)}
        again = {"claimed": None, "next_try": until, "why": why}
        await self.rows.update_one(mine | {"state": SENDING}, {"$set": again | {"state": PENDING}})
        await self.rows.update_one(mine | {"state": {"$in": [PENDING, UNKNOWN]}}, {"$set": again})

    async def settle(self, scope: Scope, after: Row, tx: Tx, ending: Ending, now: dt.datetime) -> list[NewEvent] | None:
        """Save how one ended; what is told of that besides its own event, or None if it was settled before."""
        document = self.document(after) | {"claimed": None, "why": ending.why, "next_try": ending.next_try}
        document.pop("at", None)  # its place in the line stays that of when it was asked for
        wanted = {"_id": document["_id"], "state": {"$in": list(OPEN)}, **within(scope)}
        before = await self.rows.find_one(wanted, projection={"dead": 1}, tx=tx)
        if before is None:
            return None
        was_dead = bool(before.get("dead"))
        update: Document = {"$set": document | {"dead": ending.dead}}
        update |= {"$inc": {"deaths": 1}} if ending.dead != was_dead else {}
        row = await self.rows.find_one_and_update(wanted, update, tx=tx)
        if row is None or ending.dead == was_dead:
            return []
        seen = waiting_of(row, self.sort)
        return [died(seen, now) if ending.dead else settled(seen, now)]

    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None:
        """One command as people see it."""
        found = await self.rows.find_one({"_id": row_id, **within(scope)})
        return waiting_of(found, self.sort) if found else None

    async def listed(self, scope: Scope, wanted: Document, limit: int) -> list[Waiting]:
        """Commands that match, by id."""
        rows = await self.rows.find({**within(scope), **wanted}, sort=[("_id", 1)], limit=limit)
        return [waiting_of(row, self.sort) for row in rows]

    async def again(
        self, scope: Scope, row_id: str, deaths: int, fresh: Callable[[Row], Row], by: Redrive, tx: Tx
    ) -> list[NewEvent] | None:
        """Have a dead one tried anew; what is told of it, or None when it has moved on since."""
        mine = {"_id": row_id, "dead": True, "deaths": deaths, **within(scope)}
        found = await self.rows.find_one(mine, tx=tx)
        if found is None:
            return None
        row = fresh(self.read(found))
        document = self.document(row) | {**FRESH, "deaths": deaths + 1}
        document.pop("at", None)
        update = {"$set": document, "$push": {"redriven": by.model_dump(mode="json")}}
        after = await self.rows.find_one_and_update(mine, update, tx=tx)
        assert after is not None, "it was there in this transaction"
        return [*([self.told(row)] if self.told else []), redriven(waiting_of(after, self.sort), by)]


def waiting_of(row: Document, sort: CommandSort) -> Waiting:
    """A row as people see it; rows from before they were counted have none of it."""
    return Waiting(
        id=row["_id"],
        sort=row.get("sort", sort),
        chain=row["chain"],
        property_id=row["prop"],
        record_id=row.get("record"),
        stay_id=row.get("stay"),
        state=row["state"],
        dead=row.get("dead", False),
        attempts=row.get("attempts", 0),
        next_try=row.get("next_try"),
        failure=row.get("why"),
        asked_at=row.get("at"),
        deaths=row.get("deaths", 0),
    )


class OutgoingStore(Generic[Row]):
    """What every store of commands out offers of its rows; each settles in a transaction of its own."""

    _sent: Outgoing[Row]
    _mongo: Mongo

    async def settle(
        self, scope: Scope, after: Row, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool:
        """Save how one ended, with what is told of it, in one transaction; False if it was settled before."""

        async def work(tx: Tx) -> bool:
            more = await self._sent.settle(scope, after, tx, ending, now)
            if more is None:
                return False
            own = [self._sent.told(after)] if self._sent.told else []
            besides = await self._besides(tx, scope, after, now)
            await self._sent.outbox.append(tx, [*own, *more, *besides], provenance)
            return True

        return await self._mongo.run(work)

    async def _besides(self, tx: Tx, scope: Scope, after: Row, now: dt.datetime) -> list[NewEvent]:
        """What else changes with the end of one, and is told."""
        return []

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[Row], provenance: Provenance) -> int:
        """Keep what was asked for and is not there yet, with its events; how many were new."""
        return await self._sent.request(scope, tx, rows, provenance)

    def outgoing(self, scope: Scope) -> Outgoing[Row]:
        """Its rows as commands out."""
        return self._sent

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[Row, bool] | None:
        """Take the next one to send, as `Outgoing.claim` does."""
        return await self._sent.claim(scope, now, before, skip)

    async def sending(self, scope: Scope, row: Row, now: dt.datetime) -> bool:
        """Say that it leaves now; False when somebody else has it."""
        return await self._sent.sending(scope, row, now)

    async def put_off(self, scope: Scope, row: Row, until: dt.datetime, why: str) -> None:
        """Have it tried again then."""
        await self._sent.put_off(scope, row, until, why)

    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None:
        """One of them as people see it."""
        return await self._sent.waiting(scope, row_id)
