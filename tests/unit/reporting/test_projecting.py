"""Projecting: what a batch says is noted, however many events of a record came together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from services.reporting.domain.fact import Fact
from services.reporting.domain.standing import Standing
from services.reporting.domain.tally import Tally
from services.reporting.ports import CloseMark, Contribution, HandOff, Known
from services.reporting.usecases.counting import changed
from services.reporting.usecases.projecting import Projecting
from shared.chassis.mongo import Tx
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department
from shared.contracts.values import Instant, Scope
from tests.factories.records import NOON, Story, minutes

FRONT, KEEPING = Department.FRONT_OFFICE, Department.HOUSEKEEPING


class FakeFacts:
    """Facts in a dictionary, and how many writes it took."""

    def __init__(self) -> None:
        self.kept: dict[str, Fact] = {}
        self.written = 0

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx | None = None) -> dict[str, Fact]:
        """Those of the ids that are kept."""
        return {one: self.kept[one] for one in ids if one in self.kept}

    async def known(self, scope: Scope, ids: Sequence[str], version: int, tx: Tx) -> dict[str, Known]:
        """Those of the ids that are kept; all are counted."""
        return {one: Known(self.kept[one], True) for one in ids if one in self.kept}

    async def uncounted(self, scope: Scope, version: int, limit: int, tx: Tx) -> list[Fact]:
        """Not asked here."""
        raise NotImplementedError

    async def save(self, scope: Scope, facts: Sequence[Fact], tx: Tx, version: int = 0) -> None:
        """Keep them."""
        self.written += len(facts)
        self.kept.update({one.id: one for one in facts})

    async def holding(self, scope: Scope, subject: str, tx: Tx) -> list[Fact]:
        """Not asked here."""
        raise NotImplementedError

    async def get(self, scope: Scope, record_id: str) -> Fact | None:
        """Not asked here."""
        raise NotImplementedError

    async def touching(
        self,
        scope: Scope,
        start: Instant,
        end: Instant,
        after: str | None,
        limit: int,
        *,
        standing: bool,
        lingering: bool = False,
    ) -> list[Fact]:
        """Not asked here."""
        raise NotImplementedError

    async def in_order(self, scope: Scope, start: Instant, end: Instant, after: str, limit: int) -> list[Fact]:
        """Not asked here."""
        raise NotImplementedError

    async def standing(self, scope: Scope) -> list[Standing]:
        """Not asked here."""
        raise NotImplementedError

    async def overdue(self, scope: Scope, now: Instant, limit: int) -> list[Standing]:
        """Not asked here."""
        raise NotImplementedError

    async def told_overdue(self, scope: Scope, told: Sequence[Standing]) -> None:
        """Not asked here."""
        raise NotImplementedError

    def every(self, scope: Scope) -> Any:
        """Not asked here."""
        raise NotImplementedError


class FakeSums:
    """Sums in one tally for each family."""

    def __init__(self) -> None:
        self.entries: list[Contribution] = []

    async def add(self, scope: Scope, contributions: Iterable[Contribution], tx: Tx) -> None:
        """Remember them."""
        self.entries += contributions

    async def whole(self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date) -> dict[str, Tally]:
        """Not asked here."""
        raise NotImplementedError

    async def by_property(self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date) -> Any:
        """Not asked here."""
        raise NotImplementedError

    async def by_day(self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date) -> Any:
        """Not asked here."""
        raise NotImplementedError

    def told(self) -> dict[tuple[Any, ...], int]:
        """What they add up to, without what came to nothing."""
        found: dict[tuple[Any, ...], int] = defaultdict(int)
        for _, where, entry in self.entries:
            found[where, *entry[:4]] += entry.amount
        return {key: amount for key, amount in found.items() if amount}


class FakeTraces:
    """Marks in a list."""

    def __init__(self) -> None:
        self.marks: list[CloseMark] = []

    async def mark(self, scope: Scope, marks: Sequence[CloseMark], tx: Tx) -> None:
        """Note them."""
        self.marks += marks

    async def waiting(self, scope: Scope, limit: int) -> list[CloseMark]:
        """Not asked here."""
        raise NotImplementedError

    async def done(self, scope: Scope, marks: Sequence[CloseMark]) -> None:
        """Not asked here."""
        raise NotImplementedError


class Board:
    """A projection over fakes."""

    def __init__(self) -> None:
        self.facts, self.traces, self.noted = FakeFacts(), FakeTraces(), list[HandOff]()
        self.sums = FakeSums()
        self._projecting = Projecting(self.facts, self.sums, self.traces, self.noted.append)

    async def hears(self, *batches: Sequence[Envelope]) -> None:
        """Each batch in a transaction that commits."""
        for batch in batches:
            tx = Tx(None)
            await self._projecting.apply(tx, batch)
            for then in tx.after_commit:
                then()


def wandering() -> list[Envelope]:
    """A record that goes to another department and back, is closed late, reopened and closed again."""
    story = Story("rec-1").handed_to(FRONT, "staff-f", NOON + minutes(5)).blocked(NOON + minutes(7))
    story.unblocked(NOON + minutes(9)).handed_to(KEEPING, "staff-k", NOON + minutes(20))
    story.completed(NOON + minutes(900)).reopened(NOON + minutes(910), due_at=NOON + minutes(999))
    return list(story.completed(NOON + minutes(920)).events)


def counted(facts: Iterable[Fact]) -> dict[tuple[Any, ...], int]:
    """What the sums of some facts are, counted anew."""
    sums = FakeSums()
    sums.entries = list(changed([(None, fact) for fact in facts]))
    return sums.told()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_batches_of_any_size_leave_the_same_facts_marks_and_notes(size: int) -> None:
    events, together, board = wandering(), Board(), Board()
    await together.hears(events[:1], events[1:])
    await board.hears(events[:1], *[events[at : at + size] for at in range(1, len(events), size)])
    assert board.facts.kept == together.facts.kept
    assert board.traces.marks == together.traces.marks
    assert board.sums.told() == together.sums.told() == counted(board.facts.kept.values())
    assert sorted(one.what for one in board.noted) == sorted(one.what for one in together.noted)


async def test_each_hand_off_is_noted_when_several_come_in_one_batch() -> None:
    events, board = wandering(), Board()
    await board.hears(events[:1], events[1:5])
    assert [(one.what, one.before, one.after) for one in board.noted] == [
        ("handed_off", KEEPING.value, FRONT.value),
        ("handed_off", FRONT.value, KEEPING.value),
    ]


async def test_events_that_were_folded_before_write_nothing() -> None:
    events, board = wandering(), Board()
    await board.hears(events)
    written = board.facts.written
    await board.hears(events)
    assert board.facts.written == written
