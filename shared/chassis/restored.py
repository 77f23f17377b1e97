"""A store that was put back from a backup tells the audit log so, before its service does anything else."""

import asyncio
import logging
from functools import partial

from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.operations import Journal
from shared.chassis.policy import Policy
from shared.contracts.access import Operation
from shared.contracts.identity import system
from shared.contracts.values import SYSTEM_CHAIN

log = logging.getLogger(__name__)
ACTION = "restore"
_LOOKS_AGAIN_S = 2.0


class Restored:
    """What was put back into this store: `restores`, written by `bellboard restore`."""

    def __init__(self, mongo: Mongo, journal: Journal, policy: Policy) -> None:
        self._mongo, self._journal, self._policy = mongo, journal, policy
        self._marks, self._events = mongo.collection("restores"), mongo.collection("events")

    async def tell(self) -> None:
        """Wait until the store is whole, then write an `operation.begun.v1` for each chain in it; once a restore."""
        while half := await self._marks.find_one({"whole": False}):
            log.warning("the store is being put back from a backup", extra={"backup": half["_id"]})
            await asyncio.sleep(_LOOKS_AGAIN_S)
        for mark in await self._marks.find({"told": False}):
            hosted = {hotel.chain for hotel in self._policy.hotels()}
            chains = sorted(({*await self._events.distinct("chain", {})} | hosted) - {SYSTEM_CHAIN})
            await self._mongo.run(partial(self._told, mark, chains))

    async def _told(self, mark: Document, chains: list[str], tx: Tx) -> None:
        # The mark is taken in the transaction that tells of it: of two replicas, one tells.
        if not await self._marks.update_one({"_id": mark["_id"], "told": False}, {"$set": {"told": True}}, tx=tx):
            return
        done = Operation(action=ACTION, service=self._journal.service, aggregate=mark["_id"])
        for chain in chains:
            await self._journal.note(tx, chain, system(self._journal.service), done, self._words(mark))

    @staticmethod
    def _words(mark: Document) -> str:
        return f"{mark['reason']} (the store as it was at {mark['cluster_s']} s of the cluster's time)"
