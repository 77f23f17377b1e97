"""The house that faults strike: two replicas of records and of reporting, auth, and a network that can fail."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from deploy.demo import hotels
from deploy.demo.desk import Answer, Desk
from deploy.demo.evidence import Evidence, gather
from deploy.local.stack import Stack
from shared.chassis import faultpoints
from shared.contracts import topics
from tests.faults.accounts import told
from tests.faults.books import Told
from tests.faults.proxy import Proxy

SCALED = ("auth", "integrations", "records", "alerts", "reporting")
PROCESSES = ("auth", "records", "records-2", "reporting", "reporting-2")
INSTANCES = tuple(f"{name}-{number}" for name in SCALED for number in (2, 3, 4))
WITH_EVENTS = ("auth", "records", "reporting")
AUDITABLE = {"topic": {"$in": list(topics.AUDITED)}}
IMPATIENT = {
    "BELLBOARD_RELAY_LEASE_S": "4",
    "BELLBOARD_STUCK_AFTER_S": "6",
    "BELLBOARD_SESSION_S": "6",
    "BELLBOARD_MAX_POLL_S": "18",
    "BELLBOARD_GRACE_S": "3",
}
"""Shorter waits than in a hotel, so that a test needs seconds where a hotel waits a minute."""


@dataclass
class House:
    """A running chain, its people, and the means to hurt it."""

    stack: Stack
    network: Proxy
    points: Path
    http: httpx.AsyncClient
    mongo: MongoClient[dict[str, Any]]
    told: list[Told] = field(default_factory=list)
    beheaded: set[str] = field(default_factory=set)

    def desk(self, records: str = "records") -> Desk:
        """The general manager, who works through one replica of records."""
        urls = self._urls | {"records": self.stack.url(records)}
        return Desk(self.http, urls, hotels.CHAIN, "city.manager", hotels.PASSWORD, told=self._note)

    def operator(self) -> Desk:
        """The administrator, who operates the services; what she does is no command about a record."""
        return Desk(self.http, self._urls, hotels.CHAIN, "admin", hotels.PASSWORD)

    @property
    def _urls(self) -> dict[str, str]:
        return {name: self.stack.url(name) for name in WITH_EVENTS}

    def _note(self, key: str, answer: Answer) -> None:
        self.told.append(told(key, answer))

    def rows(self, service: str, collection: str, **wanted: Any) -> list[dict[str, Any]]:
        """Documents of a service's store."""
        return list(self.mongo[f"bellboard_{service}"][collection].find(wanted))

    def arm(self, process: str, point: str, act: str) -> None:
        """Let the next that passes a fault point in one process meet its fate."""
        assert point in faultpoints.POINTS, point
        file = self.points / process / point
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(file.suffix + ".met").unlink(missing_ok=True)
        file.write_text(act)

    async def met(self, process: str, point: str, seconds: float = 30) -> None:
        """Wait until the process has reached the point it was armed at."""
        file = self.points / process / f"{point}.met"
        await until(file.exists, f"{process} reaches {point}", seconds)

    def holder(self, lease: str = "relay", service: str = "records") -> str:
        """The process that holds a lease of a service."""
        row = self.mongo[f"bellboard_{service}"]["leases"].find_one({"_id": lease})
        pid = int(row["owner"].rpartition(":")[2]) if row else 0
        return next((one.name for one in self.stack.status() if one.pid == pid), "")

    async def up(self, *processes: str) -> None:
        """Wait until processes answer again."""
        await asyncio.gather(*(self.stack.until_ready(one) for one in processes or PROCESSES))

    async def work(self, desk: Desk | None = None, commands: int = 4, http: str = "records") -> str:
        """A person opens a record and writes some notes on it; the record's id."""
        at = desk or self.desk(records=http)
        body = {"property_id": "city", "kind": "guest_request", "room": "101", "fields": {"topic": "extra_towels"}}
        answer = await at.act("records", "/v1/records", body)
        record = str(answer.body["id"])
        for number in range(commands - 1):
            note = {"text": f"note {number}"}
            answer = await at.act("records", f"/v1/records/{record}/notes", note, answer.etag)
        return record

    async def work_until_met(self, process: str, point: str, http: str = "records-2") -> None:
        """Work until a process reaches the point it was armed at."""
        desk, file = self.desk(records=http), self.points / process / f"{point}.met"
        for _ in range(100):
            await self.work(desk, 2)
            if file.exists():
                return
        raise AssertionError(f"{process} never reached {point}")

    def restarts(self, process: str) -> int:
        """How often a process was started again."""
        return next(one.restarts for one in self.stack.status() if one.name == process)

    async def recover(self) -> None:
        """Mend everything that a test left broken."""
        self.network.mend()
        for armed in self.points.glob("*/*"):
            armed.unlink()
        for one in self.stack.status():
            if one.running:
                self.stack.kill(one.name, signal.SIGCONT)
        there = {one.name for one in self.stack.status()}
        if "kafka" not in there:
            await self.stack.start_kafka()
        await self.stack.start_services([one for one in PROCESSES if one not in there])
        await self.up()

    def signal(self, process: str, sign: signal.Signals) -> None:
        """Send a signal."""
        self.stack.kill(process, sign)

    async def drained(self) -> None:
        """Wait until every event is sent, in reporting's facts and in the audit log."""
        try:
            await until(lambda: not self._on_the_way(), "every event has had its effect", 60)
        except AssertionError as late:
            raise AssertionError(f"{late} ({self._on_the_way()})") from late

    def _on_the_way(self) -> str:
        pending = {name: self.mongo[f"bellboard_{name}"]["events"].count_documents({"st": 0}) for name in WITH_EVENTS}
        if any(pending.values()):
            return f"unsent: {pending}"
        newest = {row["_id"]: row["ver"] for row in self._newest_records()}
        reached = {row["agg"]: row["seq"] for row in self.rows("reporting", "cursors", _id={"$regex": "^reporting\\|"})}
        behind = [one for one, version in newest.items() if reached.get(one, 0) < version]
        if behind:
            return f"{len(behind)} facts are behind"
        written = sum(self.mongo[f"bellboard_{name}"]["events"].count_documents(AUDITABLE) for name in WITH_EVENTS)
        entries = self.mongo["bellboard_auth"]["audit"].count_documents({})
        return f"{written - entries} entries are missing" if entries < written else ""

    def _newest_records(self) -> list[dict[str, Any]]:
        newest = {"$group": {"_id": "$agg", "ver": {"$max": "$ver"}}}
        found = self.mongo["bellboard_records"]["events"].aggregate([{"$match": {"topic": topics.RECORDS}}, newest])
        return list(found)

    async def evidence(self, processes: Sequence[str] = PROCESSES) -> Evidence:
        """Stores and topics as they are, once nothing is on its way."""
        await self.up(*processes)
        await self.drained()
        return await gather(self.stack.mongo_url, self.stack.kafka_servers)


@asynccontextmanager
async def house(
    folder: Path, processes: Sequence[str] = PROCESSES, waits: Mapping[str, str] = IMPATIENT
) -> AsyncIterator[House]:
    """A house that works with these processes; it ends with the block. More instances of each may be started in it."""
    points = folder / "points"
    environment = {
        **waits,
        faultpoints.VARIABLE: f"{points}/{{name}}",
        "BELLBOARD_AUTH_SEED": str(hotels.write(folder, 7)),
        "BELLBOARD_CONNECTIONS": hotels.connections(),
    }
    stack = Stack(folder=folder, environment=environment, replicas=INSTANCES, proxied_kafka=True)
    stack.open()
    network = Proxy(stack.ports["kafka-proxy"], stack.ports["kafka"])
    try:
        await network.start()
        await asyncio.gather(stack.start_mongo(), stack.start_kafka())
        await stack.start_services(processes)
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            with MongoClient[dict[str, Any]](stack.mongo_url, tz_aware=True) as mongo:
                yield House(stack, network, points, http, mongo)
    finally:
        await stack.close()
        await network.stop()


async def until(true: Any, what: str, seconds: float = 30) -> None:
    """Wait until something holds; fail with its name when it does not."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = true()
        if await found if asyncio.iscoroutine(found) else found:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        await asyncio.sleep(0.1)
