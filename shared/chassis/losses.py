"""Losses: what Kafka deleted before a group had read it, and groups that are asked to read their topics again."""

import logging
from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition

from shared.chassis.mongo import Document, Mongo

log = logging.getLogger(__name__)


def passed_over(committed: Mapping[TopicPartition, int | None], begins: Mapping[TopicPartition, int]) -> list[Document]:
    """The offsets of each partition that lie before its first record and were never read (F35)."""
    return [
        {"topic": one.topic, "partition": one.partition, "first": at, "last": begins[one] - 1}
        for one, at in committed.items()
        if at is not None and at < begins.get(one, 0)
    ]


class Losses:
    """The `losses` and `rereads` of one group in one service's store."""

    def __init__(self, mongo: Mongo, group: str) -> None:
        self._losses, self._rereads, self.group = mongo.collection("losses"), mongo.collection("rereads"), group
        self._done: int | None = None

    async def note(self, lost: Iterable[Document]) -> int:
        """Write down what is lost; how many ranges. Republishing those topics and rebuilding brings it back."""
        count = 0
        for one in lost:
            log.error(
                "%s: %s is deleted up to offset %d before it was read", self.group, one["topic"], one["last"],
                extra={"group": self.group, "topic": one["topic"]},
            )  # fmt: skip
            where = f"{self.group}|{one['topic']}|{one['partition']}|{one['first']}"
            await self._losses.update_one({"_id": where}, {"$set": {**one, "group": self.group}}, upsert=True)
            count += 1
        return count

    async def all(self, limit: int = 1000) -> list[Document]:
        """What was lost."""
        return await self._losses.find({"group": self.group}, limit=limit)

    async def ask_to_reread(self) -> None:
        """Make every member of the group go back to the first record of its partitions; cursors skip what is known."""
        await self._rereads.update_one({"_id": self.group}, {"$inc": {"asked": 1}}, upsert=True)

    async def asked(self) -> int | None:
        """The number of the newest reread asked for and not `done` here; what was asked before we started is done."""
        row = await self._rereads.find_one({"_id": self.group})
        newest = int(row["asked"]) if row else 0
        if self._done is None:
            self._done = newest
        return newest if newest > self._done else None

    def done(self, number: int) -> None:
        """This process has gone back for that reread; one that failed half way is asked for again."""
        self._done = number
