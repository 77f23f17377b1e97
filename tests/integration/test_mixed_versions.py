"""F54: an old and a new instance side by side: what the new one adds passes the old one, and is applied by the new."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from shared.chassis.applying import Applier
from shared.chassis.clock import Clock
from shared.chassis.leases import ended
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.chassis.telemetry import Metrics
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from tests.factories.events import report_event

pytestmark = pytest.mark.integration
GROUP = "reading"
Change = dict[str, Any]


class Reading:
    """A service that reads what it knows. `newer`: audiences that only the next version has heard of."""

    def __init__(self, *newer: str) -> None:
        self.newer, self.applied = newer, list[tuple[str, int]]()

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Read each, and note it when its type is known."""
        for event in events:
            read = event
            for word in self.newer:
                read = read.model_copy(update={"value": read.value.replace(word.encode(), b"general_manager")})
            if body_of(read) is not None:
                self.applied.append((event.subject, event.sequence))

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing is kept."""


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    made = Mongo(mongo_url, database_name)
    yield made
    await made.close()


def told(mongo: Mongo, offset: int, subject: str, version: int, *, type_: str | None = None, **changed: Any) -> Any:
    """A record as the next version writes it: more fields, another type, or a word that nobody knows here."""
    [event] = Outbox(mongo, Clock(), "tests").stamp([report_event(subject, version)], Provenance.fresh("corr-0001"))
    body = json.loads(event.value)
    body["run"] |= changed
    body |= {"next": {"deep": [1, {"field": None}]}}
    made = event.model_copy(update={"value": json.dumps(body).encode(), "type": type_ or event.type})
    headers = [*made.headers(), ("ce_next", b"9")]
    return SimpleNamespace(
        topic=made.topic, partition=0, offset=offset, key=subject.encode(), headers=headers, value=made.value
    )


async def of_one_instance(handler: Reading, mongo: Mongo, *records: Any) -> tuple[Applier, Metrics]:
    metrics = Metrics()
    applier = Applier(GROUP, handler, mongo, Clock(), metrics)
    await applier.prepare()
    for record in records:
        await applier.settle([record])
    return applier, metrics


async def test_old_instance_reads_what_it_knows_when_fields_and_headers_were_added(mongo: Mongo) -> None:
    old = Reading()
    applier, _ = await of_one_instance(old, mongo, told(mongo, 0, "run-1", 1, added="x", more={"of": ["it"]}))
    assert old.applied == [("run-1", 1)]
    assert await applier.parking.count() == 0


async def test_old_instance_passes_over_a_type_that_it_does_not_know_and_keeps_its_place(mongo: Mongo) -> None:
    old = Reading()
    later = told(mongo, 1, "run-1", 2, type_="report.folded.v1"), told(mongo, 2, "run-1", 3)
    applier, metrics = await of_one_instance(old, mongo, told(mongo, 0, "run-1", 1), *later)
    assert old.applied == [("run-1", 1), ("run-1", 3)]
    assert await applier.parking.count() == 0
    assert 'bellboard_gaps_total{group="reading"} 0.0' in metrics.text().decode()


async def test_unknown_word_holds_its_aggregate_alone_until_a_newer_instance_starts(mongo: Mongo) -> None:
    old = Reading()
    records = (
        told(mongo, 0, "run-1", 1, audience="night_auditor"),
        told(mongo, 1, "run-1", 2),
        told(mongo, 2, "run-2", 1),
    )
    applier, _ = await of_one_instance(old, mongo, *records)
    assert old.applied == [("run-2", 1)]
    assert await applier.parking.count() == 2

    same, _ = await of_one_instance(Reading(), mongo)
    await started(same)
    assert await same.parking.count() == 2

    new = Reading("night_auditor")
    newer, _ = await of_one_instance(new, mongo)
    await started(newer)
    assert new.applied == [("run-1", 1), ("run-1", 2)]
    assert await newer.parking.count() == 0


async def started(applier: Applier) -> None:
    """What a process does first: until it has tried once what an older one could not read."""
    tried = asyncio.Event()
    unready = applier.parking.unready

    async def seen() -> list[str]:
        tried.set()
        return await unready()

    applier.parking.unready = seen  # type: ignore[method-assign] # it is asked right after the first try
    task = asyncio.create_task(applier.redrive_unready())
    seen_or_dead = asyncio.create_task(tried.wait())
    await asyncio.wait({task, seen_or_dead}, return_when=asyncio.FIRST_COMPLETED)
    seen_or_dead.cancel()
    await ended(task)
