"""The versions of a chain's own edits of its policy, and where the chain stands with them."""

from dataclasses import asdict

from services.auth.domain.policy_versions import Head, PolicyVersion, VersionState
from services.auth.ports.policy import PolicyStep
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency, Kept
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, conflict
from shared.contracts.values import Scope


def _version(row: Document) -> PolicyVersion:
    return PolicyVersion.model_validate(row["body"])


class MongoPolicyVersions:
    """`policy_versions`, one row each, and `policy_heads`, one row a chain, which every step compares and sets."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows, self._heads = mongo.collection("policy_versions"), mongo.collection("policy_heads")
        self._published = mongo.collection("policies")

    async def head(self, scope: Scope) -> Head:
        """Where the chain stands."""
        row = await self._heads.find_one({"_id": scope.chain})
        return Head(**row["body"]) if row else Head()

    async def page(self, scope: Scope, below: int | None, limit: int) -> list[PolicyVersion]:
        """Versions, newest first, below a number."""
        wanted: Document = {"chain": scope.chain} | ({"ver": {"$lt": below}} if below is not None else {})
        return [_version(row) for row in await self._rows.find(wanted, sort=[("ver", -1)], limit=limit)]

    async def waiting(self, scope: Scope) -> list[PolicyVersion]:
        """Those that nobody has decided, newest first."""
        wanted = {"chain": scope.chain, "body.state": VersionState.PROPOSED.value}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("ver", -1)])]

    async def find(self, scope: Scope, version: int) -> PolicyVersion | None:
        """One version."""
        row = await self._rows.find_one({"_id": f"{scope.chain}|{version}", "chain": scope.chain})
        return _version(row) if row else None

    async def seen(self, scope: Scope, ctx: CommandContext) -> Kept | None:
        """What this idempotency key did before."""
        return await self._idempotency.seen(ctx)

    async def note(self, scope: Scope, event: NewEvent, by: Provenance) -> None:
        """Write down a refused act."""

        async def work(tx: Tx) -> None:
            await self._outbox.append(tx, [event], by)

        await self._mongo.run(work)

    async def save(self, scope: Scope, step: PolicyStep, by: CommandContext) -> None:
        """Key, version, what is in force and events in one transaction; a lost race is 412, a taken key a conflict."""
        version = step.version

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, by, 200, f"policy-change:{scope.chain}:{version.version}", version.seq)
            await self._move_head(scope, step, tx)
            row = {"chain": scope.chain, "ver": version.version, "body": version.model_dump(mode="json")}
            await self._rows.update_one({"_id": f"{scope.chain}|{version.version}"}, {"$set": row}, upsert=True, tx=tx)
            if step.published is not None:
                body = {"ver": step.published.version, "body": step.published.model_dump(mode="json")}
                await self._published.update_one({"_id": scope.chain}, {"$set": body}, upsert=True, tx=tx)
            await self._outbox.append(tx, step.events, by.provenance)

        try:
            await self._mongo.run(work)
        except Duplicate as taken:
            raise conflict("in_flight", "The policy is being changed right now; look again in a moment.") from taken

    async def _move_head(self, scope: Scope, step: PolicyStep, tx: Tx) -> None:
        row = {"body": asdict(step.after)}
        if step.before.steps == 0:
            await self._heads.insert_one({"_id": scope.chain, **row}, tx=tx)
            return
        known = {"_id": scope.chain, "body.steps": step.before.steps}
        if not await self._heads.update_one(known, {"$set": row}, tx=tx):
            raise AppError(ErrorKind.STALE, "version_moved_on", "Somebody else changed it meanwhile; look again.")
