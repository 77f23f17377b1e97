"""The embedded stack: MongoDB, Kafka and the services as child processes of whoever holds it."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import archive, jars, java, kafka, mongo, ports, services, topics
from deploy.local.faults import StackFault
from deploy.local.readiness import together, unless_dying, wait_until_ready
from deploy.local.runfolder import STATE_ROOT, RunFolder
from deploy.local.supervisor import Child, Program, Supervisor
from shared.chassis.access import Access
from shared.contracts.topics import TOPICS

_EMBEDDED = {"PYTHONUNBUFFERED": "1", "BELLBOARD_EMBEDDED": "1"}
_MONGOD, _KAFKA, KAFKA_PROXY = "mongod", "kafka", "kafka-proxy"
_PORT_NAMES = (_MONGOD, _KAFKA, "kafka-controller", *services.SERVICES)
DEFAULT_FOLDER = STATE_ROOT / "demo"
CACHE = STATE_ROOT / "cache"


@dataclass(frozen=True)
class ProcessStatus:
    """One supervised process as it stands: running or between two lives."""

    name: str
    running: bool
    pid: int | None
    restarts: int
    url: str


class Stack:
    """`async with Stack(folder=…) as stack:` has a MongoDB, a Kafka with its topics, and starts services on request.

    `kafka` and `mongo` point at servers that exist; then none is started. `given_ports` fixes ports by name.
    `environment` is added to that of every service (a business clock, say); `{name}` in a value becomes the process's
    name. `at_once` names services that start beside the servers, `replicas` further processes of a service, such as
    `records-2`. With `proxied_kafka` the broker sends its clients to `ports["kafka-proxy"]`, where the caller must have
    something that passes them on to `ports["kafka"]`; `opened` is called when ports are known and nothing is started.
    Whatever was started ends with the block, or with this process, however that ends. State stays in `folder`.
    """

    def __init__(
        self,
        *,
        folder: Path = DEFAULT_FOLDER,
        kafka: str | Access | None = None,
        mongo: str | None = None,
        declared: Iterable[topics.TopicLike] = TOPICS,
        given_ports: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None,
        at_once: Iterable[str] = (),
        replicas: Iterable[str] = (),
        proxied_kafka: bool = False,
        opened: Callable[["Stack"], Awaitable[None]] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.folder = RunFolder(folder)
        self._given_kafka = Access(kafka) if isinstance(kafka, str) else kafka
        self._given_mongo = mongo
        self._declared = tuple(declared)
        self._given_ports = dict(given_ports or {})
        self._extra = dict(environment or {})
        self._port_names = (*_PORT_NAMES, *replicas, *([KAFKA_PROXY] if proxied_kafka else []))
        self._opened, self._at_once = opened, tuple(at_once)
        self._say = say
        self._supervisor = Supervisor(changed=self._remember_children)
        self.ports: dict[str, int] = {}

    @property
    def mongo_url(self) -> str:
        """The connection string of the MongoDB in use."""
        return self._given_mongo or mongo.url(self.ports[_MONGOD])

    @property
    def kafka_servers(self) -> str:
        """The bootstrap servers of the Kafka in use."""
        return self._given_kafka.servers if self._given_kafka else f"127.0.0.1:{self._advertised_port}"

    @property
    def _advertised_port(self) -> int:
        return self.ports.get(KAFKA_PROXY, self.ports[_KAFKA])

    @property
    def operations_token(self) -> str:
        """What opens `/metrics` and the documents of every service of this folder; drawn once, kept in it."""
        known = self.folder.read("operations").get("token")
        if known is None:
            known = secrets.token_urlsafe(32)
            self.folder.write("operations", {"token": known})
        return str(known)

    def url(self, service: str) -> str:
        """The base URL of a service, known before it starts."""
        return f"http://127.0.0.1:{self.ports[service]}"

    async def __aenter__(self) -> Self:
        self.open()
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.close)  # a fault or a Ctrl-C while starting leaves nothing behind
            if self._opened is not None:
                await self._opened(self)
            # Services wait for their servers themselves; what they load meanwhile is half of their start.
            await together(self.start_mongo(), self.start_kafka(), self.start_services(self._at_once))
            undo.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    def open(self) -> None:
        """Take the folder and choose all ports, starting nothing. Raises StackFault."""
        self.folder.take()
        try:
            self.ports = ports.choose(self._port_names, self._given_ports, self.folder.read("ports"))
        except StackFault:
            self.folder.release()
            raise
        self.folder.write("ports", self.ports)
        self.folder.write("stack", {"mongo_url": self.mongo_url, "kafka_servers": self.kafka_servers})
        if self.folder.left_over:
            self._say(self.folder.left_over)

    async def close(self) -> None:
        """Stop everything that was started, services first, and give the folder back."""
        children = list(self._supervisor.children)
        await self._supervisor.stop([name for name in children if name not in {_MONGOD, _KAFKA}])
        await self._supervisor.stop([_MONGOD, _KAFKA])
        self.folder.release()

    async def start_mongo(self) -> str:
        """Start MongoDB, or look that the given one answers; returns its URL once it accepts writes."""
        if self._given_mongo is not None:
            await mongo.refuse_unfit(self._given_mongo)
            return self.mongo_url
        port = self.ports[_MONGOD]
        mongod = await asyncio.to_thread(mongo.binary)
        data = self.folder.data(_MONGOD)
        self._say("Starting MongoDB")
        child = await self._supervisor.start(mongo.mongod_program(mongod, port, data, self.folder.logs, os.environ))
        await unless_dying(child, mongo.become_primary(port))
        return self.mongo_url

    async def start_kafka(self) -> str:
        """Start Kafka, or look that the given one answers, and create the topics; returns its servers."""
        if self._given_kafka is None:
            program = await asyncio.to_thread(self._kafka_program)
            self._say("Starting Kafka")
            child = await self._supervisor.start(program)
            await unless_dying(child, topics.wait_for_broker(f"127.0.0.1:{self.ports[_KAFKA]}"))
        else:
            await topics.wait_for_broker(self._given_kafka, within=15)
        await topics.create_topics(self._given_kafka or self.kafka_servers, self._declared)
        return self.kafka_servers

    async def start_service(self, name: str, ready_within: float = 150.0) -> str:
        """Start one service as a process of its own; returns its base URL once `/readyz` says 200.

        Services may be started in any order or together. Raises StackFault when it does not get ready in time.
        """
        around = services.Surroundings(
            mongo_url=self.mongo_url, kafka_servers=self.kafka_servers,
            http_host="127.0.0.1", http_port=self.ports[name],
            urls={service: self.url(service) for service in services.SERVICES},
            data_dir=str(self.folder.data(name.partition("-")[0])),
            operations_token=self.operations_token,
        )  # fmt: skip
        program = Program(
            name=name,
            argv=(sys.executable, "-m", services.module(name.partition("-")[0])),
            log=self.folder.log(name),
            environment={**os.environ, **_EMBEDDED, **services.environment(around), **self._named(name)},
        )
        self._say(f"Starting {name}")
        await self._supervisor.start(program)
        return await self.until_ready(name, ready_within)

    def _named(self, name: str) -> dict[str, str]:
        return {key: value.replace("{name}", name) for key, value in self._extra.items()}

    async def until_ready(self, name: str, within: float = 60.0) -> str:
        """Wait until a started service says 200 at `/readyz`, after a kill say; returns its base URL."""
        await wait_until_ready(self._supervisor.children[name], f"{self.url(name)}/readyz", within)
        return self.url(name)

    async def start_services(self, names: Iterable[str] = services.SERVICES) -> None:
        """Start several services at once and wait until all are ready."""
        await together(*(self.start_service(name) for name in names))

    async def stop(self, name: str) -> None:
        """Stop one process in good order; it stays stopped until started again."""
        await self._supervisor.stop([name])

    def kill(self, name: str, sign: signal.Signals = signal.SIGKILL) -> int:
        """Kill one process as a fault would; the supervisor starts it again. Returns the process id that was hit."""
        return self._supervisor.kill(name, sign)

    def status(self) -> list[ProcessStatus]:
        """Every process that was started, in the order of starting."""
        return [self._status(name, child) for name, child in self._supervisor.children.items()]

    def _status(self, name: str, child: Child) -> ProcessStatus:
        pid = child.process.pid if child.process is not None and child.running else None
        url = {_MONGOD: self.mongo_url, _KAFKA: self.kafka_servers}.get(name) or self.url(name)
        return ProcessStatus(name=name, running=child.running, pid=pid, restarts=child.restarts, url=url)

    def _kafka_program(self) -> Program:
        runtime = java.java(os.environ, self._say)
        installed = kafka.Installed(runtime, jars.kafka_jars(CACHE, os.environ, self._say))
        installed = archive.archived(installed, self._say)
        data = self.folder.data(_KAFKA)
        known = self.folder.read("cluster")
        cluster_id = str(known.get("id") or kafka.new_cluster_id())
        self.folder.write("cluster", {"id": cluster_id})
        listening = kafka.Listening(self.ports[_KAFKA], self.ports["kafka-controller"], self._advertised_port)
        properties = kafka.prepare(listening, data=data, cluster_id=cluster_id, installed=installed)
        return kafka.broker_program(properties, self.folder.logs, installed, os.environ)

    def _remember_children(self, alive: Mapping[str, Child]) -> None:
        self.folder.write("children", {n: asdict(child.identity) for n, child in alive.items() if child.identity})
        self.folder.write("restarts", {name: child.restarts for name, child in alive.items()})
