"""The database itself refuses auth's own user to alter the audit log, and auth works with that user (S48)."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from services.auth.app import audit_store, build, join
from services.auth.guard_log import guard
from services.auth.settings import Settings
from services.auth.store.log_rights import APPEND_ONLY
from shared.chassis.mongo import DatabaseError, Delete, Document, Mongo, Put
from shared.contracts.values import Scope
from tests.factories.chains import PASSWORD, chain_seed
from tests.factories.chassis import until
from tests.factories.standing import NO_BROKER
from tests.input.houses import learn_own_events
from tests.integration.auth.guarded_mongod import Guarded, guarded_mongod

pytestmark = pytest.mark.integration
USER, SECRET = "auth", "the-users-own-password"
ATLANTIC = Scope(chain="atlantic")


@dataclass
class Log:
    """A running auth whose database user cannot alter the log, and both ways into the database."""

    client: httpx.AsyncClient
    mine: Mongo
    admin: Mongo
    settings: Settings


@pytest.fixture
async def mongod(tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded_mongod(tmp_path) as started:
        yield started


@pytest.fixture
async def log(mongod: Guarded, tmp_path: Path) -> AsyncIterator[Log]:
    """Auth with a chain, a log and a checkpoint."""
    admin = Mongo(mongod.admin_url, "bellboard_auth")
    for _ in range(2):
        await guard(admin, USER, SECRET)
    seed = tmp_path / "chain.json"
    seed.write_text(json.dumps(chain_seed()))
    settings = Settings(
        mongo_url=mongod.url(USER, SECRET),
        kafka_servers=NO_BROKER,
        data_dir=tmp_path / "data-of-auth",
        auth_seed=seed,
        log_level="CRITICAL",
    )
    app, mine = build(settings), Mongo.of(settings)
    async with app.router.lifespan_context(app):
        await learn_own_events(join(settings))
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://auth") as client:
            yield Log(client, mine, admin, settings)
    await mine.close()
    await admin.close()


async def test_auth_works_and_its_log_grows_and_is_signed(log: Log) -> None:
    body = {"chain": "atlantic", "login": "ines", "password": PASSWORD}
    token = (await log.client.post("/v1/sessions", json=body)).json()["access_token"]
    ines = {"Authorization": f"Bearer {token}"}

    async def proven() -> bool:
        return (await log.client.get("/v1/audit/0/proof", headers=ines)).status_code == 200

    await until(proven, "the log is signed")
    assert len((await log.client.get("/v1/audit", headers=ines)).json()["items"]) > 5
    assert (await log.client.post("/v1/me/rota-link", headers=ines)).status_code == 201
    keyed = ines | {"Idempotency-Key": "sick-call-01"}
    assert (await log.client.post("/v1/me/absences", json={}, headers=keyed)).status_code == 201
    assert (await log.client.get("/healthz")).status_code == 200
    mongo, store = audit_store(log.settings)
    assert "atlantic" in await store.chains(ATLANTIC)
    await mongo.close()


Attempt = Callable[[Mongo, Document], Awaitable[object]]
FORGED = {"$set": {"forged": True}}


def attempts(name: str) -> list[Attempt]:
    """Every way to alter a collection of the log."""
    away = f"bellboard_auth.{name}"
    return [
        lambda mine, one: mine.collection(name).update_one({"_id": one["_id"]}, FORGED),
        lambda mine, one: mine.collection(name).update_many({}, FORGED),
        lambda mine, one: mine.collection(name).replace({"_id": one["_id"]}, {**one, "forged": True}),
        lambda mine, one: mine.collection(name).find_one_and_update({"_id": one["_id"]}, FORGED),
        lambda mine, one: mine.collection(name).bulk([Put({"_id": one["_id"]}, FORGED)]),
        lambda mine, one: mine.collection(name).bulk([Delete({"_id": one["_id"]})]),
        lambda mine, one: mine.collection(name).delete_one({"_id": one["_id"]}),
        lambda mine, one: mine.collection(name).delete_many({}),
        lambda mine, one: mine.collection(name).aggregate([{"$match": {}}, {"$out": name}]),
        lambda mine, one: mine.command({"drop": name}),
        lambda mine, one: mine.command({"collMod": name, "validator": {}}),
        lambda mine, one: mine.command({"dropIndexes": name, "index": "*"}),
        lambda mine, one: mine.command({"renameCollection": away, "to": f"{away}_gone"}, "admin"),
        lambda mine, one: mine.command({"dropDatabase": 1}),
    ]


async def refusal(attempt: Awaitable[object]) -> str:
    """What the database says to an attempt."""
    with pytest.raises(DatabaseError) as refused:
        await attempt
    return str(refused.value)


async def test_what_the_log_holds_is_neither_changed_nor_deleted_by_auths_own_user(log: Log) -> None:
    # A small log keeps no nodes yet; adding one is all that is allowed.
    await log.mine.collection("audit_nodes").insert_one({"_id": "atlantic|8|0", "hash": b"0"})
    before = {name: await log.admin.collection(name).find({}, sort=[("_id", 1)]) for name in APPEND_ONLY}
    assert all(before.values())
    tried = [
        (number, name, await refusal(attempt(log.mine, before[name][0])))
        for name in APPEND_ONLY
        for number, attempt in enumerate(attempts(name))
    ]
    assert [each for each in tried if "not authorized" not in each[2]] == []
    after = {name: await log.admin.collection(name).find({}, sort=[("_id", 1)]) for name in APPEND_ONLY}
    assert {name: after[name][: len(rows)] for name, rows in before.items()} == before


async def test_auths_own_user_gives_itself_no_other_rights(log: Log) -> None:
    asked: list[Document] = [
        {"grantRolesToUser": USER, "roles": ["root"]},
        {"updateUser": USER, "roles": ["root"]},
        {"createUser": "other", "pwd": "another-password", "roles": ["root"]},
        {"updateRole": "bellboard_auth", "privileges": [], "roles": ["root"]},
    ]
    said = [await refusal(log.mine.command(command, "admin")) for command in asked]
    assert all("not authorized" in each for each in said), said
