"""Three Kafka brokers of a test's own, each with a copy of everything."""

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import jars, java
from deploy.local.kafka import Installed, Listening, broker_settings, broker_words, new_cluster_id
from deploy.local.ports import choose
from deploy.local.stack import CACHE
from deploy.local.topics import administered, wait_for_broker

NAMES = ("one", "two", "three")


@dataclass
class Brokers:
    """The three, by node id from 1."""

    folder: Path
    ports: tuple[int, ...]
    installed: Installed
    running: dict[int, subprocess.Popen[bytes]]

    @property
    def servers(self) -> str:
        """All three."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def start(self, node: int) -> None:
        """Start one, or start it again on what it had."""
        home = self.folder / str(node)
        words = broker_words(home / "server.properties", home / "logs", self.installed)
        self.running[node] = subprocess.Popen(words, stdout=subprocess.DEVNULL)

    def kill(self, node: int) -> None:
        """As when a machine is lost."""
        self.running[node].send_signal(signal.SIGKILL)
        self.running[node].wait()

    async def leader(self, topic: str, partition: int = 0) -> int:
        """The node that leads a partition, -1 for none."""
        async with administered(self.servers) as admin:
            [found] = await admin.describe_topics([topic])
        return next(int(each["leader"]) for each in found["partitions"] if each["partition"] == partition)


@asynccontextmanager
async def three_brokers(folder: Path) -> AsyncIterator[Brokers]:
    """A cluster of three; it ends with the block."""
    chosen = choose((*NAMES, *(f"{name}-controller" for name in NAMES)), {}, {})
    ports = tuple(chosen[name] for name in NAMES)
    controllers = tuple(chosen[f"{name}-controller"] for name in NAMES)
    installed = Installed(java.java(os.environ, lambda _: None), jars.kafka_jars(CACHE, os.environ, lambda _: None))
    made, cluster = Brokers(folder, ports, installed, {}), new_cluster_id()
    for node in range(1, 4):
        _format(made, node, controllers, cluster)
    try:
        for node in range(1, 4):
            made.start(node)
        await wait_for_broker(made.servers, within=90)
        yield made
    finally:
        for process in made.running.values():
            process.kill()
        for process in made.running.values():
            process.wait()


def _format(made: Brokers, node: int, controllers: Sequence[int], cluster: str) -> None:
    home, port = made.folder / str(node), made.ports[node - 1]
    (home / "logs").mkdir(parents=True)
    voters = ",".join(f"{number}@127.0.0.1:{controller}" for number, controller in enumerate(controllers, 1))
    settings = broker_settings(Listening(port, controllers[node - 1], port), home) | {
        "node.id": str(node),
        "controller.quorum.voters": voters,
        "offsets.topic.replication.factor": "3",
        "offsets.topic.num.partitions": "1",
        "controller.quorum.election.timeout.ms": "1000",
        "controller.quorum.fetch.timeout.ms": "1500",
    }
    properties = home / "server.properties"
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    words = ("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties))
    subprocess.run(made.installed.command(*words), check=True, capture_output=True, timeout=120)
