"""Stores that hold nothing readable of a guest say so, once for each run, when one is to be forgotten."""

from collections.abc import Callable, Sequence

from shared.chassis.mongo import Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.guests import GuestErased, Store, confirmation
from shared.contracts.values import Instant


class ConfirmErasures:
    """The handler of `guests.v1` for a store of ids, codes and figures: nothing to delete, but an answer is owed."""

    def __init__(self, outbox: Outbox, store: Store, now: Callable[[], Instant]) -> None:
        self._outbox, self._store, self._now = outbox, store, now

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Confirm each run in the transaction that reads of it."""
        for event in events:
            body = body_of(event)
            if isinstance(body, GuestErased):
                said = confirmation(
                    event.chain, event.property_id, event.sequence, body, self._store, self._now(), values=0, files=0
                )
                await self._outbox.append(tx, [said], Provenance.of(event))

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing: a word once given stands."""
