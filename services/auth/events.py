"""Every event of every topic becomes an entry of the audit log."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from itertools import groupby

from services.auth.ports.audit import ArrivalStore
from shared.chassis.mongo import Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope

log = logging.getLogger(__name__)


class AuditHandler:
    """Keeps what arrives for the sequencer; keyed by event, so it needs no cursors."""

    def __init__(self, arrivals: ArrivalStore, now: Callable[[], dt.datetime]) -> None:
        self._arrivals, self._now = arrivals, now

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Keep new events of each chain, in order."""
        now = self._now()
        for chain, own in groupby(sorted(events, key=lambda event: event.chain), key=lambda event: event.chain):
            forged = await self._arrivals.add(Scope(chain=chain), tx, list(own), now)
            if forged:
                # The same version told twice in different words: the first stands, an operator must look.
                log.error("audit: %d versions came again with another event id", len(forged), extra={"chain": chain})

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing: the log forgets no event, and a rebuild of it is not possible."""
