"""Keeps exports: what was asked for by whom, how far it is; the rights it was asked with stand beside it."""

from services.reporting.reports.rows import Export, ExportState
from services.reporting.store.schedules import within
from shared.chassis.clock import Clock
from shared.chassis.mongo import Insert, Mongo, Tx
from shared.contracts.identity import Principal
from shared.contracts.values import Scope


class MongoExports:
    """The `exports` collection; rows go after a while, and with them the right to their file."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._rows, self._clock = mongo.collection("exports"), clock

    async def add(self, scope: Scope, export: Export, caller: Principal, tx: Tx) -> None:
        """Note what is to be made, for whom."""
        row = {
            "_id": export.id,
            "chain": scope.chain,
            "by": export.by,
            "state": export.state.value,
            "at": self._clock.real_now(),
            "caller": caller.model_dump(mode="json"),
            "body": export.model_dump(mode="json"),
        }
        await self._rows.bulk([Insert(row)], tx=tx)

    async def find(self, scope: Scope, export_id: str, staff_id: str) -> Export | None:
        """Somebody's own export."""
        row = await self._rows.find_one({"_id": export_id, "by": staff_id, "chain": scope.chain})
        return Export.model_validate(row["body"]) if row else None

    async def waiting(self, scope: Scope) -> tuple[Export, Principal] | None:
        """The oldest that is to be made, and whom it is for."""
        row = await self._rows.find_one({"state": ExportState.WAITING.value, **within(scope)}, sort=[("at", 1)])
        return (Export.model_validate(row["body"]), Principal.model_validate(row["caller"])) if row else None

    async def progress(self, scope: Scope, export: Export) -> None:
        """How far it is."""
        changes = {"state": export.state.value, "body": export.model_dump(mode="json")}
        await self._rows.update_one({"_id": export.id, **within(scope)}, {"$set": changes})
