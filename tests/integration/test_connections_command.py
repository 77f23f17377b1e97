"""`bellboard connections addresses`: where each hotel's PMS is to push, of one chain, on the machine itself."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bellboard.app import app
from services.integrations.app import parts
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from shared.contracts.values import Scope
from tests.factories.records import CHAIN
from tests.factories.standing import NO_BROKER

pytestmark = pytest.mark.integration


async def connected(mongo_url: str, database: str) -> dict[str, str]:
    """The hotels of two chains; the tokens of one of them."""
    elsewhere = tuple(one.model_copy(update={"property_id": f"far-{one.property_id}"}) for one in specs("elsewhere"))
    connections = (*specs(CHAIN), *elsewhere)
    settings = Settings(mongo_url=mongo_url, mongo_database=database, kafka_servers=NO_BROKER, connections=connections)
    have = parts(settings)
    await have.prepare()
    found = {one.property_id: one.token for one in await have.connections.all(Scope(chain=CHAIN))}
    await have.chassis.mongo.close()
    return found


def asked(mongo_url: str, database: str, chain: str) -> str:
    """What the command says."""
    told = {"BELLBOARD_MONGO_DATABASE": database, "BELLBOARD_KAFKA_SERVERS": NO_BROKER, "COLUMNS": "300"}
    said = CliRunner().invoke(app, ["connections", "addresses", "--chain", chain, "--mongo", mongo_url], env=told)
    assert said.exit_code == 0, said.output
    return said.output


def test_addresses_are_those_of_one_chain_and_lead_to_its_hotels(mongo_url: str, database_name: str) -> None:
    tokens = asyncio.run(connected(mongo_url, database_name))
    said = asked(mongo_url, database_name, CHAIN)

    assert tokens
    assert all(f"/v1/pms/{hotel}/{token}/hotel-bookings/events" in said for hotel, token in tokens.items())
    assert "far-" not in said
    assert not [token for token in tokens.values() if token in asked(mongo_url, database_name, "no-such-chain")]


def test_without_a_stack_or_an_address_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["connections", "addresses", "--folder", str(tmp_path / "nothing")])

    assert said.exit_code != 0
    assert "Traceback" not in said.output
