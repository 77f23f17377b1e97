"""The tail of records and alerts: a bell for every page that is open on that hotel."""

from services.console.usecases.live import Bell, Feed
from shared.contracts.envelope import Envelope

NOUNS = frozenset({"record", "alert"})


class Handler:
    """Turns events into bells. Neither values nor actors are handed on, so no mask can leak."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    async def on_event(self, event: Envelope) -> None:
        """Ring, when pages show that kind of thing."""
        if event.noun in NOUNS:
            self._feed.ring(Bell(event.chain, event.property_id, event.noun, event.subject, event.sequence))
