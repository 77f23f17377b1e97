"""Versions of message templates, and what this process last read of those in force."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping

from services.integrations.domain.message_templates import TemplateVersion, in_force
from services.integrations.domain.templates import Wording
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.recent import Recent
from shared.chassis.version_rows import APPROVED, head_of
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.proposals import MOST_OPEN, Head, VersionState
from shared.contracts.values import Scope

MOST_IN_FORCE = 2_000
Step = Callable[[Head, Tx], Awaitable[tuple[TemplateVersion | None, TemplateVersion, NewEvent]]]
"""From where a code stands: the version before and after, and its event."""


class TemplateStore:
    """The `message_templates` of this service: one document for each version."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows = mongo.collection("message_templates")
        self._recent = Recent[str, list[TemplateVersion]]()

    async def wordings(self, scope: Scope, property_id: str, now: dt.datetime) -> Mapping[str, Mapping[str, Wording]]:
        """By code and language, what is in force at a hotel, as it was at most a second ago."""
        return in_force(await self._recent.of(scope.chain, lambda: self._approved(scope)), property_id, now)

    async def _approved(self, scope: Scope) -> list[TemplateVersion]:
        wanted = {"chain": scope.chain, "state": APPROVED}
        rows = await self._rows.find(wanted, sort=[("_id", 1)], limit=MOST_IN_FORCE)
        return [_version(row) for row in rows]

    async def head(self, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head:
        """Where a code stands at a place."""
        return await head_of(self._rows, scope, place, now, tx)

    async def find(self, scope: Scope, place: str, version: int, tx: Tx | None = None) -> TemplateVersion | None:
        """One version."""
        row = await self._rows.find_one({"chain": scope.chain, "place": place, "version": version}, tx=tx)
        return _version(row) if row else None

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[TemplateVersion]:
        """Versions of a code under a number, newest first."""
        wanted: Document = {"chain": scope.chain, "place": place}
        wanted |= {"version": {"$lt": below}} if below is not None else {}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("version", -1)], limit=limit)]

    async def waiting(self, scope: Scope, where: str, limit: int = MOST_OPEN) -> list[TemplateVersion]:
        """What waits at a place for somebody to decide, of every code."""
        wanted = {"chain": scope.chain, "where": where, "state": VersionState.PROPOSED.value}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=limit)]

    async def change(self, scope: Scope, place: str, ctx: CommandContext, now: dt.datetime, step: Step) -> None:
        """One transaction: key, version and event. Of two at once one is refused."""

        async def work(tx: Tx) -> None:
            head = await self.head(scope, place, now, tx)
            before, after, event = await step(head, tx)
            await self._idempotency.keep(tx, ctx, 200, place.replace("|", ":"), after.seq + 1)
            key = {"_id": f"{scope.chain}|{place}|{after.version:06}", "chain": scope.chain}
            if before is None:
                await self._rows.insert_one(key | _row(after), tx=tx)
            elif not await self._rows.update_one(key | {"seq": before.seq}, {"$set": _row(after)}, tx=tx):
                raise conflict("version_moved_on", "Somebody else has changed this at the same moment.")
            await self._outbox.append(tx, [event], ctx.provenance)
            tx.after_commit.append(lambda: self._recent.forget(scope.chain))

        try:
            await self._mongo.run(work)
        except Duplicate as taken:
            if await self._idempotency.seen(ctx) is not None:
                raise
            raise conflict("in_flight", "This template is being changed right now; look again.") from taken


def _row(version: TemplateVersion) -> Document:
    return {
        "place": version.place,
        "where": version.where,
        "version": version.version,
        "seq": version.seq,
        "state": version.state.value,
        "starts_at": version.starts_at,
        "body": version.model_dump(mode="json"),
    }


def _version(row: Document) -> TemplateVersion:
    return TemplateVersion.model_validate(row["body"])
