"""Every route of every service, asked by a person of every role in every place: allowed is what the policy allows."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.chassis.guarding import HEADERS
from shared.contracts.identity import DataClass
from tests.factories.standing import NO_BROKER
from tests.rights import furnished
from tests.rights.asking import answer_of, ask, may, plain, said_of, signed, stranger_names, wrongs
from tests.rights.houses import Build, House
from tests.rights.people import Person
from tests.rights.routes import meant_elsewhere, routes_of
from tests.rights.rows import Door, Place, Row
from tests.rights.tables import TABLES

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]
SERVICES: dict[str, Build] = {
    "alerts": furnished.alerts,
    "auth": furnished.auth,
    "integrations": furnished.integrations,
    "records": furnished.records,
    "reporting": furnished.reporting,
}
PROTECTING = {name.lower() for name in HEADERS}
RECORD_ROW = next(row for row in TABLES["records"] if row.route == "GET /v1/records/{record_id}")
CHARGED = furnished.CHARGED
JSON = {"Content-Type": "application/json"}
OTHER_TENANT = {"X-Chain": "elsewhere", "X-Tenant-Id": "elsewhere", "X-Chain-Id": "elsewhere"}
OTHER_TENANT_ASKED = {"chain": "elsewhere", "tenant": "elsewhere", "chain_id": "elsewhere"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=sorted(SERVICES))
async def house(
    request: pytest.FixtureRequest, mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    name = request.param
    database = f"test_rights_{name}_{os.getpid()}"
    told = {"mongo_url": mongo_url, "mongo_database": database, "kafka_servers": NO_BROKER, "log_level": "CRITICAL"}
    async with SERVICES[name](told, tmp_path_factory.mktemp(name)) as made:
        yield made


def strangers(house: House, row: Row) -> list[Person]:
    """Who was granted what the row does, but elsewhere."""
    return [person for person in house.people if not person.of_property and may(row, person)]


def rows(house: House, *doors: Door) -> list[Row]:
    return [row for row in TABLES[house.name] if row.door in doors]


async def test_every_route_is_in_the_table_and_no_other(house: House) -> None:
    assert routes_of(house.app) == {row.route for row in TABLES[house.name]}


async def test_allowed_is_what_the_policy_allows(house: House) -> None:
    wrong = []
    async with house.client() as http:
        for row in rows(house, Door.GRANTED):
            for person in house.people:
                said = await ask(http, row, house.names, signed(house, person))
                wrong += [f"{row.route} by {person.member.id}: {each}" for each in wrongs(house, row, person, said)]
    assert not wrong, "\n".join(wrong)


async def test_what_is_another_hotels_is_as_absent_as_what_never_was(house: House) -> None:
    wrong = []
    async with house.client() as http:
        for row in [one for one in rows(house, Door.GRANTED) if one.place is Place.PROPERTY]:
            for person in strangers(house, row):
                theirs = await ask(http, row, house.names, signed(house, person))
                nobodys = await ask(http, row, stranger_names(house.names), signed(house, person))
                told = [plain(theirs, house.names), plain(nobodys, stranger_names(house.names))]
                wrong += [f"{row.route} by {person.member.id}: {told}"] * (told[0] != told[1])
    assert not wrong, "\n".join(wrong)


async def test_tenant_of_a_request_is_the_token_and_nothing_else(house: House) -> None:
    wrong = []
    async with house.client() as http:
        for row in rows(house, Door.GRANTED, Door.SIGNED_IN):
            for person in [one for one in house.people if one.member.id.endswith(("manager-own", "admin-foreign"))]:
                bare = await ask(http, row, house.names, signed(house, person))
                claimed = await ask(http, row, house.names, signed(house, person) | OTHER_TENANT, OTHER_TENANT_ASKED)
                told = [answer_of(bare), answer_of(claimed)]
                refused = claimed.status_code in (403, 422)
                wrong += [f"{row.route} by {person.member.id}: {told}"] * (told[0] != told[1] and not refused)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("house", ["records"], indirect=True)
async def test_money_lines_are_for_who_works_on_the_record_or_with_payments(house: House) -> None:
    wrong = []
    async with house.client() as http:
        for person in [one for one in house.people if one.of_property]:
            said = await http.get(f"/v1/records/{house.names['sold_id']}", headers=signed(house, person))
            readable = said_of(RECORD_ROW, person, "read", RECORD_ROW.kind)
            meant = bool(readable.read & {DataClass.PAYMENT, DataClass.PRIVATE_STAY})
            wrong += [f"{person.member.id}: {said.text[:100]}"] * ((str(CHARGED) in said.text) is not meant)
    assert not wrong


async def test_other_methods_are_not_allowed(house: House) -> None:
    table = {row.route for row in TABLES[house.name]}
    headers = signed(house, house.people[0])
    wrong = []
    async with house.client() as http:
        for path in sorted({row.path for row in TABLES[house.name]}):
            for method in [one for one in METHODS if f"{one} {path}" not in table]:
                said = await http.request(method, path.format(**house.names), headers=headers)
                fitting = {405} | ({401, 403, 404, 422, 428, 200} if meant_elsewhere(table, method, path) else set())
                wrong += [f"{method} {path}: {said.status_code}"] * (said.status_code not in fitting)
    assert not wrong, "\n".join(wrong)


async def test_nobody_gets_in_unsigned(house: House) -> None:
    async with house.client() as http:
        closed = rows(house, Door.GRANTED, Door.SIGNED_IN, Door.STAFF_OR_TOKEN, Door.KEY, Door.SIGNED)
        said = {row.route: (await ask(http, row, house.names, {})).status_code for row in closed}
    assert set(said.values()) == {401}, said


async def test_secret_address_is_a_404_to_who_does_not_know_it(house: House) -> None:
    async with house.client() as http:
        secret, known = rows(house, Door.SECRET), house.names | {"token": "x" * 43}
        said = {row.route: (await ask(http, row, known, {})).status_code for row in secret}
    assert set(said.values()) <= {404}, said


async def test_every_answer_carries_the_headers_that_protect_it(house: House) -> None:
    async with house.client() as http:
        answers = [await ask(http, row, house.names, {}) for row in TABLES[house.name]]
        answers += [await http.get("/nowhere"), await http.post("/v1/x", content=b"{", headers=JSON)]
    assert [str(one.url) for one in answers if not set(one.headers) >= PROTECTING] == []
