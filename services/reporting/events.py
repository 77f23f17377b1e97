"""What reporting hears on the topics: all of it goes into facts."""

from collections.abc import Sequence

from services.reporting.usecases.projecting import Projecting
from shared.chassis.mongo import Tx
from shared.contracts import topics
from shared.contracts.envelope import Envelope

TOPICS = (topics.RECORDS, topics.MONEY, topics.ALERTS)


class Handler:
    """Applies events of records, offers, postings and alerts; every other type is nothing to it."""

    def __init__(self, projecting: Projecting) -> None:
        self._projecting = projecting

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Fold new events, in order, in the caller's transaction."""
        await self._projecting.apply(tx, events)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop what came from one aggregate, before its events are applied again."""
        await self._projecting.forget(tx, subject)
