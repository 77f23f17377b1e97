"""A guest is forgotten over real servers: nothing readable is left anywhere, everybody else's words stay (S50, S51)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.integrations.pms.hotel_bookings.columns import NAME
from services.reporting.domain import facts_hash
from services.reporting.store.facts import fact_of
from shared.contracts.values import stay_id
from tests.component.test_records_attachments import PDF
from tests.factories.bookings import payloads, small_schedule
from tests.factories.chassis import until
from tests.factories.verified import check_sound
from tests.factories.whole_chain import WholeChain, whole_chain

pytestmark = pytest.mark.integration

CANARY, OTHER = "Zebediah Quillfeather", "Wilhelmina Ambrosius"
WHY = {"reason_code": "guest_asked", "reason": f"A letter of {CANARY}"}
AGREED = {"decision": "approve", "reason": "The signature was compared"}
Rows = list[dict[str, Any]]


@pytest.fixture
async def chain(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[WholeChain]:
    async with whole_chain(mongo_url, kafka_servers, database_name, topic_prefix, tmp_path) as running:
        yield running


def booking(number: str, profile: str, name: str) -> dict[str, Any]:
    """A reservation as its PMS tells it, of a guest with this name."""
    first, last = name.split()
    told = json.loads(json.dumps(payloads(small_schedule())[0]))
    told["event_id"] = f"event-{number}"
    told["reservation"]["number"] = number
    told["guest"] |= {"profile_number": profile, "first_name": first, "last_name": last}
    told["guest"] |= {"email": f"{last}@example.org".lower(), "phone": "+351 900 000 000"}
    return told  # type: ignore[no-any-return]  # JSON there and back


class Guest:
    """A guest with a booking, a message, a draft, a record with words and a file."""

    def __init__(self, chain: WholeChain, number: str, profile: str, name: str) -> None:
        self.chain, self.name, self.told = chain, name, booking(number, profile, name)
        self.stay = stay_id("city", NAME, number)
        self.id = self.record = ""

    async def arrives(self) -> None:
        """Leave traces in every store."""
        chain, said = self.chain, f"Please, for {self.name}"
        assert (await chain.door("pms", self.told)).status_code == 202
        self.id = chain.rows("integrations", "stays").find_one({"_id": self.stay})["guest"]
        message = {"stay_id": self.stay, "topic_code": "baby_cot", "text": said, "message_id": f"m-{self.stay}"}
        assert (await chain.door("guest", message | {"channel": "whatsapp"})).status_code == 202
        await chain.done("gil", "POST", "integrations", "/v1/drafts", {"stay_id": self.stay, "text": said})

        async def mirrored() -> bool:
            return bool(chain.rows("records", "stays").count_documents({"_id": self.stay}))

        await until(mirrored, "records knows the stay")
        fields = {"topic": "extra_towels", "promised_time": "22:00", "details": said}
        body = {"property_id": "city", "kind": "guest_request", "stay_id": self.stay, "fields": fields}
        record = await chain.done("gil", "POST", "records", "/v1/records", body)
        self.record = record["id"]
        where = f"/v1/records/{self.record}"
        noted = await chain.done("gil", "POST", "records", f"{where}/notes", {"text": said}, version=record["version"])
        headers = {"Content-Type": "application/pdf"}
        path, content = f"{where}/attachments", PDF + self.name.encode()
        kept = await chain.asked(
            "gil", "POST", "records", path, version=noted["version"], headers=headers, content=content
        )
        assert kept.is_success, kept.text

    async def is_forgotten(self, *, asks: str = "gil", agrees: str = "olga") -> dict[str, Any]:
        """The request, once every store has confirmed."""
        asked = await self.chain.done(asks, "POST", "integrations", "/v1/erasures", WHY | {"guest_id": self.id})
        where = f"/v1/erasures/{asked['id']}"
        await self.chain.done(agrees, "POST", "integrations", f"{where}/decision", AGREED, version=1)
        return await self.when_done(where)

    async def when_done(self, where: str, run: int = 1) -> dict[str, Any]:
        """The request in the state `done`."""

        async def done() -> bool:
            now = await self.chain.done("gil", "GET", "integrations", where)
            return bool(now["state"] == "done" and now["run"] == run)

        await until(done, "every store has confirmed", 60)
        found: dict[str, Any] = await self.chain.done("gil", "GET", "integrations", where)
        return found


def everywhere(chain: WholeChain, name: str) -> set[str]:
    """The collections in which some part of a name can be read."""
    parts = [part.encode() for word in name.split() for part in (word, word.lower())]
    found = set()
    for service, database in chain.databases.items():
        client = chain.rows(service, "x").database.client
        for collection in client[database].list_collection_names():
            held = b"".join(repr(row).encode() for row in client[database][collection].find({}))
            found |= {f"{service}.{collection}" for part in parts if part in held}
    return found


def totals(chain: WholeChain) -> str:
    """A hash over every fact that reports are made of."""
    return facts_hash([fact_of(row) for row in chain.rows("reporting", "facts").find({}).sort("_id")])


async def export(chain: WholeChain) -> str:
    """The whole audit log, verified."""
    await chain.quiet()
    answer = await chain.asked("ines", "GET", "auth", "/v1/audit/export")
    check_sound(answer.text)
    return answer.text


async def test_nothing_readable_is_left_of_one_guest_and_everything_of_the_other(
    chain: WholeChain, capfd: pytest.CaptureFixture[str]
) -> None:
    gone, stays = Guest(chain, "R-1", "P-1", CANARY), Guest(chain, "R-2", "P-2", OTHER)
    await gone.arrives()
    await stays.arrives()
    held = everywhere(chain, CANARY)
    assert held >= {"integrations.profiles", "integrations.messages", "integrations.drafts", "records.texts"}
    assert "records.attachments.chunks" in held
    await chain.quiet()
    before, others = totals(chain), everywhere(chain, OTHER)

    erased = await gone.is_forgotten()

    assert everywhere(chain, CANARY) == set()
    assert everywhere(chain, OTHER) == others
    assert totals(chain) == before
    counts = {one["store"]: (one["values"], one["files"]) for one in erased["confirmed"]}
    assert counts["integrations"] == (3, 0)
    assert (counts["records"][0] >= 2, counts["records"][1]) == (True, 1)
    assert erased["missing"] == []
    told, log = await chain.told(), await export(chain)
    out = capfd.readouterr()
    for word in CANARY.split():
        assert word.encode() not in told
        assert word not in log
        assert word not in out.out + out.err
    ledger = (chain.folder / "integrations" / "erasures" / "demo.erasures.jsonl").read_text()
    assert gone.id in ledger
    assert "Quillfeather" not in ledger


async def test_name_comes_back_by_no_road_and_a_restored_backup_is_erased_again(chain: WholeChain) -> None:
    guest = Guest(chain, "R-1", "P-1", CANARY)
    await guest.arrives()
    texts: Rows = list(chain.rows("records", "texts").find({}))
    profiles: Rows = list(chain.rows("integrations", "profiles").find({}))
    first = await guest.is_forgotten()
    later = guest.told | {"event_id": "event-later", "occurred_at": "2027-01-01T00:00:00Z"}
    assert (await chain.door("pms", later)).status_code == 202
    assert everywhere(chain, CANARY) == set()

    chain.rows("records", "texts").insert_many(texts)
    chain.rows("integrations", "profiles").delete_many({})
    chain.rows("integrations", "profiles").insert_many(profiles)
    assert everywhere(chain, CANARY) == {"records.texts", "integrations.profiles"}
    replayed = await chain.done("gil", "POST", "integrations", "/v1/erasures/replay")
    newest = (await chain.done("gil", "GET", "integrations", "/v1/erasures"))["items"][0]
    assert (newest["guest_id"], newest["id"] != first["id"]) == (guest.id, True)
    await guest.when_done(f"/v1/erasures/{newest['id']}", run=2)

    assert replayed == {"erasures": 1}
    assert everywhere(chain, CANARY) == set()


async def test_erasure_needs_the_right_and_a_second_person_and_is_asked_for_once(chain: WholeChain) -> None:
    guest = Guest(chain, "R-1", "P-1", CANARY)
    await guest.arrives()
    body = WHY | {"guest_id": guest.id}
    refused = [
        await chain.asked("ana", "POST", "integrations", "/v1/erasures", body),
        await chain.asked("gil", "POST", "integrations", "/v1/erasures", body | {"guest_id": "nobody"}),
        await chain.asked("gil", "POST", "integrations", "/v1/erasures", body | {"reason": "4111 1111 1111 1111"}),
        await chain.asked("gil", "POST", "integrations", "/v1/erasures", body | {"reason": " "}),
    ]
    assert [answer.status_code for answer in refused] == [403, 404, 422, 422]
    asked = await chain.done("gil", "POST", "integrations", "/v1/erasures", body)
    where = f"/v1/erasures/{asked['id']}"
    again = await chain.asked("olga", "POST", "integrations", "/v1/erasures", body)
    own = await chain.asked("gil", "POST", "integrations", f"{where}/decision", AGREED, version=1)
    stale = await chain.asked("olga", "POST", "integrations", f"{where}/decision", AGREED, version=2)
    free = await chain.asked("olga", "POST", "integrations", f"{where}/decision", AGREED)
    wrong = await chain.asked("olga", "POST", "integrations", f"{where}/decision", {"decision": "maybe"}, version=1)
    said = [(answer.status_code, answer.json()["code"]) for answer in (again, own, stale, free, wrong)]
    assert said[:2] == [(409, "erasure_open"), (403, "own_request")]
    assert [status for status, _ in said[2:]] == [412, 428, 422]
    assert everywhere(chain, CANARY) >= {"integrations.profiles", "records.texts"}
    no = await chain.done(
        "olga", "POST", "integrations", f"{where}/decision", AGREED | {"decision": "reject"}, version=1
    )
    assert (no["state"], no["decided_by"] is not None) == ("rejected", True)
    assert chain.rows("integrations", "events").count_documents({"type": "guest.erased.v1"}) == 0
