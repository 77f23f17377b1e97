"""Liveness: a consumer that is behind and stands still is dead, and its process ends so that it is started again.

A library's consumer can stop for good without an error, after a broker restart say: only its positions tell. But after
an outage a group works through megabytes of one partition before it takes the next: one whose records are fetched and
wait for their turn stands still, too, and lives as long as any other moves.
"""

import logging
import os
import signal
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

log = logging.getLogger(__name__)
EXCUSED_S = 30.0
LAST_WORDS_S = 10.0


@dataclass
class Progress:
    """Where each partition stood, and since when it stands there without having caught up. Times in seconds."""

    stuck_after_s: float
    _seen: dict[TopicPartition, tuple[int | None, float]] = field(default_factory=dict)
    _excused_until: float = 0.0

    def look(
        self,
        now: float,
        positions: Mapping[TopicPartition, int | None],
        lags: Mapping[TopicPartition, int],
        fetched: Collection[TopicPartition] = (),
    ) -> None:
        """Note where the partitions stand; one that has caught up, or that was not seen before, begins anew.

        `fetched`: partitions with records that were read from the broker and not handed out yet.
        """
        moving = any(one in self._seen and self._seen[one][0] != at for one, at in positions.items())
        waiting = frozenset(fetched) if moving else frozenset()
        self._seen = {
            one: (at, now) if one in waiting else self._since(one, now, at, lags.get(one, 0))
            for one, at in positions.items()
        }

    def _since(self, one: TopicPartition, now: float, position: int | None, lag: int) -> tuple[int | None, float]:
        before = self._seen.get(one)
        if before is None or lag == 0 or before[0] != position or now < self._excused_until:
            return position, now
        return before

    def excuse(self, now: float) -> None:
        """The store does not answer: until it does, standing still is right."""
        self._excused_until = now + EXCUSED_S

    def dead(self, now: float) -> bool:
        """Whether a partition has stood still for too long."""
        return any(now - since >= self.stuck_after_s for _, since in self._seen.values())


def end_process(why: str) -> None:
    """Leave in good order (SIGTERM to ourselves), or without it when that takes longer than 10 s."""
    log.critical("%s: this process ends, to be started again", why)
    last = threading.Timer(LAST_WORDS_S, os._exit, (1,))
    last.daemon = True
    last.start()
    os.kill(os.getpid(), signal.SIGTERM)
