"""What an operator does from the command line: look, republish, rebuild, redrive; and who may not."""

import os
import subprocess
import sys
from typing import Any

import httpx
import pytest

from deploy.demo import hotels
from tests.e2e.conftest import House, eventually

pytestmark = pytest.mark.integration


def bellboard(house: House, *arguments: str, login: str = "admin") -> subprocess.CompletedProcess[str]:
    """Run the command line against the house."""
    command = [sys.executable, "-c", "from bellboard.app import main; main()", *arguments]
    options = ["--login", login, "--folder", str(house.folder)]
    environment = {**os.environ, "BELLBOARD_PASSWORD": hotels.PASSWORD, "COLUMNS": "200"}
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, env=environment, timeout=150, check=False
    )


async def record(house: House, http: httpx.AsyncClient) -> dict[str, Any]:
    """A record that reporting knows."""
    manager = house.desk(http, "city.manager")
    body = {"property_id": "city", "kind": "guest_request", "room": "501", "fields": {"topic": "extra_towels"}}
    opened = (await manager.act("records", "/v1/records", body)).body
    await eventually(lambda: fact(house, opened["id"]), "reporting has its fact")
    return dict(opened)


def fact(house: House, record_id: str) -> dict[str, Any] | None:
    """What reporting keeps of a record."""
    return house.mongo["bellboard_reporting"]["facts"].find_one({"_id": record_id})


async def test_status_shows_every_group_when_the_administrator_asks(house: House) -> None:
    shown = bellboard(house, "status")
    assert shown.returncode == 0, shown.stderr
    for group in ("records.policy", "alerts", "reporting", "auth.policy", "integrations"):
        assert group in shown.stdout


async def test_rebuild_gives_the_same_fact_when_a_record_is_read_again(house: House, http: httpx.AsyncClient) -> None:
    opened = await record(house, http)
    before = fact(house, opened["id"])
    assert before is not None
    done = bellboard(house, "rebuild", "reporting", "reporting", "records", opened["id"], "--reason", "a drill")
    assert done.returncode == 0, done.stderr
    again = await eventually(lambda: fact(house, opened["id"]), "the fact is back")
    assert again["body"] == before["body"]
    [noted] = house.events("reporting", type="operation.begun.v1")
    assert b"a drill" not in bytes(noted["value"])
    kept = house.mongo["bellboard_reporting"]["operations"].find_one({"_id": noted["agg"]})
    assert kept is not None
    assert kept["text"] == "a drill"


async def test_republish_has_no_effect_twice(house: House, http: httpx.AsyncClient) -> None:
    await record(house, http)
    before = house.mongo["bellboard_alerts"]["alerts"].count_documents({})
    done = bellboard(house, "republish", "records", "--topic", "records.v1", "--reason", "a drill")
    assert done.returncode == 0, done.stderr
    assert "were sent again" in done.stdout
    assert house.mongo["bellboard_alerts"]["alerts"].count_documents({}) == before


async def test_redrive_says_so_when_nothing_is_parked(house: House) -> None:
    done = bellboard(house, "redrive", "records", "records", "--reason", "a drill")
    assert (done.returncode, "0 parked events" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("login", ["city.housekeeping.morning1", "city.manager"])
async def test_operations_are_refused_in_a_sentence_when_it_is_not_ones_work(house: House, login: str) -> None:
    refused = bellboard(house, "republish", "records", "--reason", "a drill", login=login)
    assert refused.returncode == 2
    assert "You may not republish here." in refused.stderr
    assert "Traceback" not in refused.stderr
