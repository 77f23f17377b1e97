"""Looks, some time after it was sent, whether a message has arrived; what has not, waits for its next way."""

from services.integrations.domain.messages import GuestMessage, Handed, Progress, concluded, tried
from services.integrations.ports.messaging import Heard
from shared.chassis.clock import Clock
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.messages import MessageState
from shared.contracts.values import Scope

NOT_DELIVERED = "not_delivered"


class WatchDelivery:
    """The handler of the timers that were set when messages left."""

    def __init__(self, messages: Heard, receipts: frozenset[str], clock: Clock) -> None:
        self._messages, self._receipts, self._clock = messages, receipts, clock

    async def __call__(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Give a silent way up; the provider is asked once more before the next one is taken."""
        now = self._clock.now()

        def decide(row: GuestMessage) -> GuestMessage:
            waits = row.progress is Progress.SETTLED and row.message.state is MessageState.SENT
            last = row.tries[-1] if row.tries else None
            # Of a way that never says what arrived, silence says nothing.
            if not waits or last is None or len(row.tries) != timer.generation or not row.next_ways:
                return row
            if last.channel not in self._receipts:
                return row
            silent = tried(row, last.channel, Handed(MessageState.FAILED, last.reference, NOT_DELIVERED), now)
            return concluded(silent, now)

        chain = str(timer.data["chain"])
        await self._messages.hear(Scope(chain=chain), timer.subject, decide, Provenance.fresh(timer.id), tx)
