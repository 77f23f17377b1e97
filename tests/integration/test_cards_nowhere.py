"""A card number and a security code at every door, and none in any store, topic or log afterwards (S32, S33)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.values import stay_id
from tests.component.test_records_attachments import PDF
from tests.factories.chassis import until
from tests.factories.whole_chain import WholeChain, whole_chain
from tests.integration.test_erasure import OTHER, Guest, booking

pytestmark = pytest.mark.integration
PAN = "4556737586899855"
GROUPED = "4556-7375-8689-9855"
CODE = "CVV 917"


@pytest.fixture
async def chain(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[WholeChain]:
    async with whole_chain(mongo_url, kafka_servers, database_name, topic_prefix, tmp_path) as running:
        yield running


def held(chain: WholeChain) -> list[str]:
    """The collections in which the number can be read, in whatever groups, or the code."""
    found = []
    for service, database in chain.databases.items():
        client = chain.rows(service, "x").database.client
        for name in client[database].list_collection_names():
            text = "".join(repr(row) for row in client[database][name].find({}))
            if PAN in text or GROUPED in text or ("917" in text and CODE in text):
                found.append(f"{service}.{name}")
    return found


async def refused_by_people(chain: WholeChain, guest: Guest) -> list[tuple[str, int, list[str]]]:
    """Every door for people, told a card number: where, the status, the fields that are named."""
    record = chain.rows("records", "records").find_one({"stay_id": guest.stay})
    where, version = f"/v1/records/{record['_id']}", record["version"]
    fields = {"topic": "extra_towels", "promised_time": "22:00", "details": f"My card is {PAN}"}
    entry = {"property_id": "city", "kind": "guest_request", "fields": fields}
    hotel = {"id": "pan", "name": f"Hotel {PAN}", "zone": "Europe/Lisbon", "currency": "EUR"}
    why = {"reason_code": "guest_asked", "reason": f"It says {CODE}", "guest_id": guest.id}
    tries: list[tuple[str, str, str, Any, int | None]] = [
        ("gil", "records", "/v1/records", entry, None),
        ("gil", "records", f"{where}/notes", {"text": f"{GROUPED}."}, version),
        ("gil", "records", f"{where}/notes", {"text": CODE}, version),
        ("gil", "integrations", "/v1/drafts", {"stay_id": guest.stay, "text": PAN}, None),
        ("gil", "integrations", "/v1/guest-messages", {"stay_id": guest.stay, "topic_code": "x", "text": PAN}, None),
        ("gil", "integrations", "/v1/erasures", why, None),
        ("olga", "auth", "/v1/properties", hotel, None),
        ("olga", "records", "/ops/v1/republish", {"reason": f"because {PAN}"}, None),
    ]
    answers = []
    for who, service, path, body, seen in tries:
        said = await chain.asked(who, "POST", service, path, body, version=seen)
        assert PAN not in said.text
        answers.append((path, said.status_code, [one["field"] for one in said.json().get("breaches", ())]))
    return answers


async def poison(chain: WholeChain) -> None:
    """A record on a topic that nobody can read, with a number in it: it is parked."""
    producer = AIOKafkaProducer(bootstrap_servers=chain.servers)
    await producer.start()
    try:
        said = json.dumps({"note": f"card {GROUPED}"}).encode()
        await producer.send_and_wait(f"{chain.namespace}records.v1", said, key=b"r", headers=[("x-card", PAN.encode())])
    finally:
        await producer.stop()

    async def parked() -> bool:
        return all(chain.rows(one, "parked").count_documents({}) for one in ("alerts", "reporting", "integrations"))

    await until(parked, "it is parked")


async def test_no_card_number_and_no_security_code_is_left_anywhere(
    chain: WholeChain, capfd: pytest.CaptureFixture[str]
) -> None:
    guest = Guest(chain, "R-1", "P-1", OTHER)
    await guest.arrives()
    answers = await refused_by_people(chain, guest)
    assert [(path, status) for path, status, _ in answers if status != 422] == []
    assert [path for path, _, fields in answers if not fields] == []

    told = booking("R-2", "P-2", OTHER)
    told["guest"] |= {"last_name": f"Silva {PAN}", "cvv": "917"}
    assert (await chain.door("pms", told)).status_code in (202, 422)
    said = {"stay_id": guest.stay, "topic_code": "other", "text": f"{GROUPED} {CODE}", "message_id": "m-9"}
    assert (await chain.door("guest", said)).status_code == 202
    row = chain.rows("integrations", "messages").find_one({"body.flagged": True})
    assert "•••• 9855" in row["body"]["text"]
    headers = {"X-Request-ID": PAN, "Idempotency-Key": PAN}
    body = {"property_id": "city", "kind": "guest_request", "fields": {"topic": "extra_towels"}}
    kept = await chain.asked("gil", "POST", "records", "/v1/records", body, headers=headers)
    again = await chain.asked("gil", "POST", "records", "/v1/records", body, headers=headers)
    assert (kept.status_code, again.json()["id"]) == (201, kept.json()["id"])
    record = kept.json()
    name = {"Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="{PAN}.pdf"'}
    path = f"/v1/records/{record['id']}/attachments"
    filed = await chain.asked("gil", "POST", "records", path, version=record["version"], headers=name, content=PDF)
    assert filed.is_success
    before = await chain.told()
    await chain.quiet()
    await poison(chain)

    assert held(chain) == []
    out = capfd.readouterr()
    for where in (before.decode(errors="replace"), out.out, out.err):
        assert PAN not in where
        assert GROUPED not in where
    assert stay_id("city", NAME, "R-1") == guest.stay
