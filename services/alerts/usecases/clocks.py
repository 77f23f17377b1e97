"""Local times move when a hotel's zone or the rules of zones do: what was put off to one is put off anew."""

from collections.abc import Callable
from datetime import datetime

from services.alerts.ports.channels import OutgoingStore
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope, instant_of, zone


class Rezoning:
    """Holds every local time that something waits for against today's rules; cheap, and right after any update."""

    def __init__(self, outgoing: OutgoingStore, zones: Callable[[str], str | None], now: Callable[[], Instant]) -> None:
        self._outgoing, self._zones, self._now = outgoing, zones, now

    async def turn(self) -> int:
        """Move what is not where its wall time is; how many moved."""
        everywhere, moves = Scope(chain=SYSTEM_CHAIN), dict[str, Instant]()
        for delivery, property_id, wall, name, at in await self._outgoing.walled(everywhere, None, self._now()):
            moved = instant_of(datetime.fromisoformat(wall), zone(self._zones(property_id) or name))
            if moved != at:
                moves[delivery] = moved
        await self._outgoing.rezone(everywhere, moves)
        return len(moves)
