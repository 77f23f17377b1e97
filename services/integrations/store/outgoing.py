"""Commands out as rows: asked for once, saved as `sending` before anything leaves."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.integrations.store.scoping import within
from shared.chassis.mongo import Collection, Document, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope

PENDING, SENDING = "pending", "sending"
"""The states that every command out begins with, whatever it is about."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Outgoing(Generic[Row]):
    """The rows of one sort of command; `document` writes one (`_id` and `state` at the top), `read` reads it back."""

    rows: Collection
    outbox: Outbox
    document: Callable[[Row], Document]
    read: Callable[[Document], Row]
    told: Callable[[Row], NewEvent]

    async def request(self, scope: Scope, tx: Tx, asked: Sequence[Row], provenance: Provenance) -> int:
        """Keep what was asked for and is not there yet, with its events; how many were new."""
        by_id = {document["_id"]: (row, document) for row in asked if (document := self.document(row))}
        there = await self.rows.find({"_id": {"$in": list(by_id)}}, projection={"_id": 1}, tx=tx)
        taken = {document["_id"] for document in there}
        new = [pair for row_id, pair in by_id.items() if row_id not in taken]
        await self.rows.insert_many([document | {"claimed": None} for _, document in new], tx=tx)
        await self.outbox.append(tx, [self.told(row) for row, _ in new], provenance)
        return len(new)

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[Row, bool] | None:
        """Take the next one to send, saved as `sending` before anything leaves.

        One left `sending` since `before` is handed out again, marked True: whether it went out is not known.
        `now` and `before` are real time. None when there is nothing to do.
        """
        wanted: Document = {"$or": [{"state": PENDING}, {"state": SENDING, "claimed": {"$lt": before}}]}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        found = await self.rows.find_one(wanted, sort=[("_id", 1)])
        if found is None:
            return None
        mine = {"_id": found["_id"], "state": found["state"], "claimed": found["claimed"]}
        taken = await self.rows.find_one_and_update(mine, {"$set": {"state": SENDING, "claimed": now}})
        if taken is None:
            return await self.claim(scope, now, before)
        return self.read(taken), found["state"] == SENDING

    async def settle(self, scope: Scope, after: Row, tx: Tx) -> bool:
        """Save how one ended; False if it was settled before."""
        document = self.document(after)
        wanted = {"_id": document["_id"], "state": SENDING, **within(scope)}
        return bool(await self.rows.update_one(wanted, {"$set": document}, tx=tx))
