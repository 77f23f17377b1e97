"""The embedded Kafka: one KRaft node, formatted once, its settings written anew at every start."""

import base64
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.local.jars import RECIPE
from deploy.local.supervisor import Program

# A broker of one machine and a few hundred events a second lives for minutes: the second compiler and a parallel
# collector cost it more at the start than they ever give back.
SMALL = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


@dataclass(frozen=True)
class Installed:
    """A Java, Kafka's verified jars, and an archive of the classes in them where there is one."""

    java: str
    jars: Path
    archive: Path | None = None

    def command(self, *words: str) -> tuple[str, ...]:
        """The words that run a class of Kafka: JVM options, then the class and its arguments."""
        shared = (f"-XX:SharedArchiveFile={self.archive}",) if self.archive else ()
        return (self.java, "-cp", f"{self.jars}/*", *shared, *SMALL, *words)


@dataclass(frozen=True)
class Listening:
    """Where the node listens, and the port that it tells clients to use (another one when a proxy stands before it)."""

    port: int
    controller_port: int
    advertised_port: int


def broker_settings(at: Listening, data: Path) -> dict[str, str]:
    """The node's server.properties."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{at.controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{at.port},CONTROLLER://127.0.0.1:{at.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{at.advertised_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(data / "log"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        # A killed broker is fenced until its old session ends: 12 s by default, 5 s with these.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
    }


def prepare(at: Listening, *, data: Path, cluster_id: str, installed: Installed) -> Path:
    """Write the settings and format the storage if it is new; returns the settings file.

    Raises StackFault when Kafka refuses to format it.
    """
    properties = data / "server.properties"
    settings = broker_settings(at, data)
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    if (data / "log" / "meta.properties").exists():
        return properties
    done = subprocess.run(
        installed.command("kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise StackFault(f"Kafka could not format {data} ({said[0][:200]}); start afresh with `rm -r {data}`.")
    return properties


def broker_words(properties: Path, logs: Path, installed: Installed, *options: str) -> tuple[str, ...]:
    """The command that runs a broker; `options` are for the JVM."""
    return installed.command(
        *options, "-XX:+ExitOnOutOfMemoryError", f"-XX:ErrorFile={logs}/kafka-crash.log",
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={RECIPE / 'log4j2.properties'}",
        f"-Dbellboard.log.file={logs / 'kafka-broker.log'}",
        "kafka.Kafka", str(properties),
    )  # fmt: skip


def broker_program(properties: Path, logs: Path, installed: Installed, environment: Mapping[str, str]) -> Program:
    """The broker as a supervised program."""
    return Program(
        name="kafka",
        argv=broker_words(properties, logs, installed),
        log=logs / "kafka.log",
        environment=environment,
        grace=20.0,
    )


def new_cluster_id() -> str:
    """A KRaft cluster id: 16 random bytes in URL-safe base64 without padding, never beginning with a dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):  # the formatting tool would take it for an option
            return text
