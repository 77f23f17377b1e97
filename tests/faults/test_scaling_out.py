"""Instances of each service come and go while people work: partitions, relay and timers are shared, nothing is lost."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Iterable

import pytest
from confluent_kafka import ConsumerGroupState
from confluent_kafka.admin import AdminClient

from tests.factories.quick_disk import quick_disk
from tests.faults.accounts import read
from tests.faults.books import audit
from tests.faults.house import SCALED, WITH_EVENTS, House, house, until

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="package")]


AS_IN_A_HOTEL = {"BELLBOARD_RELAY_LEASE_S": "6"}
"""Twenty processes on two cores are slow: whoever is taken for dead too early makes the others share anew."""


def members(at: House, group: str) -> Counter[str]:
    """How many partitions each member of a consumer group has, once it is settled; nothing before."""
    admin = AdminClient({"bootstrap.servers": at.stack.kafka_servers})
    found = admin.describe_consumer_groups([group])[group].result(timeout=10)
    if found.state is not ConsumerGroupState.STABLE:
        return Counter()
    return Counter({one.member_id: len(one.assignment.topic_partitions) for one in found.members})


async def shared(at: House, group: str, instances: int) -> None:
    """Wait until so many instances share a group's partitions, none without a part of them."""

    async def settled() -> bool:
        # Not in this loop: the network before Kafka runs in it.
        parts = await asyncio.to_thread(members, at, group)
        return len(parts) == instances and min(parts.values()) > 0

    await until(settled, f"{instances} instances share the partitions of {group}", 90)


def timers(at: House, service: str) -> set[str]:
    """The owners of the shards of a service's timers."""
    rows = at.rows(service, "leases", _id={"$regex": "^timers-"})
    return {str(row["owner"]) for row in rows if row.get("owner")}


async def worked(at: House, desks: Iterable[str], rounds: int) -> None:
    """People open records and write on them, through several instances at once."""
    for _ in range(rounds):
        await asyncio.gather(*(at.work(http=one) for one in desks))


async def test_two_instances_share_the_work_when_they_come_and_go(struck: House) -> None:
    """The short form: records and reporting twice, auth once more, the relay killed and one told to stop."""
    for group in ("records", "reporting"):
        await shared(struck, group, 2)
    await struck.stack.start_services(["auth-2"])
    work = asyncio.create_task(worked(struck, ["records", "records-2"], 2))
    await struck.stack.stop("reporting-2")
    await work
    relaying = struck.holder()
    struck.signal(relaying, signal.SIGKILL)
    await worked(struck, ["records", "records-2"], 1)
    await until(lambda: struck.holder() != "", "somebody relays", 60)
    await struck.stack.start_services(["reporting-2"])
    await struck.stack.stop("auth-2")
    await struck.drained()
    await shared(struck, "reporting", 2)


@pytest.mark.patient
@pytest.mark.timeout(600)
@pytest.mark.parametrize("instances", [2])
async def test_every_service_in_many_instances_loses_and_doubles_nothing(
    tmp_path_factory: pytest.TempPathFactory, instances: int
) -> None:
    chance = random.Random(instances)
    extra = [f"{name}-{number}" for name in SCALED for number in range(2, instances + 1)]
    with quick_disk(tmp_path_factory.mktemp("scaled")) as folder:
        async with house(folder, SCALED, AS_IN_A_HOTEL) as at:
            await at.work()
            for one in extra:
                await at.stack.start_services([one])
            for group in ("records", "reporting", "alerts", "integrations"):
                await shared(at, group, instances)
            await until(lambda: len(timers(at, "alerts")) == instances, "all instances look through timers", 60)
            desks = ["records", *(f"records-{number}" for number in range(2, instances + 1))]
            for victim in chance.sample(extra, len(extra) // 2):
                work = asyncio.create_task(worked(at, ["records"], 2))
                at.signal(victim, chance.choice([signal.SIGKILL, signal.SIGTERM]))
                await work
            await at.up(*SCALED, *extra)
            await worked(at, desks, 2)
            await at.up(*SCALED, *extra)
            await at.drained()
            verdict = audit(read(await at.evidence(SCALED), at.told))
            assert verdict.clean, str(verdict)
            assert {name: at.rows(name, "events", st=0) for name in WITH_EVENTS} == {name: [] for name in WITH_EVENTS}
