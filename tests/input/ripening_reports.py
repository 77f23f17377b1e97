"""Brings what reporting delivers into the states that its routes wait for: scheduled, delivered, drawn, exported."""

from typing import Any
from urllib.parse import urlencode

from services.reporting.api.schedules import SCHEDULE
from tests.factories.records import NOON, minutes
from tests.factories.standing import Standing
from tests.input.ripening import Desk, Ripe

DAILY: dict[str, Any] = SCHEDULE | {"terms": {"report": "day", "at": "20:00", "audience": "supervisor"}}
TABLE = {"table": "closes", "property_id": "city", "start": "2026-03-10", "end": "2026-03-10"}
AT_FIRST = {"If-Match": '"1"'}


async def ripe_reports(standing: Standing, desk: Desk) -> Ripe:
    """Schedules to change and end, a delivery to read and review, checks to make, exports that are made."""
    made = [await desk.create("chief", "/v1/schedules", DAILY) for _ in range(4)]
    drawn = await desk.create("chief", "/v1/spot-checks", {"property_id": "city", "day": "2026-03-10"})
    asked = await desk.create("chief", "/v1/exports", TABLE)
    standing.at(NOON + minutes(9 * 60))
    await standing.fires()
    await standing.app.state.delivering.deliver()
    await standing.app.state.exporting.make()
    found = await standing.chassis.mongo.collection("runs").find({"state": "delivered"})
    runs = [{"path": {"run_id": row["_id"]}, "query": {}} for row in found]
    mine = {"path": {"export_id": asked["id"]}, "query": {}}
    plans = [{"path": {"schedule_id": one["id"]}, "headers": AT_FIRST} for one in made]
    wish = {"property": "city", "from": "2026-03-10", "to": "2026-03-10"}
    figures = (await desk.read("chief", f"/v1/reports/completion_time?{urlencode(wish)}"))["figures"]
    behind = [{"path": {"name": "completion_time"}, "query": wish | {"figure": one["key"]}} for one in figures[:2]]
    found_there = {"headers": AT_FIRST, "body": {"done": True}}
    return {
        "PUT /v1/schedules/{schedule_id}": [{**one, "body": DAILY} for one in plans[:2]],
        "DELETE /v1/schedules/{schedule_id}": [{**one, "headers": AT_FIRST} for one in plans[2:]],
        "GET /v1/runs/{run_id}": runs[:2],
        "GET /v1/runs/{run_id}/mails": runs[:2],
        "GET /v1/runs/{run_id}/file": [{**one, "query": {"format": "xlsx"}} for one in runs[:2]],
        "POST /v1/runs/{run_id}/review": [{**one, "headers": AT_FIRST} for one in runs],
        "GET /v1/exports/{export_id}": [mine],
        "GET /v1/exports/{export_id}/file": [mine],
        "POST /v1/spot-checks/{check_id}/entry": [
            {"path": {"check_id": one["id"]}, **found_there} for one in drawn["checks"]
        ],
        "GET /v1/reports/{name}/file": [{"path": {"name": "day"}, "query": {"format": "csv"}}],
        "GET /v1/reports/{name}/records": behind,
        "GET /v1/forecast": [{"query": {"property": "city"}}],
    }
