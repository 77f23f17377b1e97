"""The embedded stack with its real servers: it starts, survives kill -9, and leaves nothing behind."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.local.faults import StackFault
from deploy.local.processes import Identity, is_running
from deploy.local.runfolder import RunFolder
from deploy.local.stack import Stack
from deploy.local.topics import create_topics, topic_partitions, wait_for_broker
from shared.contracts.topics import TOPICS

pytestmark = pytest.mark.integration


def _children(folder: Path) -> dict[str, Identity]:
    return {name: Identity(**seen) for name, seen in RunFolder(folder).read("children").items()}


async def _until(condition, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_stack_has_declared_topics_and_takes_up_its_data_when_started_again(run_folder: Path) -> None:
    async with Stack(folder=run_folder) as stack:
        assert await topic_partitions(stack.kafka_servers) == {topic.name: topic.partitions for topic in TOPICS}
        assert await create_topics(stack.kafka_servers, TOPICS) == []
        await _produce(stack.kafka_servers, b"rung")
        async with (
            AsyncMongoClient(stack.mongo_url) as client,
            client.start_session() as session,
            await session.start_transaction(),
        ):
            await client.bells.rung.insert_one({"_id": 1}, session=session)
        first_ports = stack.ports
        children = _children(run_folder)
    assert set(children) == {"mongod", "kafka"}
    assert not any(is_running(child) for child in children.values())

    async with Stack(folder=run_folder) as stack:
        assert stack.ports == first_ports
        assert await _first_value(stack.kafka_servers) == b"rung"
        async with AsyncMongoClient(stack.mongo_url) as client:
            assert await client.bells.rung.find_one({}) == {"_id": 1}


async def test_stack_brings_servers_back_when_killed(run_folder: Path) -> None:
    async with Stack(folder=run_folder) as stack:
        hit = {stack.kill("mongod"), stack.kill("kafka")}
        await _until(lambda: all(status.restarts == 1 and status.running for status in stack.status()))
        assert hit.isdisjoint({status.pid for status in stack.status()})
        await wait_for_broker(stack.kafka_servers)
        async with AsyncMongoClient(stack.mongo_url) as client:
            await client.bells.rung.insert_one({"_id": 1})
        await _produce(stack.kafka_servers, b"again")
        assert await _first_value(stack.kafka_servers) == b"again"


async def test_second_stack_in_same_folder_is_refused_and_beside_it_works(run_folder: Path, tmp_path: Path) -> None:
    first, same, beside = Stack(folder=run_folder), Stack(folder=run_folder), Stack(folder=tmp_path / "beside")
    first.open()
    with pytest.raises(StackFault, match="already runs"):
        same.open()
    beside.open()
    try:
        assert set(first.ports.values()).isdisjoint(beside.ports.values())
    finally:
        await beside.close()
        await first.close()


async def test_nothing_is_left_running_when_holder_is_killed(run_folder: Path) -> None:
    program = f"""
import asyncio, pathlib
from deploy.local.stack import Stack
async def main():
    async with Stack(folder=pathlib.Path({str(run_folder)!r})):
        print("up", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert await asyncio.to_thread(holder.stdout.readline) == "up\n"
    children = _children(run_folder)
    assert all(is_running(child) for child in children.values())
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    await _until(lambda: not any(is_running(child) for child in children.values()), seconds=10)
    folder = RunFolder(run_folder)
    folder.take()
    assert folder.left_over is not None
    assert str(holder.pid) in folder.left_over
    folder.release()


def _bellboard(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bellboard.app import main; main()", "stack", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_command_line_starts_shows_refuses_and_stops_a_stack(run_folder: Path) -> None:
    folder = ("--folder", str(run_folder))
    command = [sys.executable, "-c", "from bellboard.app import main; main()", "stack", "up", "--no-services", *folder]
    held = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert held.stdout is not None
    assert any("The stack is up" in line for line in held.stdout)
    children = _children(run_folder)
    shown, second = _bellboard("status", *folder), _bellboard("up", *folder)
    assert (shown.returncode, second.returncode) == (0, 2)
    assert second.stderr.count("\n") == 1
    assert f"bellboard stack down --folder {run_folder}" in second.stderr
    assert _bellboard("wipe", *folder).returncode == 2
    assert _bellboard("down", *folder).returncode == 0
    assert held.wait(20) == 0
    assert not any(is_running(child) for child in children.values())
    assert _bellboard("wipe", *folder).returncode == 0
    assert not run_folder.exists()


async def test_shared_servers_answer_when_asked_for_by_fixture(
    mongo_url: str, kafka_servers: str, database_name: str
) -> None:
    async with AsyncMongoClient(mongo_url) as client:
        await client[database_name].bells.insert_one({"_id": 1})
        assert await client[database_name].bells.count_documents({}) == 1
    assert await create_topics(kafka_servers, TOPICS[:1]) == [TOPICS[0].name]


async def _produce(servers: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
        await producer.send_and_wait("policy.v1", value, key=b"k")


async def _first_value(servers: str) -> bytes:
    async with AIOKafkaConsumer("policy.v1", bootstrap_servers=servers, auto_offset_reset="earliest") as consumer:
        return (await asyncio.wait_for(consumer.getone(), 20)).value
