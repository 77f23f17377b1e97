"""Where benchmarks run: a MongoDB and a Kafka of their own, a database for each name, one namespace of topics."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local import ports, services
from deploy.local.readiness import wait_until_ready
from deploy.local.runfolder import STATE_ROOT, RunFolder
from deploy.local.stack import Stack
from deploy.local.supervisor import Child, Program, Supervisor
from deploy.local.topics import create_topics
from shared.chassis.mongo import Mongo
from shared.chassis.service import Chassis
from shared.chassis.settings import ServiceSettings
from shared.contracts.topics import TOPICS

FOLDER = STATE_ROOT / "bench"
NAMESPACE = "bench."
RECORDS_DATABASE = "bench_records"
_OF_SERVICES = {
    "BELLBOARD_KAFKA_NAMESPACE": NAMESPACE,
    "BELLBOARD_LOG_LEVEL": "WARNING",
}


class Ground:
    """The servers of one run."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.mongo_url, self.kafka_servers = stack.mongo_url, stack.kafka_servers
        self.pids = {one.name: one.pid for one in stack.status() if one.pid is not None}
        """The process of each server, and of each service while it runs."""

    @property
    def logs(self) -> Path:
        """Where processes write."""
        return self._stack.folder.logs

    def settings(self, service: str, database: str) -> ServiceSettings:
        """Settings of a service that has its own database here."""
        return ServiceSettings(
            service=service,
            mongo_url=self.mongo_url,
            mongo_database=database,
            kafka_servers=self.kafka_servers,
            kafka_namespace=NAMESPACE,
            log_level="WARNING",
        )

    def chassis(self, service: str, database: str) -> Chassis:
        """A chassis that nothing runs on yet."""
        return Chassis(self.settings(service, database))

    async def fresh(self, database: str) -> Mongo:
        """An empty database."""
        mongo = Mongo(self.mongo_url, database)
        await mongo.drop()
        return mongo

    @asynccontextmanager
    async def service(self, name: str, database: str, **beside: str) -> AsyncIterator[str]:
        """A service as a process that lives no longer than the block; its base URL once it is ready.

        `beside`: where other services are, by their names.
        """
        stack, port = self._stack, ports.choose((name,), {}, {})[name]
        around = services.Surroundings(
            mongo_url=self.mongo_url,
            kafka_servers=self.kafka_servers,
            http_host="127.0.0.1",
            http_port=port,
            urls={each: stack.url(each) for each in services.SERVICES} | beside,
            data_dir=str(stack.folder.data(name)),
            operations_token=stack.operations_token,
        )
        environment = {**services.environment(around), **_OF_SERVICES, "BELLBOARD_MONGO_DATABASE": database}
        async with process(services.module(name), self.logs / f"{name}-{port}.log", **environment) as child:
            await wait_until_ready(child, f"http://127.0.0.1:{port}/readyz", 60)
            assert child.process is not None
            self.pids[name] = child.process.pid
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                self.pids.pop(name, None)  # two of a kind may run


@asynccontextmanager
async def ground(folder: Path = FOLDER) -> AsyncIterator[Ground]:
    """Servers with all topics, on an empty folder; nothing of it stays."""
    RunFolder(folder).wipe()
    async with Stack(folder=folder, declared=()) as stack:
        named = [topic.model_copy(update={"name": NAMESPACE + topic.name}) for topic in TOPICS]
        await create_topics(stack.kafka_servers, named)
        yield Ground(stack)
    RunFolder(folder).wipe()


@asynccontextmanager
async def process(module: str, log: Path, **environment: str) -> AsyncIterator[Child]:
    """A module as a process that lives no longer than the block."""
    supervisor = Supervisor(changed=lambda _: None)
    program = Program(module, (sys.executable, "-m", module), log, {**os.environ, **environment}, grace=5)
    child = await supervisor.start(program)
    try:
        yield child
    finally:
        await supervisor.stop([module])
