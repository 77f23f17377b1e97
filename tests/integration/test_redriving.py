"""Batches that cannot be applied as they come: redriven, or taken in halves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from shared.chassis.applying import Applier
from shared.chassis.clock import Clock
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.chassis.telemetry import Metrics
from shared.contracts.envelope import Envelope
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import Scope
from tests.factories.events import report_event

pytestmark = pytest.mark.integration


@dataclass
class Late:
    """Cannot apply anything before `ready`; the next event comes while the first is redriven."""

    applied: list[int] = field(default_factory=list)
    ready: bool = False
    meanwhile: list[Any] = field(default_factory=list)
    applier: Applier | None = None

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Note the versions."""
        if not self.ready:
            raise AppError(ErrorKind.BROKEN, "not_yet", "Not yet.")
        assert self.applier is not None
        coming, self.meanwhile = self.meanwhile, []
        for record in coming:
            await self.applier.settle([record])
        self.applied += [event.sequence for event in events]

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing is kept."""


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    """A database of the test's own."""
    made = Mongo(mongo_url, database_name)
    yield made
    await made.close()


async def test_event_that_comes_while_the_one_before_it_is_redriven_is_not_left_behind(mongo: Mongo) -> None:
    clock, late = Clock(), Late()
    late.applier = Applier("late", late, mongo, clock, Metrics())
    first, second, third = (_record(Outbox(mongo, clock, "tests"), version) for version in (1, 2, 3))
    await late.applier.settle([first])
    late.ready, late.meanwhile = True, [second]
    assert await late.applier.redrive(Scope(chain="grand"), "run-1") == 2
    assert await late.applier.parking.count() == 0
    await late.applier.settle([third])
    assert late.applied[-2:] == [2, 3]


class Slow:
    """Its transactions are given up by the store when they hold more than two events."""

    def __init__(self) -> None:
        self.applied: list[int] = []

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Note the versions, or take too long."""
        if len(events) > 2:
            raise OperationFailure("too old", 251, {"errorLabels": ["TransientTransactionError"]})
        self.applied += [event.sequence for event in events]

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing is kept."""


async def test_batch_is_taken_in_halves_when_its_transaction_takes_too_long(mongo: Mongo) -> None:
    clock, slow = Clock(), Slow()
    applier = Applier("slow", slow, mongo, clock, Metrics())
    await applier.settle([_record(Outbox(mongo, clock, "tests"), version) for version in (1, 2, 3, 4)])
    assert slow.applied == [1, 2, 3, 4]
    assert await applier.parking.count() == 0


def _record(outbox: Outbox, version: int) -> Any:
    [event] = outbox.stamp([report_event("run-1", version)], Provenance.fresh("corr-0001"))
    return SimpleNamespace(
        topic=event.topic,
        partition=0,
        offset=version,
        key=event.subject.encode(),
        headers=event.headers(),
        value=event.value,
    )
