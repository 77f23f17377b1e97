"""Alerts that are over go with the log of who was told of them when they are old; what still rings stays."""

import datetime as dt

import pytest

from tests.factories.bell import ADMIN, DUE, Bell, bell
from tests.factories.records import NOON, Story, minutes

pytestmark = pytest.mark.integration
RULES = "/ops/v1/retention"


async def test_old_alerts_that_are_over_go_and_what_rings_stays(mongo_url: str, database_name: str) -> None:
    async with bell(mongo_url, database_name) as house:
        await house.standing.hears(*Story("rec-1").accepted(NOON + minutes(5)).completed(DUE + minutes(2)).events)
        rings = await house.late("rec-2")
        over = await house.mongo.collection("alerts").count({"live": False})
        assert over > 0
        [retain] = [job for job in house.standing.app.state.jobs if job.name == "retention"]
        house.standing.at(house.standing.chassis.clock.now() + dt.timedelta(days=399))
        assert await retain.work() == 0
        house.standing.at(house.standing.chassis.clock.now() + dt.timedelta(days=2))
        [rule] = [one for one in await house.got(RULES, ADMIN) if one["name"] == "closed_alerts"]
        assert (rule["days"], rule["over_age"]) == (400, over)
        assert await retain.work() == over
        left = [row["_id"] for row in await house.mongo.collection("alerts").find({})]
        told = {row["alert"] for name in ("notices", "notifications") for row in await _all(house, name)}
        assert rings["id"] in left
        assert (set(left), len(left)) == (told, len(await house.listed()))
        assert await retain.work() == 0


async def _all(house: Bell, name: str) -> list[dict[str, str]]:
    return [dict(row) for row in await house.mongo.collection(name).find({})]
