"""Imports an export file as stays of the past: fast, resumable, and without effect when run again."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from services.integrations.domain.connections import Connection
from services.integrations.domain.following import Delivered, backfilled
from services.integrations.domain.imports import ImportLine, Problem, Summary
from services.integrations.ports import GuestKey, Pms, StayStore
from shared.chassis.clock import Clock
from shared.chassis.mongo import Duplicate
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope

BATCH = 500
IN_FLIGHT = 3
OnProblem = Callable[[Problem], None]
OnProgress = Callable[[int, Summary], None]


def _batches(lines: Iterable[ImportLine]) -> Iterator[list[ImportLine]]:
    source = iter(lines)
    while batch := list(islice(source, BATCH)):
        yield batch


class ImportBookings:
    """Reads a file through its vendor's adapter and keeps what is not there yet; a live stay is never overwritten."""

    def __init__(self, stays: StayStore, clock: Clock, key: GuestKey) -> None:
        self._stays, self._clock, self._key = stays, clock, key

    async def __call__(
        self,
        chain: str,
        adapter: Pms,
        path: Path,
        connections: Mapping[str, Connection],
        *,
        on_problem: OnProblem,
        on_progress: OnProgress,
    ) -> Summary:
        """Import a file into the connected hotels of a chain, which are given by the vendor's word for them.

        `on_progress` hears the packed bytes read and the summary so far. Raises OSError.
        """
        summary, started, read = Summary(), time.monotonic(), 0

        def on_bytes(count: int) -> None:
            nonlocal read
            read += count

        provenance = Provenance.fresh(self._clock.new_id())
        running: set[asyncio.Task[None]] = set()
        for batch in _batches(adapter.file(path, connections, on_bytes)):
            for line in batch:
                summary.note(line)
                for problem in line.problems:
                    on_problem(problem)
            if len(running) >= IN_FLIGHT:
                await self._some(running)
            running.add(asyncio.create_task(self._keep(chain, batch, summary, provenance)))
            # Reading is work without a pause: let the writes of other batches go on meanwhile.
            await asyncio.sleep(0)
            summary.seconds = time.monotonic() - started
            on_progress(read, summary)
        while running:
            await self._some(running)
        summary.seconds = time.monotonic() - started
        on_progress(read, summary)
        return summary

    @staticmethod
    async def _some(running: set[asyncio.Task[None]]) -> None:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        running.difference_update(done)
        for task in done:
            task.result()

    async def _keep(self, chain: str, batch: Sequence[ImportLine], summary: Summary, provenance: Provenance) -> None:
        """Keep one batch; when somebody else writes one of its stays meanwhile, look again."""
        every = [Delivered("import", line.reservation) for line in batch if line.reservation]
        told = {each.stay_id: each for each in every}
        scope = Scope(chain=chain)
        while True:
            there = await self._stays.there(scope, list(told))
            new = [each for stay_id, each in told.items() if stay_id not in there]
            try:
                if new:
                    await self._stays.add(scope, backfilled(new, self._key.value, chain, self._clock.now()), provenance)
            except Duplicate:
                continue
            summary.imported += len(new)
            summary.unchanged += sum(there.values())
            summary.live += len(there) - sum(there.values())
            return
