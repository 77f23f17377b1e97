"""Which versions of which aggregates have arrived: 1..n without a gap, or what is missing; pure."""

import datetime as dt
from collections.abc import Iterable

from shared.contracts.audit import Gap, GapEvent, GapState
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.values import Frozen, derived_id

MOST_AHEAD = 10_000
"""Of an aggregate that misses its beginning so many later versions are remembered; it is asked for again anyway."""


class Tally(Frozen):
    """One aggregate on one topic: the next version that is missing, and those that came before their turn."""

    chain: str
    topic: str
    aggregate: str
    property_id: str
    next: int = 1
    ahead: tuple[int, ...] = ()
    since: dt.datetime | None = None
    asked: int = 0
    asked_at: dt.datetime | None = None

    @property
    def key(self) -> str:
        """One for each aggregate and topic."""
        return f"{self.chain}|{self.topic}|{self.aggregate}"

    @property
    def gap_id(self) -> str:
        """The aggregate under which its gaps are told."""
        return derived_id("gap", self.key)

    def seen(self, versions: Iterable[int], now: dt.datetime) -> "Tally":
        """After more versions; `now` is when a gap, if there is one, was first seen (real time)."""
        waiting, following = {*self.ahead, *versions}, self.next
        while following in waiting:
            following += 1
        ahead = tuple(sorted(version for version in waiting if version > following))[:MOST_AHEAD]
        since = (self.since or now) if ahead else None
        return self.model_copy(update={"next": following, "ahead": ahead, "since": since})

    def told(self, verb: str, now: dt.datetime, fill_by: dt.datetime) -> tuple["Tally", NewEvent]:
        """The tally after its gap was told, and the event. `now` and `fill_by` are business time."""
        state = GapState.OPEN if verb == "found" else GapState.FILLED
        last = self.ahead[0] - 1 if self.ahead else self.next - 1
        gap = Gap(
            id=self.gap_id,
            chain=self.chain,
            topic=self.topic,
            aggregate=self.aggregate,
            first=min(self.next, last),
            last=last,
            found_at=now,
            fill_by=fill_by,
            state=state,
            version=self.asked + 1,
        )
        event = NewEvent(
            type=f"gap.{verb}.v1",
            chain=self.chain,
            property_id=self.property_id,
            subject=gap.id,
            sequence=gap.version,
            time=now,
            body=GapEvent(actor=system("auth"), gap=gap),
        )
        return self.model_copy(update={"asked": gap.version}), event
