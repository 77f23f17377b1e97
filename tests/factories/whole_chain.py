"""A whole chain in one process, on real servers: every service but the console, who works there, and what leaks."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI
from pymongo import MongoClient

from services.alerts.app import assemble as assemble_alerts
from services.alerts.settings import Settings as AlertSettings
from services.auth.app import build as build_auth
from services.auth.settings import Settings as AuthSettings
from services.integrations.app import Parts, assemble, parts
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.app import build as build_records
from services.records.settings import Settings as RecordsSettings
from services.reporting import events as reported
from services.reporting.app import assemble as assemble_reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.service import Chassis
from shared.contracts import topics
from shared.contracts.topics import TOPICS
from shared.contracts.values import Scope
from tests.factories.chains import PASSWORD, chain_seed, person
from tests.factories.chassis import running, until
from tests.factories.topics import make_topics
from tests.fakes.traces import FakeTraceSink

CHAIN = "demo"
SERVICES = ("auth", "integrations", "records", "alerts", "reporting")
REPORTED = {"reporting": reported.TOPICS, "reporting.cash": (topics.MONEY,), "reporting.stays": (topics.STAYS,)}
"""What the groups of reporting read."""
READY = {"auth": "/v1/staff", "integrations": "/v1/stays", "records": "/v1/kinds", "alerts": "/v1/alerts"}
GIL = person("gil", "general_manager", properties=None)
KEYS = iter(range(1, 10**9))


@dataclass
class WholeChain:
    """The services by name, and the people's tokens once they have signed in."""

    clients: dict[str, httpx.AsyncClient]
    databases: dict[str, str]
    parts: Parts
    mongo_url: str
    servers: str
    namespace: str
    folder: Path
    tokens: dict[str, str]

    async def sign_in(self, login: str) -> None:
        """Get a person a token that every service takes."""
        body = {"chain": CHAIN, "login": login, "password": PASSWORD}
        said = await self.clients["auth"].post("/v1/sessions", json=body)
        assert said.status_code == 201, said.text
        self.tokens[login] = said.json()["access_token"]

    async def asked(
        self, who: str, method: str, service: str, path: str, body: Any = None, version: int | None = None, **more: Any
    ) -> httpx.Response:
        """One request of a person's, with a key of its own."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": f"whole-chain-{next(KEYS)}"}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        headers |= more.pop("headers", {})
        return await self.clients[service].request(method, path, json=body, headers=headers, **more)

    async def done(self, who: str, method: str, service: str, path: str, body: Any = None, **more: Any) -> Any:
        """The answer to a request that is not refused."""
        said = await self.asked(who, method, service, path, body, **more)
        assert said.is_success, f"{method} {path}: {said.status_code} {said.text}"
        return said.json()

    async def door(self, kind: str, body: object) -> httpx.Response:
        """Knock at a machine's door of the city hotel."""
        found = {one.property_id: one.token for one in await self.parts.connections.all(Scope(chain=CHAIN))}
        paths = {"pms": "/v1/pms/city/{}/hotel-bookings/events", "guest": "/v1/guest-messages/city/{}"}
        return await self.clients["integrations"].post(paths[kind].format(found["city"]), json=body)

    def rows(self, service: str, name: str) -> Any:
        """A collection of one service, as the test's own client sees it."""
        return MongoClient[dict[str, Any]](self.mongo_url)[self.databases[service]][name]

    async def told(self) -> bytes:
        """Every key, header and value on every topic."""
        names = [self.namespace + topic.name for topic in TOPICS]
        consumer = AIOKafkaConsumer(*names, bootstrap_servers=self.servers, auto_offset_reset="earliest")
        await consumer.start()
        try:
            places = sorted(consumer.assignment())
            ends = await consumer.end_offsets(places)
            seen: list[bytes] = []
            while any([await consumer.position(place) < ends[place] for place in places]):
                for some in (await consumer.getmany(timeout_ms=200)).values():
                    seen += [
                        b"|".join([one.key or b"", one.value or b"", *(v for _, v in one.headers)]) for one in some
                    ]
            return b"\n".join(seen)
        finally:
            await consumer.stop()

    async def quiet(self) -> None:
        """Wait until every outbox is empty, every event can be found in the log, and reports have heard of all."""

        async def still() -> bool:
            waits = [self.rows(each, "events").count_documents({"st": 0}) for each in SERVICES]
            told = sum(
                self.rows(each, "events").count_documents({"topic": {"$ne": "audit.checkpoints.v1"}})
                for each in SERVICES
            )
            found = int(self.rows("auth", "audit_facts").count_documents({}))
            return not any(waits) and found >= told and self._reported()

        await until(still, "every event is in the audit log and in the reports", 60)

    def _reported(self) -> bool:
        """Whether every group of reporting has come to the newest version of each aggregate that it reads."""
        reached = {row["_id"]: row["seq"] for row in self.rows("reporting", "cursors").find({})}
        for group, read in REPORTED.items():
            for service in SERVICES:
                newest = {"$group": {"_id": {"topic": "$topic", "agg": "$agg"}, "ver": {"$max": "$ver"}}}
                wanted = {"$match": {"topic": {"$in": list(read)}}}
                for row in self.rows(service, "events").aggregate([wanted, newest]):
                    one = row["_id"]
                    if reached.get(f"{group}|{one['topic']}|{one['agg']}", 0) < row["ver"]:
                        return False
        return True


def seed(folder: Path) -> Path:
    """The chain's people in a file."""
    whole = chain_seed(CHAIN)
    file = folder / "chain.json"
    staff = [*whole["staff"], GIL]
    file.write_text(json.dumps(whole | {"staff": staff}))
    return file


def built(told: Mapping[str, Any], databases: Mapping[str, str], folder: Path) -> tuple[dict[str, FastAPI], Parts]:
    """The apps, not yet started."""

    def of(name: str) -> dict[str, Any]:
        return {**told, "mongo_database": databases[name], "data_dir": folder / name}

    have = parts(IntegrationsSettings(**of("integrations"), connections=specs(CHAIN)))
    alerts, reporting = AlertSettings(**of("alerts")), ReportingSettings(**of("reporting"))
    apps = {
        "auth": build_auth(AuthSettings(**of("auth"), auth_seed=seed(folder))),
        "integrations": assemble(have),
        "records": build_records(RecordsSettings(**of("records"))),
        "alerts": assemble_alerts(Chassis(alerts), alerts),
        "reporting": assemble_reporting(Chassis(reporting), reporting, FakeTraceSink()),
    }
    return apps, have


@contextlib.asynccontextmanager
async def whole_chain(
    mongo_url: str, servers: str, database: str, namespace: str, folder: Path, **more: Any
) -> AsyncIterator[WholeChain]:
    """Every service on databases and topics of its own; its people have signed in and are known everywhere."""
    await make_topics(servers, namespace)
    told = {"mongo_url": mongo_url, "kafka_servers": servers, "kafka_namespace": namespace, "erasure_settle_s": 0.5}
    databases = {name: f"{database}-{name}" for name in SERVICES}
    apps, have = built({**told, "log_level": "INFO", **more}, databases, folder)
    async with contextlib.AsyncExitStack() as stack:
        clients = {}
        for name, app in apps.items():
            await stack.enter_async_context(running(app))
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
            client = httpx.AsyncClient(transport=transport, base_url=f"http://{name}")
            clients[name] = await stack.enter_async_context(client)
        chain = WholeChain(clients, databases, have, mongo_url, servers, namespace, folder, {})
        for login in ("ana", "gil", "olga", "ines"):
            await chain.sign_in(login)
        await _known(chain)
        yield chain


async def _known(chain: WholeChain) -> None:
    async def everywhere() -> bool:
        answers = [await chain.asked("gil", "GET", service, path) for service, path in READY.items()]
        return all(answer.status_code == 200 for answer in answers)

    await until(everywhere, "the general manager is known in every service", 60)
