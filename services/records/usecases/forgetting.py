"""Forget a person: texts with their salts and files go at once, and again before it is confirmed."""

import datetime as dt
from dataclasses import replace

from services.records.ports import Transactions
from services.records.ports.erasures import PendingErasure
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import Envelope
from shared.contracts.guests import GuestErased, Store, confirmation
from shared.contracts.values import SYSTEM_CHAIN, Scope


async def begin(house: House, scope: Scope, tx: Tx, event: Envelope, body: GuestErased) -> None:
    """Delete what is there, in the transaction of the event, and note that it is to be confirmed."""
    values, files = await _forget(house, scope, body, tx)
    now, because = house.clock.real_now(), Provenance.of(event)
    pending = PendingErasure(scope.chain, event.property_id, body, event.sequence, values, files, now, because)
    await house.erasures.note(scope, pending, tx)


async def _forget(house: House, scope: Scope, body: GuestErased, tx: Tx) -> tuple[int, int]:
    ids = await house.records.of_guest(scope, body.guest_id, body.stay_ids, tx)
    return await house.texts.forget(scope, ids, tx), await house.files.forget(scope, ids, tx)


class Forgetting:
    """Confirms what was forgotten.

    After `settle` of real time a command that had begun before we heard of it has ended, one way or the other.
    """

    def __init__(self, house: House, transactions: Transactions, settle: dt.timedelta) -> None:
        self._house, self._transactions, self._settle = house, transactions, settle

    async def __call__(self) -> int:
        """Confirm every run that is due; how many."""
        before = self._house.clock.real_now() - self._settle
        waiting = await self._house.erasures.waiting(Scope(chain=SYSTEM_CHAIN), before)
        return sum([await self._confirm(each) for each in waiting])

    async def _confirm(self, pending: PendingErasure) -> bool:
        scope = Scope(chain=pending.chain)

        async def again(tx: Tx) -> tuple[int, int]:
            return await _forget(self._house, scope, pending.body, tx)

        late = await self._transactions.run(again)
        ids = await self._house.records.of_guest(scope, pending.body.guest_id, pending.body.stay_ids)
        await self._house.files.sweep(scope)
        if await self._house.files.left(scope, ids):
            return False  # more bytes than one sweep takes: the next turn goes on
        counted = replace(pending, values=pending.values + late[0], files=pending.files + late[1])

        async def confirm(tx: Tx) -> bool:
            if not await self._house.erasures.done(scope, counted, tx):
                return False
            said = confirmation(
                pending.chain,
                pending.property_id,
                pending.run,
                pending.body,
                Store.RECORDS,
                self._house.clock.now(),
                counted.values,
                counted.files,
            )
            await self._house.journal.append(tx, [said], pending.provenance)
            return True

        return await self._transactions.run(confirm)
