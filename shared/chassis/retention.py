"""Lets go of what is over age: rules by chain with defaults, simulated before they change, applied in batches."""

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.chassis.clock import Clock
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent, TextRef
from shared.contracts.errors import conflict, invalid, not_found
from shared.contracts.identity import Actor, DataClass, Principal, system
from shared.contracts.retention import Retention, RetentionEvent
from shared.contracts.values import SYSTEM_CHAIN, Frozen, Scope

BATCH = 500
BATCHES_PER_TURN = 40
SLACK = 1.1
"""What has come of age since a rule was simulated may be a tenth more."""

Count = Callable[[Scope, dt.datetime], Awaitable[int]]
LetGo = Callable[[Scope, Tx, dt.datetime, int], Awaitable[int]]


@dataclass(frozen=True)
class Kept:
    """One sort of data: how long it is kept unless a chain says otherwise, at least, and who deletes it.

    `count` says how much is older than a moment (business time); `let_go` deletes at most so many, in a transaction.
    """

    name: str
    data_class: DataClass
    days: int
    least: int
    count: Count
    let_go: LetGo


class RetentionRule(Frozen):
    """How long one sort of data is kept, and how much of it is over age now."""

    name: str
    data_class: DataClass
    days: int
    default_days: int
    least_days: int
    over_age: int


class Retaining:
    """The rules of one service's data."""

    def __init__(
        self, mongo: Mongo, outbox: Outbox, clock: Clock, policy: Policy, service: str, kept: Sequence[Kept]
    ) -> None:
        self._mongo, self._outbox, self._clock, self._policy = mongo, outbox, clock, policy
        self._service, self._kept = service, {one.name: one for one in kept}
        self._rows = mongo.collection("retention")

    async def rules(self, scope: Scope) -> list[RetentionRule]:
        """Every rule of a chain, with what it would delete now."""
        return [await self._rule(scope, one, await self._days(scope, one)) for one in self._kept.values()]

    async def simulated(self, scope: Scope, name: str, days: int) -> RetentionRule:
        """What a rule of so many days would delete now; nothing is changed."""
        return await self._rule(scope, self._named(name, days), days)

    async def change(self, principal: Principal, name: str, days: int, expected: int, reason: str) -> RetentionRule:
        """Keep one sort of data so long. `expected` is what the simulation said; much more now is a conflict."""
        scope, one = Scope(chain=principal.chain), self._named(name, days)
        before, found = await self._days(scope, one), await one.count(scope, self._before(days))
        if found > max(expected * SLACK, expected + 10):
            raise conflict("simulate_again", f"{found} would go, not {expected}: look at the simulation again.")
        salt = secrets.token_hex(16)
        words: Document = {"reason": reason, "salt": salt, "by": principal.staff_id, "at": self._clock.real_now()}
        event = self._told("changed", principal.actor, scope, one, days, found, before)
        body = event.body.model_copy(update={"reason": TextRef.of(event.subject, salt, reason)})
        event = event.model_copy(update={"body": body})

        async def work(tx: Tx) -> None:
            rule = {"chain": scope.chain, "name": name, "days": days, **words}
            await self._rows.update_one({"_id": _id(scope, name)}, {"$set": rule}, upsert=True, tx=tx)
            await self._outbox.append(tx, [event], Provenance.fresh(event.subject))

        await self._mongo.run(work)
        return await self._rule(scope, one, days)

    async def apply(self) -> int:
        """Let go of what is over age, of every chain; how much. Each batch is one transaction with its own event."""
        chains = sorted({hotel.chain for hotel in self._policy.hotels()} - {SYSTEM_CHAIN})
        return sum([await self._apply(Scope(chain=chain), one) for chain in chains for one in self._kept.values()])

    async def _apply(self, scope: Scope, one: Kept) -> int:
        days, gone = await self._days(scope, one), 0
        before = self._before(days)

        async def work(tx: Tx) -> int:
            count = await one.let_go(scope, tx, before, BATCH)
            if count:
                event = self._told("applied", system(self._service), scope, one, days, count)
                await self._outbox.append(tx, [event], Provenance.fresh(event.subject))
            return count

        for _ in range(BATCHES_PER_TURN):
            count = await self._mongo.run(work)
            gone += count
            if not count:
                break
        return gone

    def _named(self, name: str, days: int) -> Kept:
        one = self._kept.get(name)
        if one is None:
            raise not_found("retention")
        if days < one.least:
            raise invalid("days", "too_short", f"{name} is kept {one.least} days at least.")
        return one

    async def _days(self, scope: Scope, one: Kept) -> int:
        row = await self._rows.find_one({"_id": _id(scope, one.name)}, projection={"days": 1})
        return int(row["days"]) if row else one.days

    async def _rule(self, scope: Scope, one: Kept, days: int) -> RetentionRule:
        return RetentionRule(
            name=one.name,
            data_class=one.data_class,
            days=days,
            default_days=one.days,
            least_days=one.least,
            over_age=await one.count(scope, self._before(days)),
        )

    def _before(self, days: int) -> dt.datetime:
        return self._clock.now() - dt.timedelta(days=days)

    def _told(
        self, verb: str, actor: Actor, scope: Scope, one: Kept, days: int, count: int, before: int | None = None
    ) -> NewEvent:
        said = Retention(
            service=self._service,
            name=one.name,
            data_class=one.data_class,
            days=days,
            days_before=before,
            count=count,
        )
        return NewEvent(
            type=f"retention.{verb}.v1",
            chain=scope.chain,
            property_id="*",
            subject=self._clock.new_id(),
            sequence=1,
            time=self._clock.now(),
            body=RetentionEvent(actor=actor, retention=said),
        )


def _id(scope: Scope, name: str) -> str:
    return f"{scope.chain}|{name}"
