"""Commands out of every sort as people see them: those that are dead or waiting, and having one tried again."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.integrations.domain import messages, pms_orders, postings, writebacks
from services.integrations.domain.commanding import Redrive, Waiting
from services.integrations.store.messages import MessageStore
from services.integrations.store.outgoing import OPEN, Outgoing
from services.integrations.store.pms_orders import OrderStore
from services.integrations.store.postings import PostingStore
from services.integrations.store.writebacks import WritebackStore
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.errors import conflict
from shared.contracts.money import PostingState
from shared.contracts.values import Scope
from shared.contracts.writebacks import WritebackState

PENDING = WritebackState.PENDING
Fresh = Callable[[Any, dt.datetime], Any]
FRESH: Mapping[str, Fresh] = {
    "postings": lambda row, now: postings.moved(row, PostingState.PENDING, now),
    "writebacks": lambda row, now: writebacks.moved(row, PENDING, now),
    "pms_orders": lambda row, now: pms_orders.moved(row, PENDING, now),
    "messages": lambda row, now: messages.again(row),
}
"""A row of each collection as it is when it waits again."""


@dataclass(frozen=True)
class Stores:
    """Where commands out are kept."""

    postings: PostingStore
    writebacks: WritebackStore
    orders: OrderStore
    messages: MessageStore


class CommandStore:
    """All commands out of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency, stores: Stores) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._stores = stores

    def _sorts(self, scope: Scope) -> Mapping[str, Outgoing[Any]]:
        of = self._stores
        return {
            "postings": of.postings.outgoing(scope),
            "writebacks": of.writebacks.outgoing(scope),
            "pms_orders": of.orders.outgoing(scope),
            "messages": of.messages.outgoing(scope),
        }

    async def listed(self, scope: Scope, *, dead: bool, after: str | None, limit: int) -> list[Waiting]:
        """Dead ones, or all that are not settled, by id."""
        wanted: Document = {"dead": True} if dead else {"state": {"$in": list(OPEN)}}
        wanted |= {"_id": {"$gt": after}} if after else {}
        found = [one for sort in self._sorts(scope).values() for one in await sort.listed(scope, wanted, limit)]
        return sorted(found, key=lambda one: one.id)[:limit]

    async def find(self, scope: Scope, command_id: str) -> Waiting | None:
        """One of them."""
        for sort in self._sorts(scope).values():
            if found := await sort.waiting(scope, command_id):
                return found
        return None

    async def redrive(self, scope: Scope, one: Waiting, by: Redrive, ctx: CommandContext) -> None:
        """Have a dead one tried again, once for the caller's key; 409 when it has moved on since."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 200, one.id, one.version + 1)
            for name, sort in self._sorts(scope).items():
                made = FRESH[name]
                told = await sort.again(scope, one.id, one.deaths, lambda row, made=made: made(row, by.at), by, tx)  # type: ignore[misc] # one row's own maker
                if told is not None:
                    await self._outbox.append(tx, told, ctx.provenance)
                    return
            raise conflict("command_not_dead", "It is tried already, or what became of it is known.")

        await self._mongo.run(work)
