"""What operators see and do: status, parked and missing events, redrive, rebuild, republish, reread."""

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from shared.chassis.clock import Clock
from shared.chassis.consume import Consumption
from shared.chassis.describing import refuses
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.chassis.relay import Relay
from shared.chassis.retention import Kept
from shared.contracts.access import Operation, OperationEvent
from shared.contracts.cards import CardFree
from shared.contracts.envelope import NewEvent, TextRef
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Actor, DataClass, Principal
from shared.contracts.values import EntityId, Frozen, Instant, Scope

KIND = "operations"


class Redrive(Frozen):
    """Which aggregate to redrive or rebuild, in which consumer group, and why."""

    group: str = Field(min_length=1, max_length=100)
    subject: EntityId
    reason: CardFree = Field(min_length=3, max_length=500)


class Reread(Frozen):
    """Which consumer group to send back to the beginning of its topics, and why."""

    group: str = Field(min_length=1, max_length=100)
    reason: CardFree = Field(min_length=3, max_length=500)


class Republish(Frozen):
    """Which events to send again: one aggregate's, one topic's, or all; and why."""

    subject: EntityId | None = None
    topic: str | None = Field(default=None, max_length=100)
    reason: CardFree = Field(min_length=3, max_length=500)


class Done(Frozen):
    """How many events it concerned."""

    count: int


class GroupStatus(Frozen):
    """How far one consumer group is: `lag` counts events not yet applied."""

    group: str
    topics: tuple[str, ...]
    lag: int
    partitions: int
    parked: int
    gaps: int
    losses: int
    alive: bool


class ServiceStatus(Frozen):
    """Events not yet sent, real seconds since auth was last heard of (a billion: never), and the groups."""

    outbox: int
    policy_stale_s: float
    groups: tuple[GroupStatus, ...]


class ParkedEvent(Frozen):
    """One record that waits for a redrive: where it stood and why, never its content."""

    id: str
    topic: str
    aggregate: str | None
    version: int | None
    reason: str
    at: Instant


async def group_status(one: Consumption) -> GroupStatus:
    """How far a group is."""
    return GroupStatus(
        group=one.spec.group,
        topics=one.spec.topics,
        lag=sum(one.lags().values()),
        partitions=one.partitions(),
        parked=await one.applier.parking.count(),
        gaps=len(await one.applier.cursors.gaps()),
        losses=len(await one.losses.all()),
        alive=one.alive(),
    )


def parked_event(row: Document) -> ParkedEvent:
    """A parked row as operators see it."""
    return ParkedEvent(
        id=str(row["_id"]),
        topic=row["topic"],
        aggregate=row["agg"],
        version=row["ver"],
        reason=row["reason"],
        at=row["at"],
    )


class Journal:
    """Who did what to a service's events, and why: an event row for audit, the words in this service's store."""

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock, service: str) -> None:
        self._mongo, self._outbox, self._clock, self.service = mongo, outbox, clock, service
        self._rows = mongo.collection("operations")

    async def begin(self, principal: Principal, operation: Operation, reason: str) -> None:
        """Write it down; if it cannot be written, nothing is done."""
        await self._mongo.run(lambda tx: self.note(tx, principal.chain, principal.actor, operation, reason))

    async def note(self, tx: Tx, chain: str, actor: Actor, operation: Operation, reason: str) -> None:
        """Write it down in the caller's transaction."""
        one, salt = self._clock.new_id(), secrets.token_hex(16)
        event = NewEvent(
            type="operation.begun.v1",
            chain=chain,
            property_id="*",
            subject=one,
            sequence=1,
            time=self._clock.now(),
            body=OperationEvent(actor=actor, reason=TextRef.of(one, salt, reason), operation=operation),
        )
        row: Document = {"_id": one, "chain": chain, "text": reason, "salt": salt, "by": actor.id}
        row["at"] = self._clock.real_now()
        await self._rows.insert_one(row, tx=tx)
        await self._outbox.append(tx, [event], Provenance.fresh(one))


class Reasons:
    """The words of operators, let go of by age: what was done, by whom and when stays in the audit log."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("operations")

    @property
    def kept(self) -> Kept:
        """How long."""
        return Kept("operators_reasons", DataClass.PRIVATE_STAY, 730, 90, self._old, self._drop)

    async def _old(self, scope: Scope, before: dt.datetime) -> int:
        return await self._rows.count(self._aged(scope, before))

    async def _drop(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        rows = await self._rows.find(self._aged(scope, before), projection={"_id": 1}, limit=limit, tx=tx)
        return await self._rows.delete_many({"_id": {"$in": [row["_id"] for row in rows]}}, tx=tx)

    @staticmethod
    def _aged(scope: Scope, before: dt.datetime) -> Document:
        return {"chain": scope.chain, "at": {"$lt": before}}


@dataclass(frozen=True)
class Operations:
    """What a service lets operators see and do with its events; each thing needs its permission on `operations`."""

    journal: Journal
    outbox: Outbox
    relay: Relay
    policy: Policy
    consumptions: Callable[[], Sequence[Consumption]]

    def may(self, principal: Principal, action: str) -> Scope:
        """The chain that the caller operates; events are operated for all its hotels, so nobody of one hotel may."""
        if principal.properties is not None or not self.policy.decide(principal, action, KIND).allow:
            raise forbidden("not_granted", f"You may not {action} here.")
        return Scope(chain=principal.chain)

    def group(self, name: str) -> Consumption:
        """One consumer group of this service, or 404."""
        for one in self.consumptions():
            if one.spec.group == name:
                return one
        raise not_found("group")

    async def begun(self, principal: Principal, action: str, reason: str, **what: str | None) -> Scope:
        """Check the permission and write down who does what and why, before it is done."""
        scope = self.may(principal, action)
        await self.journal.begin(principal, Operation(action=action, service=self.journal.service, **what), reason)
        return scope

    def concerned(self, principal: Principal, action: str, name: str) -> Consumption:
        """The group an action is about, told to those who may: before anything is written down."""
        self.may(principal, action)
        return self.group(name)


def router(operations: Operations, caller: Callable[..., Awaitable[Principal]]) -> APIRouter:
    """The operations routes."""
    routes = APIRouter(prefix="/ops/v1", tags=["operations"])
    _let_see(routes, operations, caller)
    _let_do(routes, operations, caller)
    return routes


def _let_see(routes: APIRouter, operations: Operations, caller: Callable[..., Awaitable[Principal]]) -> None:
    @routes.get("/status")
    async def status(principal: Principal = Depends(caller)) -> ServiceStatus:
        """Depth of the outbox, lag, parked, missing and lost events of each group."""
        operations.may(principal, "status")
        groups = [await group_status(one) for one in operations.consumptions()]
        stale = min(operations.policy.stale_s(), 1e9)
        return ServiceStatus(outbox=await operations.outbox.depth(), policy_stale_s=stale, groups=tuple(groups))

    @routes.get("/parked", responses=refuses(404))
    async def parked(
        group_name: Annotated[str, Query(max_length=100)], principal: Principal = Depends(caller)
    ) -> list[ParkedEvent]:
        """What waits for a redrive in one group: where it stood and why, never its content."""
        scope = operations.may(principal, "status")
        return [parked_event(row) for row in await operations.group(group_name).applier.parking.waiting(scope)]


def _let_do(routes: APIRouter, operations: Operations, caller: Callable[..., Awaitable[Principal]]) -> None:
    @routes.post("/redrive", responses=refuses(404))
    async def redrive(body: Redrive, principal: Principal = Depends(caller)) -> Done:
        """Apply the parked events of one aggregate in order, and give its halted rows another try."""
        concerned = operations.concerned(principal, "redrive", body.group)
        scope = await operations.begun(principal, "redrive", body.reason, group=body.group, aggregate=body.subject)
        done = await concerned.applier.redrive(scope, body.subject)
        return Done(count=done + await operations.relay.redrive(scope, body.subject))

    @routes.post("/rebuild", responses=refuses(404))
    async def rebuild(body: Redrive, principal: Principal = Depends(caller)) -> Done:
        """Forget what was projected from one aggregate; its owner's republish then applies it from version 1."""
        concerned = operations.concerned(principal, "rebuild", body.group)
        scope = await operations.begun(principal, "rebuild", body.reason, group=body.group, aggregate=body.subject)
        await concerned.applier.rebuild(scope, body.subject)
        return Done(count=1)

    @routes.post("/reread", responses=refuses(404))
    async def reread(body: Reread, principal: Principal = Depends(caller)) -> Done:
        """Let a group read its topics from their first record again, after a topic was made anew."""
        concerned = operations.concerned(principal, "reread", body.group)
        await operations.begun(principal, "reread", body.reason, group=body.group)
        await concerned.losses.ask_to_reread()
        return Done(count=1)

    @routes.post("/republish")
    async def republish(body: Republish, principal: Principal = Depends(caller)) -> Done:
        """Send events again; consumers skip what they have applied."""
        scope = await operations.begun(principal, "republish", body.reason, aggregate=body.subject, topic=body.topic)
        return Done(count=await operations.outbox.republish(scope, subject=body.subject, topic=body.topic))
