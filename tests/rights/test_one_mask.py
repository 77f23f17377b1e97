"""One mask for every way to look at a record: detail, columns, list, words, order, filter, view, answer."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services.auth.domain.policy import snapshot
from services.auth.domain.policy_edits import Edit, edited
from services.records.usecases.shown import Card, ShownRecord
from shared.chassis.policy import compiled
from shared.contracts.identity import DataClass, Role
from tests.factories.records import CHAIN
from tests.rights import furnished
from tests.rights.asking import signed
from tests.rights.houses import GRANTS, House
from tests.rights.people import Person
from tests.rights.policy_says import says
from tests.rights.rows import RECORD

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOWHERE = {"mongo_url": "mongodb://127.0.0.1:1", "kafka_servers": "127.0.0.1:1", "log_level": "CRITICAL"}
PRIVATE_FIELDS = {"details": DataClass.PRIVATE_STAY, "budget": DataClass.PAYMENT}
KIND = "upsell_preference_note"
WIDE = ",".join(ShownRecord.model_fields)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with furnished.records(NOWHERE, Path(tmp_path_factory.mktemp("records"))) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client() as client:
        yield client


def readers(house: House) -> list[Person]:
    """Those of the hotel who may read the record, each with a mask of their own."""
    held = [one for one in house.people if one.of_property]
    return [one for one in held if says(GRANTS, one.principal, "read", RECORD, one.of_department).allow]


def hidden(house: House, person: Person) -> list[str]:
    """The canaries of the classes a person may not read of the record."""
    read = says(GRANTS, person.principal, "read", RECORD, person.of_department).read
    return [canary for data_class, canary in house.canaries.items() if data_class not in read]


async def leaks(house: House, http: httpx.AsyncClient, path: str, **asked: str) -> list[str]:
    """Who was shown by a GET what they may not read."""
    found = []
    for person in readers(house):
        said = await http.get(path.format(**house.names), params=asked, headers=signed(house, person))
        assert said.status_code in (200, 403, 422), said.text
        found += [f"{person.member.id}: {canary}" for canary in hidden(house, person) if canary in said.text]
    return found


async def test_somebody_is_masked_and_somebody_is_not(house: House) -> None:
    masks = {bool(hidden(house, person)) for person in readers(house)}
    assert masks == {True, False}


@pytest.mark.parametrize(
    "columns", [WIDE, "fields", "conversation,questions", "exception_notes,checklist", "proposals"]
)
async def test_columns_show_no_more_than_the_whole(house: House, http: httpx.AsyncClient, columns: str) -> None:
    assert await leaks(house, http, "/v1/records/{record_id}", fields=columns) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"fields": ",".join(Card.model_fields)},
        {"sort": "changed"},
        {"sort": "-opened"},
        {"text": "spending preference"},
        {"kind": "upsell_preference_note", "limit": "5"},
    ],
)
async def test_lists_hold_nothing_private_for_anybody(
    house: House, http: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    for person in readers(house):
        said = await http.get("/v1/records", params={"property": "city"} | asked, headers=signed(house, person))
        assert said.status_code == 200
        assert [canary for canary in house.canaries.values() if canary in said.text] == []


async def test_words_that_people_wrote_find_nothing(house: House, http: httpx.AsyncClient) -> None:
    for person in readers(house):
        for words in (furnished.WORDS, str(furnished.AMOUNT)):
            asked = {"property": "city", "text": words}
            said = await http.get("/v1/records", params=asked, headers=signed(house, person))
            assert said.json()["cards"] == []


@pytest.mark.parametrize("name", PRIVATE_FIELDS)
async def test_order_and_filter_by_a_private_field_are_refused(
    house: House, http: httpx.AsyncClient, name: str
) -> None:
    for person in readers(house):
        for asked in ({"sort": name}, {"sort": f"-{name}"}, {name: str(furnished.AMOUNT)}):
            said = await http.get("/v1/records", params={"property": "city"} | asked, headers=signed(house, person))
            # A list is over departments of all sorts: whoever is masked in one of them would learn by its order.
            everywhere = says(GRANTS, person.principal, "read", RECORD, own=False).read
            assert said.status_code == (422 if PRIVATE_FIELDS[name] in everywhere else 403)


@pytest.mark.parametrize("name", PRIVATE_FIELDS)
async def test_no_view_is_kept_that_would_tell(house: House, http: httpx.AsyncClient, name: str) -> None:
    for number, person in enumerate(readers(house)):
        view = {"name": f"Sly {number}", "filters": {}, "sort": name, "columns": ["room"]}
        headers = signed(house, person) | {"Idempotency-Key": f"view-{name}-{number}"}
        said = await http.post("/v1/views", json=view, headers=headers)
        assert said.status_code in (403, 422)


async def test_history_queues_and_questions_are_masked_as_the_record_is(house: House, http: httpx.AsyncClient) -> None:
    paths = ("/v1/records/{record_id}/history", "/v1/records/{record_id}/owner", "/v1/stays/{stay_id}/journey")
    assert [await leaks(house, http, path) for path in paths] == [[], [], []]
    assert await leaks(house, http, "/v1/proposals", property="city") == []
    assert await leaks(house, http, "/v1/exceptions", property="city") == []


async def test_answer_of_a_command_is_masked_as_the_record_is(house: House, http: httpx.AsyncClient) -> None:
    path = f"/v1/records/{house.names['record_id']}"
    noters = [one for one in readers(house) if says(GRANTS, one.principal, "note", RECORD, one.of_department).allow]
    assert any(hidden(house, person) for person in noters)
    for number, person in enumerate(noters):
        seen = await http.get(path, params={"fields": "id"}, headers=signed(house, person))
        headers = signed(house, person) | {"Idempotency-Key": f"a-note-of-{number}", "If-Match": seen.headers["etag"]}
        said = await http.post(f"{path}/notes", json={"text": "A word of mine."}, headers=headers)
        assert said.status_code == 200, said.text
        assert [canary for canary in hidden(house, person) if canary in said.text] == []


async def test_refusals_repeat_nothing_of_the_record(house: House, http: httpx.AsyncClient) -> None:
    path = f"/v1/records/{house.names['record_id']}"
    for person in house.people:
        headers = signed(house, person) | {"Idempotency-Key": "refused-key", "If-Match": '"1"'}
        said = [
            await http.post(f"{path}/edit", json={"fields": {"budget": "x", "details": 5}}, headers=headers),
            await http.post(f"{path}/check-value", json={"value": {"$ne": 1}}, headers=headers),
            await http.post(f"{path}/approve", json={"status": "complete"}, headers=headers),
        ]
        assert all(400 <= one.status_code < 500 for one in said)
        assert [canary for one in said for canary in house.canaries.values() if canary in one.text] == []


async def test_events_hold_words_as_references_and_readers_of_staff_data_alone_see_it(house: House) -> None:
    told = b"\n".join(event.value for event in house.database.tables.events)
    assert furnished.WORDS.encode() not in told
    names = [json.dumps(event.headers(), default=str) for event in house.database.tables.events]
    assert not [name for name in names if any(canary in name for canary in house.canaries.values())]
    assert {role for person in house.people for role in person.member.roles} == set(Role)
    assert set(house.canaries) == {DataClass.PRIVATE_STAY, DataClass.PAYMENT}


@pytest_asyncio.fixture(loop_scope="module")
async def denied(house: House) -> AsyncIterator[House]:
    """The same hotel after its chain took a kind from its associates and supervisors (P1)."""
    edit = Edit(effect="deny", roles=(Role.ASSOCIATE, Role.SUPERVISOR), actions=("read",), kinds=(KIND,))
    known = house.chassis.policy.known.policies
    before, known[CHAIN] = known[CHAIN], compiled(snapshot(CHAIN, 2, edited(GRANTS, [edit])))
    yield house
    known[CHAIN] = before


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/records/{record_id}", {}),
        ("/v1/records/{record_id}", {"fields": "status"}),
        ("/v1/records/{record_id}/history", {}),
        ("/v1/records/{record_id}/owner", {}),
        ("/v1/records/{record_id}/attachments/{file_id}", {}),
        ("/v1/records", {"property": "city"}),
        ("/v1/records", {"property": "city", "kind": KIND}),
        ("/v1/records", {"property": "city", "text": "spending"}),
        ("/v1/board", {"property": "city"}),
        ("/v1/stays/{stay_id}/journey", {}),
        ("/v1/guests/{guest_id}/preferences", {}),
        ("/v1/questions", {"property": "city"}),
        ("/v1/exceptions", {"property": "city"}),
        ("/v1/proposals", {"property": "city"}),
        ("/v1/handovers/{handover_id}", {}),
    ],
)
async def test_kind_that_a_chain_denies_is_absent_everywhere(
    denied: House, http: httpx.AsyncClient, path: str, asked: dict[str, str]
) -> None:
    for person in [one for one in denied.people if one.member.roles[0] in (Role.ASSOCIATE, Role.SUPERVISOR)]:
        said = await http.get(path.format(**denied.names), params=asked, headers=signed(denied, person))
        assert said.status_code in (200, 403, 404)
        assert denied.names["record_id"] not in said.text
        assert [canary for canary in denied.canaries.values() if canary in said.text] == []


async def test_other_kinds_and_other_roles_are_as_before(denied: House, http: httpx.AsyncClient) -> None:
    people = {one.member.id: one for one in denied.people}
    held, path = denied.names, "/v1/records/"
    associate, manager = signed(denied, people["associate-own"]), signed(denied, people["duty-manager-own"])
    assert (await http.get(f"{path}{held['sold_id']}", headers=associate)).status_code == 200
    assert (await http.get(f"{path}{held['record_id']}", headers=associate)).status_code == 403
    assert (await http.get(f"{path}{held['record_id']}", headers=manager)).status_code == 200
