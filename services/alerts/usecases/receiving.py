"""A provider says what became of a letter that it took: the log says so, and what was lost goes the next way."""

from collections.abc import Callable

from services.alerts.domain.receipts import receipt_of
from services.alerts.pipeline.dedupe import next_way
from services.alerts.ports.channels import OutgoingStore
from shared.contracts.errors import not_found
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

EVERYWHERE = Scope(chain=SYSTEM_CHAIN)


class Receiving:
    """Takes receipts in; the same again, or one after the last word, changes nothing."""

    def __init__(self, outgoing: OutgoingStore, real_now: Callable[[], Instant]) -> None:
        self._outgoing, self._real = outgoing, real_now

    async def receive(self, letter: str, status: str, error: str) -> None:
        """One receipt; of a letter that is none of ours, 404."""
        receipt = receipt_of(status, error, self._real())
        if receipt is not None and not await self._outgoing.receive(EVERYWHERE, letter, receipt, next_way):
            raise not_found("letter")
