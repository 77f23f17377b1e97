"""Auth as it runs, on real servers, with a chain loaded from a file."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.auth.adapters.witness import FileWitness
from services.auth.app import Parts, build, join
from services.auth.settings import Settings
from shared.chassis.mongo import Mongo
from tests.factories.chains import PASSWORD, chain_seed
from tests.factories.chassis import running, until
from tests.factories.topics import make_topics


@dataclass
class Auth:
    """A running auth service and a client of it."""

    client: httpx.AsyncClient
    mongo: Mongo
    settings: Settings
    parts: Parts
    witness: FileWitness

    async def sign_in(self, login: str, password: str = PASSWORD, chain: str = "atlantic") -> httpx.Response:
        """Try to sign in."""
        return await self.client.post("/v1/sessions", json={"chain": chain, "login": login, "password": password})

    async def bearer(self, login: str) -> dict[str, str]:
        """Headers of a signed-in person, once the service knows them by its own topics."""
        headers = {"Authorization": f"Bearer {(await self.sign_in(login)).json()['access_token']}"}

        async def known() -> bool:
            return (await self.client.get("/v1/me", headers=headers)).status_code == 200

        await until(known, f"{login} is known")
        return headers

    async def decided(self, headers: dict[str, str], path: str) -> httpx.Response:
        """GET once the policy has arrived."""

        async def arrived() -> bool:
            return (await self.client.get(path, headers=headers)).status_code == 200

        await until(arrived, f"{path} is allowed")
        return await self.client.get(path, headers=headers)

    def rows(self, name: str) -> Any:
        """A collection of the service's own store."""
        return self.mongo.collection(name)


@pytest.fixture
async def auth(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[Auth]:
    """Auth with the chain `atlantic`."""
    await make_topics(kafka_servers, topic_prefix)
    seed = tmp_path / "chain.json"
    seed.write_text(json.dumps(chain_seed()))
    settings = Settings(
        mongo_url=mongo_url,
        kafka_servers=kafka_servers,
        mongo_database=database_name,
        kafka_namespace=topic_prefix,
        data_dir=tmp_path / "data",
        auth_seed=seed,
        loopback_issuers=True,
        log_level="WARNING",
    )
    app = build(settings)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    mongo = Mongo.of(settings)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://auth") as client:
        yield Auth(client, mongo, settings, join(settings), FileWitness(settings.witness_folder))
    await mongo.close()
