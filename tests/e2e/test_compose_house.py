"""docker-compose.yml lived through without Docker: its settings, its commands, its environments, on this machine."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.cluster.stores import database_of
from deploy.demo import hotels
from deploy.demo.desk import Desk, Refused
from deploy.local import topics
from deploy.local.kafka import new_cluster_id
from deploy.local.ports import choose
from deploy.local.readiness import together, wait_until_ready
from deploy.local.services import SERVICES
from deploy.local.supervisor import Program, Supervisor
from shared.chassis.access import PLAIN, Access
from tests.e2e.conftest import eventually
from tests.factories import compose_house
from tests.factories.compose_house import Whereabouts
from tests.factories.quick_disk import quick_disk

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
PORTS = (*SERVICES, "mongo", "kafka", "internal", "controller")
READ_ONLY, REFUSED = Path(__file__).parents[1] / "factories" / "read_only_root", "refused.txt"
ADMINISTRATOR = "BELLBOARD_KAFKA_PASSWORD_ADMIN"


@dataclass
class House:
    """What compose says, and where it lies here."""

    at: Whereabouts
    services: dict[str, Any]

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A container's command, or another one in its environment, to its end."""
        command = [self.at.here(str(word)) for word in words or self.services[name]["command"]]
        program = {"python": [sys.executable], "bellboard": [str(Path(sys.executable).with_name("bellboard"))]}[
            command[0]
        ]
        environment = os.environ | self.at.environment(self.services[name], name)
        return subprocess.run(
            [*program, *command[1:]], env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def mongo(self, name: str) -> MongoClient[dict[str, Any]]:
        """The database as a container signs in at it."""
        url = self.at.environment(self.services[name], name)["BELLBOARD_MONGO_URL"]
        return MongoClient(url, tz_aware=True, serverSelectionTimeoutMS=10_000)

    def read_only(self, name: str) -> dict[str, str]:
        """The environment of a process whose root cannot be written: its own folder and one for /tmp can."""
        temporary = self.at.data / "tmp" / name
        temporary.mkdir(parents=True, exist_ok=True)
        mounted = [self.at.data / name, temporary, *([self.at.data / "secrets"] if name == "integrations" else [])]
        return {
            "PYTHONPATH": str(READ_ONLY),
            "WRITABLE": os.pathsep.join(map(str, mounted)),
            "REFUSED": str(temporary / REFUSED),
            "TMPDIR": str(temporary),
        }

    def program(self, name: str) -> Program:
        """A service's container as a process."""
        data = self.at.data / name
        data.mkdir(exist_ok=True)
        environment = {**os.environ, **self.at.environment(self.services[name], name), **self.read_only(name)}
        argv = (sys.executable, *self.services[name]["command"][1:])
        return Program(name=name, argv=argv, log=self.at.data / f"{name}.log", environment=environment)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Broker and store as compose starts them, made ready by compose's own two commands."""
    variables = compose_house.secrets((compose_house.ROOT / ".env.example").read_text())
    services = compose_house.compose(variables)
    with quick_disk(tmp_path_factory.mktemp("compose")) as folder:
        data = folder / "data"
        data.mkdir(exist_ok=True)
        found = House(Whereabouts(choose(PORTS, {}, {}), data), services)
        kafka = compose_house.broker(found.at, services["kafka"]["environment"], new_cluster_id())
        root = compose_house.store(found.at, variables["BELLBOARD_MONGO_ROOT_PASSWORD"])
        with kafka, root:
            access = Access(f"127.0.0.1:{found.at.ports['kafka']}", "admin", variables[ADMINISTRATOR], mechanism=PLAIN)
            asyncio.run(topics.wait_for_broker(access))
            for name in ("cluster", "stores"):
                done = found.run(name)
                assert done.returncode == 0, done.stdout + done.stderr
            yield found


@pytest.mark.parametrize("name", SERVICES)
def test_store_of_a_service_refuses_every_other_service(house: House, name: str) -> None:
    with house.mongo(name) as mine:
        mine[database_of(name)]["idempotency"].insert_one({"_id": "own"})
        assert mine[database_of(name)]["idempotency"].delete_one({"_id": "own"}).deleted_count == 1
        said = {other: refusals(mine, other) for other in SERVICES if other != name}
    assert said == {other: ["Unauthorized"] * 5 for other in SERVICES if other != name}


def refusals(client: MongoClient[dict[str, Any]], service: str) -> list[str]:
    """What the database says to each way into a service's store."""
    foreign = client[database_of(service)]
    ways = (
        lambda: foreign["events"].find_one({}),
        lambda: foreign["events"].insert_one({"_id": "forged"}),
        lambda: foreign["events"].delete_many({}),
        foreign.list_collection_names,
        lambda: client.drop_database(foreign.name),
    )
    said = []
    for way in ways:
        with pytest.raises(OperationFailure) as refused:
            way()
        said.append(str((refused.value.details or {})["codeName"]))
    return said


def test_services_users_give_themselves_no_rights(house: House) -> None:
    with house.mongo("records") as mine, pytest.raises(OperationFailure) as refused:
        mine.admin.command("grantRolesToUser", "records", roles=["root"])
    assert (refused.value.details or {})["codeName"] == "Unauthorized"


def test_plan_is_empty_and_names_what_was_changed_since(house: House) -> None:
    assert house.run("stores", "bellboard", "stores", "plan").returncode == 0
    with house.mongo("stores") as root:
        root.admin.command("updateUser", "console", roles=[{"role": "readWriteAnyDatabase", "db": "admin"}])
        root.admin.command("updateRole", "bellboard_auth", privileges=[], roles=[])
        root.admin.command("createUser", "somebody", pwd="else", roles=["read"])
    planned = house.run("stores", "bellboard", "stores", "plan")
    assert planned.returncode == 1
    assert planned.stdout.split("\n")[:2] == [
        "  write role bellboard_auth",
        "  give user console its own roles and no others",
    ]
    assert house.run("stores").returncode == 0
    with house.mongo("stores") as root, house.mongo("console") as mine:
        assert root.admin.command("usersInfo", "somebody")["users"]
        assert refusals(mine, "records") == ["Unauthorized"] * 5


async def test_house_of_compose_opens_a_record_that_every_service_hears_of(house: House, tmp_path: Path) -> None:
    """Each service signs in at broker and store as itself: opened, sealed in the audit log, counted, watched over."""
    loaded = house.run("auth", "python", "-m", "services.auth.load", str(hotels.write(tmp_path, 7)))
    assert loaded.returncode == 0, loaded.stderr
    urls = {name: f"http://127.0.0.1:{house.at.ports[name]}" for name in SERVICES}
    async with running(house, urls), httpx.AsyncClient(timeout=20, trust_env=False) as http:
        desk = Desk(http, urls, hotels.CHAIN, "city.manager", hotels.PASSWORD)
        await eventually(lambda: _may(desk), "records has heard who may do what", 120)
        body = {"property_id": "city", "kind": "guest_request", "room": "101", "fields": {"topic": "extra_towels"}}
        opened = (await desk.act("records", "/v1/records", body)).body["id"]
        with house.mongo("stores") as mongo:
            seen = {"auth": ("audit", "key"), "reporting": ("facts", "_id")}
            seen |= {"alerts": ("cursors", "agg"), "integrations": ("cursors", "agg")}
            for service, (collection, field) in seen.items():
                rows, wanted = mongo[database_of(service)][collection], {field: opened}
                await eventually(lambda rows=rows, wanted=wanted: rows.find_one(wanted), f"{service} has heard of it")
            events = [mongo[database_of(name)]["events"] for name in SERVICES]
            await eventually(lambda: not any(rows.count_documents({"st": 0}) for rows in events), "all events are sent")
    # With a read-only root, as the chart gives it: nobody tried to write but in their own folder (bytecode aside).
    noted = [house.at.data / "tmp" / name / REFUSED for name in SERVICES]
    refused = [line for file in noted if file.exists() for line in file.read_text().splitlines()]
    assert [line for line in refused if "__pycache__" not in line] == []


@contextlib.asynccontextmanager
async def running(house: House, urls: dict[str, str]) -> AsyncIterator[None]:
    """Every service as compose starts it."""
    supervisor = Supervisor(changed=lambda _: None)
    try:
        children = {name: await supervisor.start(house.program(name)) for name in SERVICES}
        await together(*(wait_until_ready(children[name], f"{urls[name]}/readyz", 150) for name in SERVICES))
        yield
    finally:
        await supervisor.stop(SERVICES)


async def _may(desk: Desk) -> bool:
    with contextlib.suppress(Refused):
        return (await desk.get("records", "/v1/records", property="city")).status == 200
    return False
