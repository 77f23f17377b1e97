"""Asks PMSs about what was marked: one question in flight for each reservation, its answer stored once."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.integrations.domain.comments import Whose, noted
from services.integrations.domain.connections import Connection
from services.integrations.domain.following import Delivered, Followed, Loaded, follow, guests_of, vanished
from services.integrations.domain.guests import guest_id
from services.integrations.domain.marks import About, Claimed, Hint, again_at
from services.integrations.ports import Connections, GuestKey, PmsRefused
from services.integrations.ports.following import Comments, Endpoints, FollowedStays, Marks, Superseded
from services.integrations.ports.vendors import Fetched, PmsBusy, PmsUnreadable, Vendor
from shared.chassis.clock import Clock
from shared.chassis.leases import ended
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.values import SYSTEM_CHAIN, Scope, stay_id

ALL = Scope(chain=SYSTEM_CHAIN)
AT_ONCE, AT_ONCE_OF_ONE = 16, 4
LONGEST_S = 60.0
STALE = dt.timedelta(seconds=120)
"""Longer than any question may take: who is silent for so long has died, and another asks again."""
OUR_FAULT = dt.timedelta(minutes=10)
PATIENT = frozenset({"throttled"})
"""What a PMS says that does well."""


@dataclass(frozen=True)
class Following:
    """The stores that following a PMS needs."""

    marks: Marks
    stays: FollowedStays
    comments: Comments
    endpoints: Endpoints
    connections: Connections


class FetchMarked:
    """Works off the marks. A hotel whose PMS hangs keeps no other hotel waiting."""

    def __init__(self, of: Following, vendors: Mapping[str, Vendor], clock: Clock, key: GuestKey) -> None:
        self._of, self._vendors, self._clock, self._key = of, vendors, clock, key

    async def __call__(self) -> int:
        """Ask until nothing is due; how many answers were stored."""
        running: dict[asyncio.Task[int], str] = {}
        stored = 0
        try:
            while True:
                for claimed in await self._claim(Counter(running.values())):
                    running[asyncio.create_task(self.one(claimed))] = claimed.property_id
                if not running:
                    return stored
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                    stored += task.result()
        finally:
            for task in running:
                await ended(task)

    async def _claim(self, busy: Counter[str]) -> Sequence[Claimed]:
        room = AT_ONCE - busy.total()
        if room <= 0:
            return ()
        now = self._clock.real_now()
        failing = await self._of.endpoints.failing(ALL)
        skip = {name for name, count in busy.items() if count >= AT_ONCE_OF_ONE}
        skip |= {one.property_id for one in failing if busy[one.property_id] or not one.closed(now)}
        # One that may be tried again is tried with one question.
        most = 1 if failing else min(room, AT_ONCE_OF_ONE)
        return await self._of.marks.claim(ALL, now, now - STALE, most, sorted(skip))

    async def one(self, claimed: Claimed) -> int:
        """Ask about one mark; 1 when an answer was stored."""
        scope = Scope(chain=claimed.chain, properties=frozenset({claimed.property_id}))
        connection = await self._of.connections.find(scope, claimed.property_id)
        vendor = self._vendors.get(claimed.pms)
        started = self._clock.real_now()
        try:
            if connection is None or connection.pms != claimed.pms or vendor is None:
                await self._of.marks.settle(scope, claimed, started)  # the hotel has another PMS by now
                return 0
            async with asyncio.timeout(LONGEST_S):
                answer = await self._ask(vendor, connection, claimed.hint, scope)
        except (PmsBusy, PmsRefused, TimeoutError, PmsUnreadable) as failure:
            await self._not_now(scope, claimed, failure)
            return 0
        except Superseded:
            return 0
        await self._of.endpoints.worked(scope, claimed.property_id, self._clock.real_now())
        return await self._keep(scope, connection, claimed, answer, started)

    async def _ask(
        self, vendor: Vendor, connection: Connection, hint: Hint, scope: Scope
    ) -> Fetched | Sequence[str] | None:
        if hint.about is About.RESERVATION:
            return await vendor.fetch(connection, hint.ref)
        if hint.about is About.GUEST:
            who = guest_id(self._key.value, connection.chain, connection.pms, hint.ref)
            return await self._of.stays.open_numbers(scope, connection.pms, guest_id=who)
        return await vendor.related(connection, hint)

    async def _not_now(self, scope: Scope, claimed: Claimed, failure: Exception) -> None:
        now = self._clock.real_now()
        if isinstance(failure, PmsUnreadable):
            await self._of.marks.put_off(scope, claimed, now + OUR_FAULT, f"unreadable:{failure.field}")
            return
        code = failure.code if isinstance(failure, PmsBusy | PmsRefused) else "no_answer"
        after = failure.after if isinstance(failure, PmsBusy) else None
        await self._of.marks.put_off(scope, claimed, again_at(claimed.tries, now, after), code)
        if code not in PATIENT:
            await self._of.endpoints.failed(scope, claimed.property_id, code, now)

    async def _keep(
        self,
        scope: Scope,
        connection: Connection,
        claimed: Claimed,
        answer: Fetched | Sequence[str] | None,
        started: dt.datetime,
    ) -> int:
        try:
            if isinstance(answer, Fetched):
                await self._follow(scope, connection, claimed, answer, started)
            elif answer is None:
                await self._forget(scope, connection, claimed, started)
            else:
                hints = [Hint(ref=number) for number in answer]
                # First the marks it leads to: cut off in between, they are raised once more, which does no harm.
                if hints:
                    await self._of.marks.raise_all(scope, connection, hints, started)
                await self._of.marks.settle(scope, claimed, started)
        except Superseded:
            return 0
        return 1

    async def _follow(
        self, scope: Scope, connection: Connection, claimed: Claimed, answer: Fetched, started: dt.datetime
    ) -> None:
        key, now = self._key.value, self._clock.now()
        each = Delivered(f"{claimed.rev:012d}", answer.reservation, started)
        guests = guests_of([each], key, connection.chain)
        whose = Whose(connection.chain, connection.property_id, each.stay_id, guests[0])
        told = each

        async def first(tx: Tx) -> None:
            nonlocal told
            await self._of.marks.settle(scope, claimed, started, tx)
            known = await self._of.comments.of_stay(scope, each.stay_id, tx)
            words = () if await self._of.stays.erased(scope, guests[0], tx) else answer.comments
            comments = noted(known, words, whose, now, self._clock.new_id)
            await self._of.comments.save(scope, [one for one in comments if one not in known], tx)
            refs = tuple(one.told for one in comments if not one.gone)
            told = replace(each, reservation=replace(each.reservation, comments=each.reservation.comments + refs))

        def decide(loaded: Loaded) -> Followed:
            return follow(loaded, [told], key, connection.chain, now)

        provenance = Provenance.fresh(self._clock.new_id())
        await self._of.stays.follow(scope, [each.stay_id], guests, decide, provenance, first)

    async def _forget(self, scope: Scope, connection: Connection, claimed: Claimed, started: dt.datetime) -> None:
        """The PMS has no such reservation: a stay of ours is cancelled."""
        known = stay_id(connection.property_id, connection.pms, claimed.hint.ref)

        async def first(tx: Tx) -> None:
            await self._of.marks.settle(scope, claimed, started, tx)

        def decide(loaded: Loaded) -> Followed:
            kept = loaded.stays.get(known)
            return vanished(kept, self._clock.now()) if kept else Followed()

        await self._of.stays.follow(scope, [known], [], decide, Provenance.fresh(self._clock.new_id()), first)
