"""Writes approved changes back to the hotel's PMS: saved as sending before the call, settled once."""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from services.integrations.domain.writebacks import WritebackRow, moved
from services.integrations.ports import Connections, Pms, PmsRefused, PmsSilent
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError
from shared.contracts.values import SYSTEM_CHAIN, Scope
from shared.contracts.writebacks import WritebackState

STALE = dt.timedelta(seconds=30)
ALL = Scope(chain=SYSTEM_CHAIN)


class Writebacks(Protocol):
    """The part of the store that the work needs."""

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[WritebackRow, bool] | None: ...
    async def settle(self, scope: Scope, after: WritebackRow, provenance: Provenance) -> bool: ...


class WriteBack:
    """Works off what waits, one change after the other."""

    def __init__(self, rows: Writebacks, connections: Connections, adapters: Mapping[str, Pms], clock: Clock) -> None:
        self._rows, self._connections, self._adapters, self._clock = rows, connections, adapters, clock

    async def __call__(self) -> int:
        """Write back everything that waits; how many were settled."""
        settled = 0
        while True:
            real = self._clock.real_now()
            claimed = await self._rows.claim(ALL, real, real - STALE)
            if claimed is None:
                return settled
            row, again = claimed
            after = await self._outcome(row, again)
            provenance = Provenance(row.correlation, row.causation)
            settled += await self._rows.settle(Scope(chain=row.chain), after, provenance)

    async def _outcome(self, row: WritebackRow, again: bool) -> WritebackRow:
        now = self._clock.now()
        connection = await self._connections.find(Scope(chain=row.chain), row.writeback.property_id)
        adapter = self._adapters.get(connection.pms) if connection else None
        if connection is None or adapter is None:
            return moved(row, WritebackState.REFUSED, now, "not_connected")
        if again and not adapter.idempotent_charges:
            return moved(row, WritebackState.UNKNOWN, now, "no_answer")
        try:
            await adapter.write_back(connection, row.writeback)
        except PmsRefused as refused:
            return moved(row, WritebackState.REFUSED, now, refused.code)
        except AppError as refused:
            return moved(row, WritebackState.REFUSED, now, refused.code)
        except PmsSilent:
            return moved(row, WritebackState.UNKNOWN, now, "no_answer")
        return moved(row, WritebackState.DONE, now)
