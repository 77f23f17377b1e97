"""Keeps schedules and the runs they made."""

from collections.abc import Sequence

from services.reporting.domain.schedule import Run, RunState, Schedule
from shared.chassis.mongo import Document, Insert, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope


def within(scope: Scope) -> Document:
    """The rows of a scope; the system scope sees all chains."""
    if scope.chain == SYSTEM_CHAIN:
        return {}
    here: Document = {"chain": scope.chain}
    return here if scope.properties is None else here | {"prop": {"$in": sorted(scope.properties)}}


class MongoSchedules:
    """The `schedules` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("schedules")

    async def find(self, scope: Scope, schedule_id: str, tx: Tx | None = None) -> Schedule | None:
        """One schedule."""
        row = await self._rows.find_one({"_id": schedule_id, **within(scope)}, tx=tx)
        return Schedule.model_validate(row["body"]) if row else None

    async def shown(self, scope: Scope) -> list[Schedule]:
        """All that are in use, by name."""
        rows = await self._rows.find({**within(scope), "active": True}, sort=[("body.name", 1), ("_id", 1)])
        return [Schedule.model_validate(row["body"]) for row in rows]

    async def add(self, scope: Scope, schedule: Schedule, tx: Tx) -> None:
        """Keep a new one."""
        await self._rows.bulk([Insert({"_id": schedule.id, **_row(schedule)})], tx=tx)

    async def replace(self, scope: Scope, schedule: Schedule, tx: Tx) -> bool:
        """Keep the next version in place of the one before it; False when it has moved on."""
        held = {"_id": schedule.id, "version": schedule.version - 1, **within(scope)}
        return await self._rows.update_one(held, {"$set": _row(schedule)}, tx=tx) == 1


class MongoRuns:
    """The `runs` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("runs")

    async def find(self, scope: Scope, run_id: str, tx: Tx | None = None) -> Run | None:
        """One run."""
        row = await self._rows.find_one({"_id": run_id, **within(scope)}, tx=tx)
        return Run.model_validate(row["body"]) if row else None

    async def shown(self, scope: Scope, limit: int) -> list[Run]:
        """The newest that were delivered."""
        wanted = {**within(scope), "state": RunState.DELIVERED.value}
        rows = await self._rows.find(wanted, sort=[("due_at", -1), ("_id", 1)], limit=limit)
        return [Run.model_validate(row["body"]) for row in rows]

    async def last_of(self, scope: Scope, schedule_id: str) -> Run | None:
        """The newest of a schedule that was delivered or given up."""
        wanted = {"body.schedule_id": schedule_id, **within(scope), "state": {"$ne": RunState.DUE.value}}
        rows = await self._rows.find(wanted, sort=[("due_at", -1)], limit=1)
        return Run.model_validate(rows[0]["body"]) if rows else None

    async def due(self, scope: Scope, limit: int) -> Sequence[Run]:
        """Those that wait to be delivered, oldest first."""
        wanted = {**within(scope), "state": RunState.DUE.value}
        rows = await self._rows.find(wanted, sort=[("due_at", 1)], limit=limit)
        return [Run.model_validate(row["body"]) for row in rows]

    async def open(self, scope: Scope, run: Run, tx: Tx) -> None:
        """Note a run that is due; one that is there stays as it is."""
        body = run.model_dump(mode="json")
        row = {
            "chain": run.chain,
            "prop": run.property_id,
            "state": run.state.value,
            "due_at": run.due_at,
            "body": body,
        }
        await self._rows.bulk([Put({"_id": run.id}, {"$setOnInsert": row | {"version": run.version}})], tx=tx)

    async def replace(self, scope: Scope, run: Run, tx: Tx) -> bool:
        """Keep the next version in place of the one before it; False when it has moved on."""
        held = {"_id": run.id, "version": run.version - 1, **within(scope)}
        body = {"state": run.state.value, "version": run.version, "body": run.model_dump(mode="json")}
        return await self._rows.update_one(held, {"$set": body}, tx=tx) == 1


def _row(schedule: Schedule) -> Document:
    return {
        "chain": schedule.chain,
        "prop": schedule.property_id,
        "active": schedule.active,
        "version": schedule.version,
        "body": schedule.model_dump(mode="json"),
    }
