"""A hotel is opened by a template from the command line, practised in, emptied, and let go live."""

import json
from typing import Any

import httpx
import pytest

from deploy.demo import hotels
from tests.e2e.conftest import House, eventually
from tests.e2e.test_operations import bellboard

pytestmark = pytest.mark.integration
CHIEF = {
    "display_name": "Nuno",
    "roles": ["general_manager"],
    "departments": ["front_office", "guest_relations"],
    "properties": ["school"],
    "login": "school.manager",
    "password": hotels.PASSWORD,
}
ASKED = {"property_id": "school", "kind": "guest_request", "room": "12", "fields": {"topic": "extra_towels"}}


def hotel(house: House, property_id: str) -> dict[str, Any]:
    """A hotel as auth keeps it."""
    found = house.mongo["bellboard_auth"]["properties"].find_one({"_id": property_id})
    assert found is not None
    return dict(found["body"])


async def test_hotel_is_opened_like_another_and_says_what_it_lacks(house: House, http: httpx.AsyncClient) -> None:
    admin = house.desk(http, "admin")
    rules = {"rules": {"quiet": {"start": "22:30:00", "end": "06:30:00"}}, "reason": "Nights begin early here."}
    shown = await admin.get("alerts", "/v1/alert-rules/resort")
    asked = await admin.put("alerts", "/v1/alert-rules/resort", rules, shown.etag)
    number = asked.body["waiting"][0]["version"]
    manager, decide = house.desk(http, "resort.manager"), f"/v1/alert-rules/resort/versions/{number}/decide"
    await manager.act("alerts", decide, {"approve": True, "reason": "Agreed."}, asked.etag)
    posts = house.folder / "posts.json"
    words = ("property", "add", "harbour", "--like", "resort", "--title", "Harbour", "--rooms", "20")

    opened = bellboard(house, *words, "--posts", str(posts))
    again = bellboard(house, *words)
    lacks = bellboard(house, "property", "ready", "harbour")

    assert (opened.returncode, again.returncode) == (0, 0), opened.stderr + again.stderr
    assert hotel(house, "harbour")["mode"] == "shadow"
    waiting = (await admin.get("alerts", "/v1/alert-rules/harbour")).body["waiting"]
    assert [one["rules"]["quiet"]["start"] for one in waiting] == ["22:30:00"]
    assert "Nobody" not in posts.read_text()
    assert {tuple(one["properties"]) for one in json.loads(posts.read_text())} == {("harbour",)}
    assert lacks.returncode == 1
    for sentence in ("Nobody works in housekeeping.", "connected to no PMS", "waits for another person"):
        assert sentence in lacks.stdout

    live = bellboard(house, "property", "live", "harbour")
    assert (live.returncode, hotel(house, "harbour")["mode"]) == (0, "live"), live.stderr


async def test_training_hotel_is_emptied_and_counted_by_no_report(house: House, http: httpx.AsyncClient) -> None:
    words = ("property", "add", "school", "--like", "city", "--title", "School", "--rooms", "5", "--mode", "training")
    opened = bellboard(house, *words)
    assert opened.returncode == 0, opened.stderr
    admin = house.desk(http, "admin")
    await admin.act("auth", "/v1/staff", CHIEF)
    chief = house.desk(http, "school.manager")
    record = await eventually(lambda: _opened(chief), "records knows who works at the school")
    facts = house.mongo["bellboard_reporting"]["facts"]
    await eventually(lambda: facts.find_one({"_id": record["id"]}), "reporting has heard of it")

    real = bellboard(house, "property", "reset-training", "city", login="city.manager")
    emptied = bellboard(house, "property", "reset-training", "school", login="school.manager")

    assert (real.returncode, "its work is real" in real.stderr) == (2, True)
    assert emptied.returncode == 0, emptied.stdout + emptied.stderr
    shown = (await chief.get("records", f"/v1/records/{record['id']}")).body
    assert (shown["status"], shown["outcome"]) == ("complete", "cancelled")
    report = (await chief.get("reporting", "/v1/reports/completion_time")).body
    assert report["figures"] == []


async def _opened(chief: Any) -> dict[str, Any]:
    answer = await chief.act("records", "/v1/records", ASKED)
    return dict(answer.body)
