"""Idempotency keys: a repeated command has the first one's effect and answer, once."""

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.faultpoints import reach
from shared.chassis.mongo import Document, Duplicate, Index, Mongo, Tx
from shared.contracts.cards import card_numbers
from shared.contracts.errors import AppError, ErrorKind

Result = TypeVar("Result")
KEPT_S = 48 * 3600


@dataclass(frozen=True)
class Kept:
    """What a key once did: the status given, and the aggregate with its version then. Never the body."""

    status: int
    subject: str
    version: int


async def once(
    seen: Callable[[CommandContext], Awaitable[Kept | None]],
    ctx: CommandContext,
    work: Callable[[], Awaitable[Result]],
    again: Callable[[Kept], Awaitable[Result]],
) -> Result:
    """Do `work`, which keeps the key in its own transaction; a command that was done before is answered by `again`.

    While all goes well nothing is looked up: the row of the key itself refuses a second effect. But whatever `work`
    refuses (the version moved on, it is closed, the id is taken) may be this very command's doing, the first time or
    beside this one; so the key is looked up before any refusal is given.
    """
    try:
        return await work()
    except (AppError, Duplicate):
        kept = await seen(ctx)
        if kept is None:
            raise
        return await again(kept)


class Idempotency:
    """The `idempotency` rows of one service; refusals are not kept, so a mended request may use its key again."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._rows, self._clock = mongo.collection("idempotency"), clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._rows.ensure_indexes([Index(("at",), expire_s=KEPT_S)])

    @staticmethod
    def _id(ctx: CommandContext) -> str:
        # Whatever looks like a card number is kept as its digest: clients make keys of what they have at hand.
        key = hashlib.sha256(ctx.key.encode()).hexdigest() if card_numbers(ctx.key) else ctx.key
        return f"{ctx.principal.chain}|{ctx.principal.staff_id}|{key}"

    async def seen(self, ctx: CommandContext) -> Kept | None:
        """What this key did; the same key with another request is refused (S47)."""
        row = await self._rows.find_one({"_id": self._id(ctx)})
        return self._kept(row, ctx) if row else None

    @staticmethod
    def _kept(row: Document, ctx: CommandContext) -> Kept:
        if row["digest"] != ctx.digest:
            raise AppError(
                ErrorKind.INVALID, "idempotency_key_reused", "This Idempotency-Key was used for another request."
            )
        return Kept(row["status"], row["subject"], row["version"])

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        """First write of the effect's transaction: the same key in flight elsewhere makes this one fail (409)."""
        now: dt.datetime = self._clock.real_now()
        row = {"_id": self._id(ctx), "digest": ctx.digest, "status": status, "subject": subject, "version": version}
        await self._rows.insert_one({**row, "at": now}, tx=tx)
        tx.before_commit.append(lambda: reach("command.in_transaction"))
        tx.after_commit.append(lambda: reach("command.committed"))
