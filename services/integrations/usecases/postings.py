"""Posts money lines to the hotel's PMS: saved as sending before the call, settled once, never retried blindly."""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from services.integrations.domain.postings import PostingRow, moved
from services.integrations.ports import Connections, Pms, PmsRefused, PmsSilent
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError
from shared.contracts.money import PostingState
from shared.contracts.values import SYSTEM_CHAIN, Scope

STALE = dt.timedelta(seconds=30)
ALL = Scope(chain=SYSTEM_CHAIN)


class Postings(Protocol):
    """The part of the posting store that the work needs."""

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[PostingRow, bool] | None: ...
    async def settle(self, scope: Scope, after: PostingRow, provenance: Provenance, now: dt.datetime) -> bool: ...


class PostCharges:
    """Works off what waits, one posting after the other, so that commands of one folio never run together."""

    def __init__(self, postings: Postings, connections: Connections, adapters: Mapping[str, Pms], clock: Clock) -> None:
        self._postings, self._connections, self._adapters, self._clock = postings, connections, adapters, clock

    async def __call__(self) -> int:
        """Post everything that waits; how many were settled."""
        settled = 0
        while True:
            real = self._clock.real_now()
            claimed = await self._postings.claim(ALL, real, real - STALE)
            if claimed is None:
                return settled
            row, again = claimed
            after = await self._outcome(row, again)
            scope = Scope(chain=row.chain)
            provenance = Provenance(row.correlation, row.causation)
            settled += await self._postings.settle(scope, after, provenance, self._clock.now())

    async def _outcome(self, row: PostingRow, again: bool) -> PostingRow:
        now = self._clock.now()
        connection = await self._connections.find(Scope(chain=row.chain), row.posting.property_id)
        adapter = self._adapters.get(connection.pms) if connection else None
        if connection is None or adapter is None:
            return moved(row, PostingState.FAILED, now, failure="not_connected")
        if again and not adapter.idempotent_charges:
            return moved(row, PostingState.UNKNOWN, now, failure="no_answer")
        try:
            posted = await adapter.post_charge(connection, row.charge)
        except PmsRefused as refused:
            return moved(row, PostingState.FAILED, now, failure=refused.code)
        except AppError as refused:
            return moved(row, PostingState.FAILED, now, failure=refused.code)
        except PmsSilent:
            return moved(row, PostingState.UNKNOWN, now, failure="no_answer")
        return moved(row, PostingState.DONE, now, folio=posted.folio, reference=posted.reference)
