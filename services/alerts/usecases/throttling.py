"""How many letters a channel still bears: so many a minute, the unused of the last minute saved up."""

import time
from collections.abc import Callable


class Throttle:
    """A bucket of tokens, one for each letter."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._left, self._clock = per_minute / 60, float(per_minute), clock
        self._most, self._at = float(per_minute), clock()

    def free(self) -> int:
        """How many may go now."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        return int(self._left)

    def take(self) -> None:
        """One goes."""
        self._left -= 1
