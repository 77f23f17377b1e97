"""The work behind an erasure: the ledger outside the database, and our own second pass before we confirm."""

import datetime as dt

from services.integrations.ports.erasures import Begun, ErasureLedger, ErasureStore
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.guests import Store, StoreErased
from shared.contracts.identity import system
from shared.contracts.values import SYSTEM_CHAIN, Scope

ALL = Scope(chain=SYSTEM_CHAIN)


class Forgetting:
    """Runs on one replica, every few seconds.

    After `settle` of real time a message that was being sent when the erasure came is settled.
    """

    def __init__(self, store: ErasureStore, ledger: ErasureLedger, clock: Clock, settle: dt.timedelta) -> None:
        self._store, self._ledger, self._clock, self._settle = store, ledger, clock, settle

    async def __call__(self) -> int:
        """Note new runs in the ledger, and confirm our own part of those that are due; how many were confirmed."""
        lines = await self._store.unnoted(ALL)
        for chain in sorted({line.row.chain for line in lines}):
            own = [line for line in lines if line.row.chain == chain]
            await self._ledger.write(chain, own)
            await self._store.noted(Scope(chain=chain), own)
        due = await self._store.begun(ALL, self._clock.real_now() - self._settle)
        return sum([await self._confirm(each) for each in due])

    async def _confirm(self, begun: Begun) -> bool:
        erasure, scope = begun.row.erasure, Scope(chain=begun.row.chain)
        late = await self._store.again(scope, begun)
        said = StoreErased(
            actor=system(Store.INTEGRATIONS.value),
            guest_id=erasure.guest_id,
            run=erasure.run,
            store=Store.INTEGRATIONS,
            values=begun.values + late,
        )
        provenance = Provenance.fresh(begun.row.correlation)
        return await self._store.confirm(scope, None, said, self._clock.now(), provenance)
