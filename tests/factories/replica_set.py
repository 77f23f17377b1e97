"""Three mongods of a test's own, which hold elections within seconds."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local.mongo import REPLICA_SET, binary, mongod_program
from deploy.local.ports import choose

QUICK = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 400, "heartbeatTimeoutSecs": 2}


@dataclass
class Members:
    """The three, by port."""

    folder: Path
    ports: tuple[int, ...]
    running: dict[int, subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        """All three as one."""
        return f"mongodb://{','.join(f'127.0.0.1:{port}' for port in self.ports)}/?replicaSet={REPLICA_SET}"

    def start(self, port: int) -> None:
        """Start one, or start it again on what it had."""
        data = self.folder / str(port)
        data.mkdir(exist_ok=True)
        program = mongod_program(binary(), port, data, self.folder, os.environ)
        with (self.folder / f"{port}.log").open("ab") as log:
            self.running[port] = subprocess.Popen(program.argv, stdout=log, stderr=log)

    def signal(self, port: int, sign: signal.Signals) -> None:
        """Kill, freeze or wake one."""
        self.running[port].send_signal(sign)
        if sign is signal.SIGKILL:
            self.running[port].wait()

    async def ask(self, port: int, command: dict[str, Any]) -> dict[str, Any]:
        """One member by itself."""
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=1000, socketTimeoutMS=5000
        )
        try:
            return dict(await client.admin.command(command))
        finally:
            await client.close()

    async def primary(self, besides: int | None = None) -> int:
        """Who takes writes now; with `besides`, once it is somebody else."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for port in self.ports:
                with contextlib.suppress(PyMongoError):
                    if port != besides and (await self.ask(port, {"hello": 1})).get("isWritablePrimary"):
                        return port
            await asyncio.sleep(0.2)
        raise AssertionError("nobody is primary")


@asynccontextmanager
async def three_mongods(folder: Path) -> AsyncIterator[Members]:
    """A replica set of three; it ends with the block."""
    members = Members(folder, tuple(choose(("one", "two", "three"), {}, {}).values()), {})
    try:
        for port in members.ports:
            members.start(port)
        hosts = [{"_id": number, "host": f"127.0.0.1:{port}"} for number, port in enumerate(members.ports)]
        await _answers(members)
        await members.ask(
            members.ports[0],
            {"replSetInitiate": {"_id": REPLICA_SET, "members": hosts, "settings": QUICK}},
        )
        await members.primary()
        yield members
    finally:
        for process in members.running.values():
            process.kill()
        for process in members.running.values():
            process.wait()


async def _answers(members: Members) -> None:
    for port in members.ports:
        while True:
            with contextlib.suppress(PyMongoError):
                await members.ask(port, {"ping": 1})
                break
            await asyncio.sleep(0.2)
