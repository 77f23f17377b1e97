"""A guest nobody else is called like goes through the whole system: where the name turns up, and where it never may."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bson
import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from deploy.demo import hotels
from deploy.demo.desk import Refused
from deploy.local.services import SERVICES
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.partner_types import PUBLISHED
from shared.contracts.topics import TOPICS
from shared.contracts.values import stay_id
from tests.e2e.conftest import House, eventually
from tests.e2e.test_golden_path import payload, push

pytestmark = pytest.mark.integration
NUMBER = "CANARY-1"
FIRST, LAST, MAIL = "Zephyrinchen", "Kanarienvogel", "zephyrinchen@kanarienvogel.example"
PHONE, PASSPORT = "+351219995544", "XK7730915"
CANARIES = tuple(word.lower().encode() for word in (FIRST, LAST, MAIL, PHONE, PASSPORT))
SAID = f"This is {FIRST} {LAST}, passport {PASSPORT}, call {PHONE} or write to {MAIL}."
MAY_HOLD = {
    "bellboard_integrations.profiles",
    "bellboard_integrations.messages",
    "bellboard_records.texts",
}
"""Where identity and words live: the stores of those who took them, and nowhere else."""


def found(where: Iterable[bytes]) -> set[bytes]:
    """The canaries in some bytes."""
    whole = b"\n".join(where).lower()
    return {canary for canary in CANARIES if canary in whole}


async def wire(house: House) -> list[bytes]:
    """Every key, header and value on every topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=house.stack.kafka_servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.subscribe([topic.name for topic in TOPICS])
        parts: list[bytes] = []
        for _ in range(400):
            batch = await consumer.getmany(timeout_ms=1500, max_records=5000)
            parts += [part for records in batch.values() for record in records for part in _bytes_of(record)]
            behind = [await consumer.position(one) < end for one, end in (await _ends(consumer)).items()]
            if behind and not any(behind):
                return parts
        raise AssertionError("the topics have no end")
    finally:
        await consumer.stop()


def _bytes_of(record: Any) -> list[bytes]:
    headers = [bytes(value or b"") for _, value in record.headers] + [name.encode() for name, _ in record.headers]
    return [record.key or b"", record.value or b"", *headers]


async def _ends(consumer: AIOKafkaConsumer) -> dict[Any, int]:
    ends: dict[Any, int] = await consumer.end_offsets(list(consumer.assignment()))
    return ends


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(house: House) -> dict[str, Any]:
    """The canary books, writes, is written about, is looked for, and causes every error there is."""
    async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
        return await _lived(house, http)


async def _subscribed(house: House, http: httpx.AsyncClient) -> None:
    """A partner that hears all it can on a topic: its rows are searched as everything else is."""
    admin = house.desk(http, "admin")
    await admin.act("integrations", "/v1/partners", {"id": "canary", "name": "Canary", "classes": ["payment"]})
    asked = {"delivery": "topic", "types": list(PUBLISHED), "classes": ["payment"]}
    await admin.act("integrations", "/v1/partners/canary/subscriptions", asked)


async def _lived(house: House, http: httpx.AsyncClient) -> dict[str, Any]:
    await _subscribed(house, http)
    booked = payload(house, "booked")
    booked["event_id"] = NUMBER
    booked["reservation"] |= {"number": NUMBER}
    booked["guest"] |= {"profile_number": "P-CANARY", "first_name": FIRST, "last_name": LAST}
    booked["guest"] |= {"email": MAIL, "phone": PHONE}
    assert (await push(house, http, booked)).status_code == 202
    stay = stay_id("city", NAME, NUMBER)
    wanted = {"stay_id": stay, "kind": "guest_request"}
    record = await eventually(lambda: house.mongo["bellboard_records"]["records"].find_one(wanted), "a request")
    manager = house.desk(http, "city.manager")
    path = f"/v1/records/{record['_id']}"
    shown = await eventually(lambda: manager.get("records", path), "it is seen")
    noted = await manager.act("records", f"{path}/notes", {"text": SAID}, shown.etag)
    said = {"stay_id": stay, "message_id": "canary-1", "channel": "whatsapp", "topic_code": "other", "text": SAID}
    door = f"{house.stack.url('integrations')}/v1/guest-messages/city/{house.tokens['city']}"
    assert (await http.post(door, json=said)).status_code == 202
    raised = {"cause": "other", "unusual": SAID, "guest_impact": SAID, "comment": SAID}
    await manager.act("records", f"{path}/exceptions", raised, noted.etag)
    await _err(house, http)
    return {"path": path, "record": record["_id"], "stay": stay, "guest": record["guest_id"]}


async def _err(house: House, http: httpx.AsyncClient) -> None:
    """Every sort of refusal, with the canary in path, query, header and body; what is said back names none of it."""
    manager = house.desk(http, "city.manager")
    found_ids = await manager.act("integrations", "/v1/guests/search", {"name": LAST})
    assert found_ids.body["ids"]
    for service in SERVICES:
        url = house.stack.url(service)
        await http.get(f"{url}/v1/{LAST}", params={"q": SAID}, headers={"X-Note": LAST})
        await http.post(f"{url}/v1/records", content=f'{{"note": "{LAST}', headers={"Content-Type": "application/json"})
        await http.post(f"{url}/v1/sessions", json={"chain": "grand", "login": "nobody", "password": SAID})
    with pytest.raises(Refused):
        await manager.act("records", "/v1/records", {"property_id": "city", "kind": LAST, "fields": {"topic": SAID}})


async def test_canary_is_where_it_belongs_and_nowhere_else(
    house: House, http: httpx.AsyncClient, lived: dict[str, Any]
) -> None:
    await eventually(lambda: _audited(house, lived["record"]), "the audit log has it")
    await eventually(lambda: house.mongo["bellboard_reporting"]["facts"].find_one({"_id": lived["record"]}), "a fact")
    told = house.mongo["bellboard_integrations"]["partner_deliveries"]
    await eventually(lambda: told.find_one({"body.subject": lived["record"]}), "the partner is told")
    assert told.find_one({"state": "held"}) is None
    assert found(await wire(house)) == set()
    assert found(log.read_bytes() for log in Path(house.stack.folder.logs).glob("*.log")) == set()
    assert found(await _measures(house, http)) == set()
    assert house.spans
    assert found(house.spans) == set()
    assert _stores(house) == MAY_HOLD


def _audited(house: House, record: str) -> bool:
    rows = house.events("records", agg=record)
    return bool(house.mongo["bellboard_auth"]["audit"].count_documents({"key": record}) >= len(rows))


async def _measures(house: House, http: httpx.AsyncClient) -> list[bytes]:
    """The metrics of every service, which are closed to whoever has no token."""
    said = []
    for service in SERVICES:
        url = f"{house.stack.url(service)}/metrics"
        assert (await http.get(url)).status_code == 401
        answer = await http.get(url, headers={"Authorization": f"Bearer {house.stack.operations_token}"})
        assert answer.status_code == 200
        assert "bellboard_outbox_depth" in answer.text
        said.append(answer.content)
    return said


def _stores(house: House) -> set[str]:
    """The collections of all services in which a canary stands."""
    names = [name for name in house.mongo.list_database_names() if name.startswith("bellboard_")]
    return {
        f"{name}.{collection}"
        for name in names
        for collection in house.mongo[name].list_collection_names()
        if found(bson.encode(row) for row in house.mongo[name][collection].find())
    }


async def test_no_secret_stands_in_a_log(house: House, lived: dict[str, Any]) -> None:
    keys = json.loads((house.stack.folder.data("auth") / "auth-keys.json").read_text())
    secrets = {hotels.PASSWORD, house.stack.operations_token, *house.tokens.values()}
    secrets |= {keys["audit"], keys["refresh"], *(key["seed"] for key in keys.get("access_keys", []))}
    secrets |= {keys.get("access", hotels.PASSWORD)}
    logs = b"".join(log.read_bytes() for log in Path(house.stack.folder.logs).glob("*.log"))
    assert lived["record"]
    assert [secret for secret in secrets if secret.encode() in logs] == []
    assert b"eyJ" not in logs


async def test_canary_is_absent_from_what_others_may_see(
    house: House, http: httpx.AsyncClient, lived: dict[str, Any]
) -> None:
    fitter = next(row["login"] for row in _accounts(house) if row["login"].startswith("city.maintenance.morning"))
    seen: list[bytes] = []
    for login in (fitter, "finance", "admin", "revenue"):
        desk = house.desk(http, login)
        seen += [await _told(desk, "records", path) for path in (lived["path"], f"{lived['path']}/history")]
        seen += [
            await _told(desk, "records", "/v1/records", property="city"),
            await _told(desk, "alerts", "/v1/alerts"),
        ]
        seen += [await _told(desk, "records", f"/v1/stays/{lived['stay']}/journey")]
        seen += [await _told(desk, "integrations", f"/v1/stays/{lived['stay']}")]
        seen += [await _told(desk, "reporting", f"/v1/reports/{name}") for name in ("day", "exceptions", "money")]
    finance = await _told(house.desk(http, "finance"), "integrations", "/v1/guests", ids=lived["guest"])
    assert b"guests_not_readable" in finance
    assert found([*seen, finance]) == set()
    manager = await _told(house.desk(http, "city.manager"), "records", lived["path"])
    assert LAST.encode() in manager


def _accounts(house: House) -> Iterable[dict[str, Any]]:
    return house.mongo["bellboard_auth"]["accounts"].find().sort("login")


async def _told(desk: Any, service: str, path: str, **asked: str) -> bytes:
    try:
        return str((await desk.get(service, path, **asked)).body).encode()
    except Refused as refusal:
        return str(refusal.problem).encode()


async def test_canary_is_in_no_export_of_the_audit_log(
    house: House, http: httpx.AsyncClient, lived: dict[str, Any]
) -> None:
    await eventually(lambda: _audited(house, lived["record"]), "the audit log has it")
    auditor = house.desk(http, "auditor")
    url = f"{house.stack.url('auth')}/v1/audit/export"
    exported = await http.get(url, headers={"Authorization": f"Bearer {await auditor._signed_in()}"}, timeout=60)
    assert exported.status_code == 200
    assert lived["record"] in exported.text
    assert found([exported.content]) == set()
