"""A mongod of its own that asks for passwords, with an administrator."""

import asyncio
import contextlib
import secrets
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.mongo import binary
from deploy.local.ports import choose
from shared.chassis.mongo import DatabaseError, Mongo

ADMIN = "chief"


@dataclass(frozen=True)
class Guarded:
    """Where it listens, and its administrator's password."""

    port: int
    password: str

    def url(self, user: str, password: str) -> str:
        """The connection string of a user."""
        return f"mongodb://{user}:{password}@127.0.0.1:{self.port}/?replicaSet=guarded&authSource=admin"

    @property
    def admin_url(self) -> str:
        """The connection string of the administrator."""
        return self.url(ADMIN, self.password)


@contextlib.asynccontextmanager
async def guarded_mongod(folder: Path) -> AsyncIterator[Guarded]:
    """Start it with authorization on, make it a replica set of one and its first user; stop it in the end."""
    port, password, key = choose(["mongod"], {}, {})["mongod"], secrets.token_hex(12), folder / "key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o400)
    data = folder / "data"
    data.mkdir()
    words = [binary(), "--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    words += ["--replSet", "guarded", "--auth", "--keyFile", str(key), "--wiredTigerCacheSizeGB", "0.25"]
    words += ["--setParameter", "diagnosticDataCollectionEnabled=false", "--logpath", str(folder / "mongod.log")]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await _found(port, password)
        yield Guarded(port, password)
    finally:
        process.terminate()
        process.wait(30)


async def _found(port: int, password: str) -> None:
    """Before there is a user, this machine may make the set and the first one, and nothing else."""
    direct = Mongo(f"mongodb://127.0.0.1:{port}/?directConnection=true", "admin")
    member = {"_id": 0, "host": f"127.0.0.1:{port}"}
    try:
        for command in (
            {"replSetInitiate": {"_id": "guarded", "members": [member]}},
            {"createUser": ADMIN, "pwd": password, "roles": ["root"]},
        ):
            await _carried_out(direct, command)
    finally:
        await direct.close()


async def _carried_out(direct: Mongo, command: dict[str, object]) -> None:
    for _ in range(150):
        try:
            await direct.command(command)
        except DatabaseError:  # starting, or electing itself
            await asyncio.sleep(0.2)
        else:
            return
    raise AssertionError(f"mongod refuses {next(iter(command))}; look at its log")
