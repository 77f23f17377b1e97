"""The relay dies, freezes, or loses Kafka between reading event rows and marking them sent."""

import asyncio
import signal

import pytest

from tests.faults.house import House, until

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="package")]


def another(process: str) -> str:
    """The other replica."""
    return {"records": "records-2", "records-2": "records"}[process]


def sent(house: House, record: str) -> bool:
    """Whether every event of a record is acknowledged and marked."""
    rows = house.rows("records", "events", agg=record)
    return bool(rows) and all(row["st"] == 1 for row in rows)


@pytest.mark.parametrize("point", [pytest.param("relay.read", id="F3"), pytest.param("relay.acknowledged", id="F4")])
async def test_standby_sends_when_the_relay_is_killed(struck: House, point: str) -> None:
    await until(lambda: bool(struck.holder()), "somebody holds the relay")
    holder = struck.holder()
    struck.arm(holder, point, "kill")
    record = await struck.work(http=another(holder))
    await struck.met(holder, point)
    await until(lambda: sent(struck, record), "another relay sends the events")


@pytest.mark.parametrize("point", [pytest.param("relay.acknowledged", id="F5"), pytest.param("relay.read", id="F6")])
async def test_order_stands_when_a_frozen_relay_wakes_after_its_lease(struck: House, point: str) -> None:
    """It still holds rows that another relay has sent meanwhile: it sends them again, and marks none."""
    await until(lambda: bool(struck.holder()), "somebody holds the relay")
    holder = struck.holder()
    struck.arm(holder, point, "stop")
    desk = struck.desk(records=another(holder))
    record = await struck.work(desk)
    await struck.met(holder, point)
    await until(lambda: struck.holder() == another(holder), "the other replica takes the relay")
    await until(lambda: sent(struck, record), "the other relay sends the events")
    later = await struck.work(desk)
    struck.signal(holder, signal.SIGCONT)
    await until(lambda: sent(struck, later), "the events after it are sent")


async def test_event_is_found_by_the_poll_when_its_nudge_is_elsewhere(struck: House) -> None:
    """F8: the command is taken by the replica that does not hold the relay."""
    await until(lambda: bool(struck.holder()), "somebody holds the relay")
    record = await struck.work(http=another(struck.holder()))
    await until(lambda: sent(struck, record), "the poll finds it")


async def test_commands_are_taken_and_sent_later_when_kafka_is_out_of_reach(struck: House) -> None:
    """F10: nobody waits for Kafka; what was kept is sent in order when it is back."""
    struck.network.cut()
    records = [await struck.work() for _ in range(5)]
    assert not any(sent(struck, record) for record in records)
    struck.network.mend()
    await until(lambda: all(sent(struck, record) for record in records), "what was kept is sent")


async def test_event_has_one_effect_when_its_acknowledgement_is_lost(struck: House) -> None:
    """F12: Kafka has it, the answer never comes back."""
    lossy = asyncio.create_task(struck.network.lose_answers(3))
    records = [await struck.work() for _ in range(3)]
    await lossy
    await until(lambda: all(sent(struck, record) for record in records), "the events are sent again", 60)


@pytest.mark.patient
async def test_event_has_one_effect_when_a_send_that_timed_out_arrives_later(struck: House) -> None:
    """F13: the request is 18 s on its way, its sender gives it up after 15 s."""
    slow = asyncio.create_task(struck.network.hold(2, each_s=18))
    records = [await struck.work() for _ in range(3)]
    await slow
    await until(lambda: all(sent(struck, record) for record in records), "the events are sent again", 90)
