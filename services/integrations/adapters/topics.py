"""Writes to partners' topics over a producer of their own, so that a missing topic holds up nothing else."""

import asyncio
import logging
from collections.abc import Sequence

from services.integrations.ports.partners import TopicSilent
from shared.chassis.kafka import KafkaError, Producer

log = logging.getLogger(__name__)
PATIENCE_S = 10.0


class KafkaPartnerTopics:
    """The topics of all partners."""

    def __init__(self, producer: Producer, namespace: str) -> None:
        self._producer, self._namespace = producer, namespace

    async def publish(self, topic: str, rows: Sequence[tuple[str, bytes, Sequence[tuple[str, bytes]]]]) -> int:
        """Write key, value and headers in order; how many are safe, counted from the first. Raises TopicSilent."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                sent = [
                    await self._producer.send(self._namespace + topic, key.encode(), value, headers)
                    for key, value, headers in rows
                ]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError, OSError) as failure:
            log.warning("a partner's topic does not take records (%s)", type(failure).__name__, extra={"topic": topic})
            await self._producer.drop()
            raise TopicSilent(topic) from failure
        return len(rows)
