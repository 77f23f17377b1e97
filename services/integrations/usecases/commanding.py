"""Carries commands out: ready first, `sending` only then, tried again when nothing was done, never blindly else."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from services.integrations.domain.commanding import (
    ENDED,
    GAVE_UP,
    MOST_TRIES,
    NO_ANSWER,
    READ_BACK,
    Ending,
    Waiting,
    wait,
)
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.following import Endpoints
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable
from shared.chassis.clock import Clock
from shared.chassis.faultpoints import reach
from shared.chassis.leases import ended as task_ended
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError
from shared.contracts.values import SYSTEM_CHAIN, Scope

ALL = Scope(chain=SYSTEM_CHAIN)
STALE = dt.timedelta(seconds=60)
LONGEST_S = 45.0
AT_ONCE, AT_ONCE_OF_ONE = 8, 2
PATIENT = frozenset({"throttled"})
Row = TypeVar("Row")
Ended_co = TypeVar("Ended_co", covariant=True)


class Rows(Protocol[Row]):
    """The part of a store of commands that the work needs."""

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[Row, bool] | None: ...
    async def sending(self, scope: Scope, row: Row, now: dt.datetime) -> bool: ...
    async def put_off(self, scope: Scope, row: Row, until: dt.datetime, why: str) -> None: ...
    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None: ...
    async def settle(
        self, scope: Scope, after: Row, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool: ...


@dataclass(frozen=True)
class Whose:
    """What the work must know of a row, whatever it is about."""

    id: str
    chain: str
    property_id: str
    unknown: bool
    provenance: Provenance


class Ready(Protocol[Ended_co]):
    """One command with all that is needed to send it."""

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice does it once."""
        ...

    async def send(self) -> Ended_co:
        """Do it; the row as it ended. Raises PmsRefused, PmsBusy or PmsSilent."""
        ...

    async def look(self) -> Ended_co | None:
        """Look whether it was done; the row as it ended, or None. Raises PmsBusy."""
        ...


class Sort(Protocol[Row]):
    """One sort of command."""

    def whose(self, row: Row) -> Whose:
        """What the work must know of it."""
        ...

    async def ready(self, row: Row) -> Ready[Row]:
        """Gather what is needed. Raises PmsRefused when it can never be sent, PmsBusy when it may later; nothing has
        left then."""
        ...

    def refused(self, row: Row, code: str) -> Row:
        """It was not done and will not be."""
        ...

    def unknown(self, row: Row) -> Row:
        """Nobody knows whether it was done."""
        ...


class CarryOut(Generic[Row]):
    """Works off one sort of command. Hotels do not wait for each other, commands of one stay do."""

    def __init__(self, rows: Rows[Row], sort: Sort[Row], endpoints: Endpoints, clock: Clock) -> None:
        self._rows, self._sort, self._endpoints, self._clock = rows, sort, endpoints, clock

    async def __call__(self) -> int:
        """Carry out everything that is due; how many were settled."""
        running: dict[asyncio.Task[int], str] = {}
        settled = 0
        try:
            while True:
                claimed = await self._claim(Counter(running.values()))
                if claimed is not None:
                    row, again = claimed
                    running[asyncio.create_task(self.one(row, again))] = self._sort.whose(row).property_id
                    if len(running) < AT_ONCE:
                        continue
                if not running:
                    return settled
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                    settled += task.result()
        finally:
            for task in running:
                await task_ended(task)

    async def _claim(self, busy: Counter[str]) -> tuple[Row, bool] | None:
        now = self._clock.real_now()
        skip = {name for name, count in busy.items() if count >= AT_ONCE_OF_ONE}
        skip |= {
            one.property_id
            for one in await self._endpoints.failing(ALL)
            if busy[one.property_id] or not one.closed(now)
        }
        return await self._rows.claim(ALL, now, now - STALE, sorted(skip))

    async def one(self, row: Row, again: bool) -> int:
        """Carry out one that is claimed; `again`: it may have been done already. 1 when it was settled."""
        whose = self._sort.whose(row)
        scope = Scope(chain=whose.chain, properties=frozenset({whose.property_id}))
        try:
            # Whatever fails up to here, the store among it, has sent nothing: the claim runs out and it is taken again.
            ready = await self._sort.ready(row)
        except (PmsRefused, AppError) as refused:
            return await self._settle(scope, self._sort.refused(row, refused.code), whose, Ending(refused.code))
        except PmsBusy as busy:
            await self._rows.put_off(scope, row, self._clock.real_now() + (busy.after or wait(0)), busy.code)
            return 0
        if again and not ready.idempotent:
            return await self._look(scope, row, ready, whose)
        if not ready.idempotent and not again:
            ended = await self._ended_before(scope, row, ready, whose)
            if ended is not None:
                return ended
        reach("outgoing.claimed")
        if not again and not await self._rows.sending(scope, row, self._clock.real_now()):
            return 0
        reach("outgoing.sending")
        return await self._send(scope, row, ready, whose)

    async def _ended_before(self, scope: Scope, row: Row, ready: Ready[Row], whose: Whose) -> int | None:
        """What was done the first time is settled, and who cannot be asked is not sent to; None: send it."""
        try:
            found = await self._done_before(scope, ready, whose)
        except (PmsBusy, PmsRefused, PmsUnreadable, TimeoutError):
            # It may stand there already.
            await self._rows.put_off(scope, row, self._clock.real_now() + READ_BACK, NO_ANSWER)
            return 0
        return None if found is None else await self._settle(scope, found, whose, Ending())

    async def _done_before(self, scope: Scope, ready: Ready[Row], whose: Whose) -> Row | None:
        """Of one that a person has tried again: whether it was done the first time."""
        seen = await self._rows.waiting(scope, whose.id)
        if seen is None or not seen.deaths:
            return None
        async with asyncio.timeout(LONGEST_S):
            return await ready.look()

    async def _send(self, scope: Scope, row: Row, ready: Ready[Row], whose: Whose) -> int:
        try:
            async with asyncio.timeout(LONGEST_S):
                after = await ready.send()
        except (PmsRefused, AppError) as refused:
            await self._worked(scope, whose)
            return await self._settle(scope, self._sort.refused(row, refused.code), whose, Ending(refused.code))
        except PmsBusy as busy:
            return await self._later(scope, row, whose, busy.code, busy.after)
        except (PmsSilent, TimeoutError, PmsUnreadable):
            await self._endpoints.failed(scope, whose.property_id, NO_ANSWER, self._clock.real_now())
            if ready.idempotent:
                return await self._later(scope, row, whose, NO_ANSWER, None, counted=True)
            return await self._not_known(scope, row, whose)
        reach("outgoing.answered")
        await self._worked(scope, whose)
        settled = await self._settle(scope, after, whose, Ending())
        reach("outgoing.settled")
        return settled

    async def _not_known(self, scope: Scope, row: Row, whose: Whose) -> int:
        # Looked for by ourselves now and then; people hear of it at once.
        ending = Ending(NO_ANSWER, dead=True, next_try=self._clock.real_now() + READ_BACK)
        return await self._settle(scope, self._sort.unknown(row), whose, ending)

    async def _look(self, scope: Scope, row: Row, ready: Ready[Row], whose: Whose) -> int:
        try:
            async with asyncio.timeout(LONGEST_S):
                found = await ready.look()
        except (PmsBusy, PmsRefused, PmsUnreadable, TimeoutError):
            found = None
        if found is not None:
            return await self._settle(scope, found, whose, Ending())
        if not whose.unknown:
            return await self._not_known(scope, row, whose)
        await self._rows.put_off(scope, row, self._clock.real_now() + READ_BACK * 5, NO_ANSWER)
        return 0

    async def _later(
        self, scope: Scope, row: Row, whose: Whose, code: str, after: dt.timedelta | None, *, counted: bool = False
    ) -> int:
        now = self._clock.real_now()
        if not counted and code not in PATIENT:
            await self._endpoints.failed(scope, whose.property_id, code, now)
        seen = await self._rows.waiting(scope, whose.id)
        attempts = seen.attempts if seen else 1
        if attempts >= MOST_TRIES:
            return await self._settle(scope, self._sort.refused(row, GAVE_UP), whose, Ending(code, dead=True))
        await self._rows.put_off(scope, row, now + (after or wait(attempts)), code)
        return 0

    async def _worked(self, scope: Scope, whose: Whose) -> None:
        await self._endpoints.worked(scope, whose.property_id, self._clock.real_now())

    async def _settle(self, scope: Scope, after: Row, whose: Whose, ending: Ending) -> int:
        return int(await self._rows.settle(scope, after, whose.provenance, self._clock.now(), ending))
