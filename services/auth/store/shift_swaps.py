"""Swaps of shifts: each written with its event, and with the rota of both people once it is agreed."""

import datetime as dt
from collections.abc import Sequence

from services.auth.domain.shift_swaps import OPEN
from services.auth.ports.directory import DirectoryChange
from services.auth.store.directory import MongoDirectory
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.staff import ShiftSwap, SwapState
from shared.contracts.values import Scope

MOST = 100


class MongoSwaps:
    """One document for each; `answer_by` stands there only while it is open."""

    def __init__(self, mongo: Mongo, directory: MongoDirectory) -> None:
        self._directory, self._rows = directory, mongo.collection("shift_swaps")

    @staticmethod
    def _here(scope: Scope) -> Document:
        here: Document = {"chain": scope.chain}
        return here if scope.properties is None else here | {"body.property_id": {"$in": sorted(scope.properties)}}

    async def swap(self, scope: Scope, swap_id: str) -> ShiftSwap | None:
        """One of the scope's hotels."""
        row = await self._rows.find_one(self._here(scope) | {"_id": swap_id})
        return ShiftSwap.model_validate(row["body"]) if row else None

    async def of_person(self, scope: Scope, staff_id: str) -> list[ShiftSwap]:
        """Those a person asked for or was asked for, newest first, at most a hundred."""
        mine = {"chain": scope.chain, "people": staff_id}
        rows = await self._rows.find(mine, sort=[("_id", -1)], limit=MOST)
        return [ShiftSwap.model_validate(row["body"]) for row in rows]

    async def waiting(self, scope: Scope) -> list[ShiftSwap]:
        """Those at the scope's hotels that wait for a supervisor, oldest first."""
        rows = await self._rows.find(self._here(scope) | {"state": SwapState.ACCEPTED.value}, sort=[("_id", 1)])
        return [ShiftSwap.model_validate(row["body"]) for row in rows]

    async def due(self, scope: Scope, now: dt.datetime) -> list[ShiftSwap]:
        """Open ones of every chain whose time is over; only auth's own job asks."""
        rows = await self._rows.find({"answer_by": {"$lte": now}}, sort=[("answer_by", 1)], limit=MOST)
        return [ShiftSwap.model_validate(row["body"]) for row in rows]

    async def keep(
        self,
        scope: Scope,
        swap: ShiftSwap,
        event: NewEvent,
        people: Sequence[DirectoryChange],
        by: CommandContext | Provenance,
    ) -> None:
        """Write a swap with its event and the rota it makes, in one transaction; a lost race raises a conflict."""
        row: Document = {"_id": swap.id, "chain": scope.chain, "ver": swap.version, "state": swap.state.value}
        row |= {"people": [swap.asker, swap.colleague], "body": swap.model_dump(mode="json")}
        row |= {"answer_by": swap.answer_by} if swap.state in OPEN else {}

        async def also(tx: Tx) -> None:
            if swap.version == 1:
                await self._rows.insert_one(row, tx=tx)
            else:
                known = {"_id": swap.id, "chain": scope.chain, "ver": swap.version - 1}
                if not await self._rows.replace(known, row, upsert=False, tx=tx):
                    raise AppError(ErrorKind.STALE, "version_moved_on", "Somebody answered it meanwhile.")
            for change in people:
                await self._directory.write(scope, change, _provenance(by), tx)

        status = 201 if swap.version == 1 else 200
        await self._directory.save(scope, DirectoryChange(events=(event,)), by, status, also)


def _provenance(by: CommandContext | Provenance) -> Provenance:
    return by.provenance if isinstance(by, CommandContext) else by
