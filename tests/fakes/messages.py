"""The store of guests' messages in memory; one suite holds it to the real one."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from services.integrations.domain.commanding import ENDED, Ending, Waiting
from services.integrations.domain.messages import Draft, GuestMessage, Progress, merged, overtaken, told, told_of
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.envelope import NewEvent
from shared.contracts.messages import Direction
from shared.contracts.values import SYSTEM_CHAIN, Scope

NO_TX = cast("Tx", None)
OPEN = (Progress.PENDING, Progress.SENDING, Progress.UNKNOWN)


@dataclass(frozen=True)
class Kept:
    """One message with the work on it."""

    row: GuestMessage
    asked: dt.datetime
    claimed: dt.datetime | None = None
    next_try: dt.datetime | None = None
    why: str | None = None
    attempts: int = 0
    dead: bool = False
    deaths: int = 0


@dataclass
class FakeMessages:
    """Keeps messages and the events that they were told by."""

    kept: dict[str, Kept] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)

    def _of(self, scope: Scope, message_id: str) -> Kept | None:
        found = self.kept.get(message_id)
        mine = found is not None and scope.chain in (found.row.chain, SYSTEM_CHAIN)
        return found if found and mine and scope.covers(found.row.message.property_id) else None

    def _save(self, held: Kept) -> None:
        self.kept[held.row.message.id] = replace(held, row=held.row.model_copy(update={"steps": ()}))
        self.events += [told_of(held.row, one) for one in held.row.steps]

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[GuestMessage], provenance: Provenance) -> int:
        """Keep what is not there yet; how many were new."""
        new = [row for row in rows if row.message.id not in self.kept]
        for row in new:
            self._save(Kept(row, row.message.at))
        return len(new)

    async def find(self, scope: Scope, message_id: str) -> GuestMessage | None:
        """One message."""
        found = self._of(scope, message_id)
        return found.row if found else None

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[GuestMessage, bool] | None:
        """Take the next one that is due."""
        for held in sorted(self.kept.values(), key=lambda one: (one.asked, one.row.message.id)):
            state = held.row.progress
            free = held.claimed is None or held.claimed < before
            due = held.next_try is None or held.next_try <= now
            waits = state is Progress.PENDING and free and due
            left = state is Progress.SENDING and held.claimed is not None and held.claimed < before
            looked = state is Progress.UNKNOWN and free and held.next_try is not None and due
            if (waits or left or looked) and held.row.message.property_id not in skip:
                self.kept[held.row.message.id] = replace(held, claimed=now)
                return held.row, state is not Progress.PENDING
        return None

    async def choose(self, scope: Scope, row: GuestMessage) -> None:
        """Write down words and way, for who has claimed it."""
        held = self._of(scope, row.message.id)
        if held is not None and held.row.progress is Progress.PENDING and held.claimed is not None:
            self.kept[row.message.id] = replace(held, row=row.model_copy(update={"progress": Progress.PENDING}))

    async def sending(self, scope: Scope, row: GuestMessage, now: dt.datetime) -> bool:
        """It leaves now; False when somebody else has it."""
        held = self._of(scope, row.message.id)
        if held is None or held.row.progress is not Progress.PENDING or held.claimed is None:
            return False
        leaving = held.row.model_copy(update={"progress": Progress.SENDING})
        self.kept[row.message.id] = replace(held, row=leaving, claimed=now, attempts=held.attempts + 1)
        return True

    async def put_off(self, scope: Scope, row: GuestMessage, until: dt.datetime, why: str) -> None:
        """It is due again then."""
        held = self._of(scope, row.message.id)
        if held is None or held.row.progress not in OPEN:
            return
        back = {"progress": Progress.PENDING} if held.row.progress is Progress.SENDING else {}
        later = held.row.model_copy(update=back)
        self.kept[row.message.id] = replace(held, row=later, claimed=None, next_try=until, why=why)

    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None:
        """One as people see it."""
        held = self._of(scope, row_id)
        if held is None:
            return None
        return Waiting(
            id=row_id,
            sort=CommandSort.MESSAGE,
            chain=held.row.chain,
            property_id=held.row.message.property_id,
            record_id=held.row.message.record_id,
            stay_id=held.row.message.stay_id,
            state=held.row.progress.value,
            dead=held.dead,
            attempts=held.attempts,
            next_try=held.next_try,
            failure=held.why,
            asked_at=held.asked,
            deaths=held.deaths,
        )

    async def settle(
        self, scope: Scope, after: GuestMessage, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool:
        """How it ended; False when it was settled before."""
        held = self._of(scope, after.message.id)
        if held is None or held.row.progress not in OPEN:
            return False
        known = overtaken(held.row, after)
        if known is not None:
            self._save(replace(held, row=known))
            return True
        last = merged(held.row, after, now)
        done = replace(held, row=last, claimed=None, why=ending.why, next_try=ending.next_try, dead=ending.dead)
        self._save(replace(done, deaths=held.deaths + (ending.dead != held.dead)))
        return True

    async def hear(
        self,
        scope: Scope,
        message_id: str,
        decide: Callable[[GuestMessage], GuestMessage],
        provenance: Provenance,
        tx: Tx | None = None,
    ) -> GuestMessage | None:
        """What somebody says of one."""
        held = self._of(scope, message_id)
        if held is None:
            return None
        after = decide(held.row)
        if after == held.row and not after.steps:
            return held.row
        moved = after.progress is not held.row.progress
        done = replace(held, row=after, **({"claimed": None, "next_try": None} if moved else {}))
        if after.progress is Progress.SETTLED and held.dead:
            done = replace(done, dead=False, deaths=held.deaths + 1, why=None)
        self._save(done)
        return after

    async def together(self, work: Callable[[Tx], Awaitable[None]]) -> None:
        """Here everything is together."""
        await work(NO_TX)

    async def receive(
        self,
        scope: Scope,
        row: GuestMessage,
        provenance: Provenance,
        ctx: object = None,
        also: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> bool:
        """Keep what a guest wrote; False when it was there."""
        if row.message.id in self.kept:
            return False
        self.kept[row.message.id] = Kept(row, row.message.at)
        self.events += [told(row)] if row.auto is None else []
        if also:
            await also(NO_TX)
        return True

    async def last_inbound(self, scope: Scope, guest_id: str, channel: str | None = None) -> dt.datetime | None:
        """When a guest last wrote."""
        wrote = [
            held.row.message.at
            for held in self.kept.values()
            if held.row.message.direction is Direction.INBOUND
            and held.row.message.guest_id == guest_id
            and held.row.auto is None
            and channel in (None, held.row.message.channel)
        ]
        return max(wrote, default=None)

    async def references(self, scope: Scope, guest_id: str) -> frozenset[str]:
        """The providers' ids of everything sent to a guest."""
        sent = [held.row for held in self.kept.values() if held.row.message.guest_id == guest_id]
        return frozenset(one.reference for row in sent for one in row.tries if one.reference)

    async def doubtful(self, scope: Scope, guest_id: str, text: str) -> int:
        """How many messages to a guest in these words nobody knows the fate of."""
        unsure = (Progress.SENDING, Progress.UNKNOWN)
        rows = [held.row for held in self.kept.values() if held.row.progress in unsure and held.row.text == text]
        return sum(row.message.guest_id == guest_id for row in rows)

    async def draft(self, scope: Scope, draft_id: str) -> Draft | None:
        """One draft."""
        return self.drafts.get(draft_id)
