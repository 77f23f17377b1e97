"""Services under the stack: started in any order with every address known, back after kill -9, gone after the stop."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from pymongo import AsyncMongoClient

from deploy.local import services
from deploy.local.faults import StackFault
from deploy.local.processes import identify
from deploy.local.stack import Stack
from deploy.local.topics import topic_partitions
from tests.architecture import source

pytestmark = pytest.mark.integration


@pytest.fixture
def stack(run_folder: Path, mongo_url: str, kafka_servers: str, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack on servers that exist, whose services are the smallest there can be."""
    monkeypatch.setattr(services, "module", lambda _: "tests.fakes.bell_service")
    extra = {"BELLBOARD_CLOCK_RATE": "60"}
    return Stack(folder=run_folder, kafka=kafka_servers, mongo=mongo_url, declared=(), environment=extra)


def _occupy(port: int) -> socket.socket:
    """Take a port without listening: whoever held it last is refused at once, there and as a client."""
    taker = socket.socket()
    taker.bind(("127.0.0.1", port))
    return taker


async def _told(url: str) -> dict[str, str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{url}/environment")).json()


async def test_service_is_told_every_address_when_started_before_the_others(stack: Stack, mongo_url: str) -> None:
    async with stack:
        told = await _told(await stack.start_service("console"))
        assert told["BELLBOARD_MONGO_URL"] == mongo_url
        assert told["BELLBOARD_KAFKA_SERVERS"] == stack.kafka_servers
        assert told["BELLBOARD_RECORDS_URL"] == stack.url("records")
        assert told["BELLBOARD_CONSOLE_URL"].endswith(told["BELLBOARD_HTTP_PORT"])
        assert told["BELLBOARD_CLOCK_RATE"] == "60"
        assert Path(told["BELLBOARD_DATA_DIR"]).is_dir()


async def test_services_are_back_when_killed_and_gone_when_the_stack_ends(stack: Stack) -> None:
    async with stack:
        await stack.start_services()
        hit = stack.kill("records")
        async with asyncio.timeout(20):
            while not (stack.status()[2].restarts == 1 and stack.status()[2].running):
                await asyncio.sleep(0.05)
        assert [status.restarts for status in stack.status()] == [0, 0, 1, 0, 0, 0]
        pids = [status.pid for status in stack.status()]
        assert hit not in pids
    assert [identify(pid) for pid in pids if pid is not None] == [None] * 6


async def test_service_is_a_fault_when_it_does_not_stay_up(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "module", lambda _: "tests.fakes.absent")
    async with stack:
        with pytest.raises(StackFault, match=r"records does not stay up \(exit code 1\); read why with `tail"):
            await stack.start_service("records")


async def test_every_service_of_ours_gets_ready_beside_the_others_and_again_when_killed(run_folder: Path) -> None:
    names = [folder.name for folder in source.services()]
    async with Stack(folder=run_folder) as stack:
        await stack.start_services(names)
        hit = {stack.kill(name) for name in names}
        await asyncio.gather(*(stack.until_ready(name) for name in names))
        again = {status.pid for status in stack.status() if status.name in names}
        assert len(again - hit) == len(names)


async def test_servers_move_with_their_data_when_their_ports_were_taken_meanwhile(run_folder: Path) -> None:
    async with Stack(folder=run_folder) as stack:
        before = stack.ports
        topics = await topic_partitions(stack.kafka_servers)
        async with AsyncMongoClient(stack.mongo_url) as client:
            await client.bells.rung.insert_one({"_id": 1})
    taken = [_occupy(before[name]) for name in ("mongod", "kafka", "kafka-controller")]
    async with Stack(folder=run_folder) as stack:
        assert {stack.ports[name] for name in before} & {taker.getsockname()[1] for taker in taken} == set()
        assert await topic_partitions(stack.kafka_servers) == topics
        async with AsyncMongoClient(stack.mongo_url) as client:
            assert await client.bells.rung.count_documents({}) == 1
    for taker in taken:
        taker.close()
