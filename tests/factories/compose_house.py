"""docker-compose.yml without Docker: its broker's settings, commands and environments, at addresses on this machine."""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pymongo import MongoClient

from deploy.local import jars, java
from deploy.local.kafka import Installed, broker_words
from deploy.local.mongo import binary
from deploy.local.services import SERVICES
from deploy.local.stack import CACHE

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = {"BELLBOARD_DATA_DIR", "BELLBOARD_SECRETS_DIR"}
_IMAGES_OWN = {"CLUSTER_ID"}
_VARIABLE = re.compile(r"\$\{(\w+)(?::\?[^}]*|:-([^}]*))\}")


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The services of the file as compose reads it: merge keys resolved, variables put in."""
    text = yaml.safe_dump(yaml.safe_load((ROOT / "docker-compose.yml").read_text()), width=10_000)
    filled = _VARIABLE.sub(lambda found: variables.get(found[1], found[2] or ""), text)
    services: dict[str, Any] = yaml.safe_load(filled)["services"]
    return services


def secrets(example: str) -> dict[str, str]:
    """A secret of its own for every variable that `deploy/secrets` draws one for."""
    empty = re.findall(r"^(\w+)=$", example, re.MULTILINE)
    return {name: f"secret-of-{name.lower()}" for name in empty if re.search("_(PASSWORD|TOKEN|CLUSTER_ID)", name)}


def broker_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What Apache's image makes of its environment: `___` is a dash, `__` an underscore, `_` a dot."""
    return {
        name.removeprefix("KAFKA_")
        .replace("___", "-")
        .replace("__", "\0")
        .replace("_", ".")
        .replace("\0", "_")
        .lower(): said
        for name, said in environment.items()
        if name not in _IMAGES_OWN
    }


@dataclass(frozen=True)
class Whereabouts:
    """Where the containers' names and ports lie on this machine."""

    ports: Mapping[str, int]
    data: Path

    def here(self, said: str) -> str:
        """Something compose says, with addresses of this machine in it."""
        for name in (*SERVICES, "mongo"):
            said = re.sub(rf"(?<=[/@]){name}:\d+", f"127.0.0.1:{self.ports[name]}", said)
        said = re.sub(r"^mongo:\d+$", f"127.0.0.1:{self.ports['mongo']}", said)
        said = said.replace("CLIENTS://:9092", "CLIENTS://kafka:9092")
        said = said.replace("kafka:9092", f"127.0.0.1:{self.ports['kafka']}")
        said = said.replace("localhost:9093", f"127.0.0.1:{self.ports['controller']}")
        return said.replace("localhost:9094", f"127.0.0.1:{self.ports['internal']}")

    def environment(self, service: Mapping[str, Any], name: str) -> dict[str, str]:
        """A container's environment on this machine."""
        given = service.get("environment", {})
        told = {key: self.here("" if value is None else str(value)) for key, value in given.items()}
        own = {"BELLBOARD_HTTP_HOST": "127.0.0.1", "BELLBOARD_HTTP_PORT": str(self.ports.get(name, 0))}
        folders = {variable: self.data / name / told[variable].strip("/") for variable in _FOLDERS & told.keys()}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        return told | own | {variable: str(folder) for variable, folder in folders.items()}


@contextlib.contextmanager
def broker(at: Whereabouts, environment: Mapping[str, str], cluster_id: str) -> Iterator[None]:
    """The broker with compose's settings; it ends with the block."""
    folder = at.data / "kafka"
    (folder / "logs").mkdir(parents=True)
    settings = {name: at.here(said) for name, said in broker_settings(environment).items()}
    settings["log.dirs"] = str(folder / "log")
    properties = folder / "server.properties"
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    installed = Installed(java.java(os.environ, lambda _: None), jars.kafka_jars(CACHE, os.environ, lambda _: None))
    words = ("kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties))
    subprocess.run(installed.command(*words), check=True, capture_output=True, timeout=120)
    process = subprocess.Popen(broker_words(properties, folder / "logs", installed), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def store(at: Whereabouts, password: str) -> Iterator[None]:
    """A mongod as the image starts it: its root user first, then with users asked for, in no replica set yet."""
    folder, port = at.data / "mongod", str(at.ports["mongo"])
    folder.mkdir(parents=True)
    key = at.data / "mongod.key"
    key.write_text("k" * 64)
    key.chmod(0o400)
    words = [binary(), "--dbpath", str(folder), "--port", port, "--bind_ip", "127.0.0.1", "--nounixsocket"]
    words += ["--logpath", str(at.data / "mongod.log"), "--logappend", "--wiredTigerCacheSizeGB", "0.25"]
    with _running(words), MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{port}") as alone:
        alone.admin.command("createUser", "root", pwd=password, roles=["root"])
        alone.close()
    asking = ["--replSet", "bellboard", "--keyFile", str(key), "--setParameter", "transactionLifetimeLimitSeconds=10"]
    with _running(words + asking):
        yield


@contextlib.contextmanager
def _running(words: list[str]) -> Iterator[None]:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
