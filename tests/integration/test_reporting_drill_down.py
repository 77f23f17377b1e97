"""Every figure of every report, asked over HTTP on a real store, opens as many records as it says it counts."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from services.reporting.app import assemble
from services.reporting.reports import REPORTS
from services.reporting.settings import Settings
from services.reporting.store import prepare
from shared.chassis.service import Chassis
from shared.contracts.identity import Role
from tests.factories.access import bearer, grant, hotel, knowledge
from tests.factories.records import NOON, PROPERTY, Story, minutes
from tests.factories.reporting import KINDS, lives
from tests.factories.staff import member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.traces import FakeTraceSink

pytestmark = pytest.mark.integration
AUDITOR = member("staff-everything", Role.AUDITOR, properties=None)
GRANTS = [grant("read", kind=kind, roles=[Role.AUDITOR]) for kind in ("report", *KINDS)]
OLD = NOON - dt.timedelta(days=12)
NOT_OF_RECORDS = {"staff_hours", "mean_review", "mean_review_count", "mean_review_change"}

NOTHING_THERE = {"accuracy", "corrections"}
"""Reports of which this hotel has nothing: no checks, no confirmed values."""


@pytest.fixture
async def reporting(mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """Six weeks of a hotel, with work that has stood open, and unmoved, since before the days asked about."""
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, settings, FakeTraceSink()))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge([AUDITOR], GRANTS, hotel()))
    standing.at(NOON + minutes(600))
    weeks = [lives(6, back, NOON - dt.timedelta(days=back)) for back in (0, 1, 3, 8, 20)]
    told = [event for week in weeks for life in week for event in life]
    stood = [event for number in range(3) for event in Story(f"rec-old-{number}", at=OLD).accepted(OLD).events]
    await standing.hears(*told, *stood)
    yield standing
    await chassis.mongo.close()


async def asked(reporting: Standing, path: str, **params: str) -> Any:
    """The answer of one route."""
    async with reporting.client() as client:
        answer = await client.get(path, params=params or None, headers=bearer(AUDITOR, "reporting"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def opened(reporting: Standing, figure: dict[str, Any], limit: int) -> int:
    """How often the records behind a figure count there, page by page; each record comes once."""
    seen, cursor, times = list[str](), "", 0
    while True:
        page = await asked(reporting, f"{figure['records_url']}&limit={limit}{cursor}")
        seen += [one["id"] for one in page["items"]]
        times += sum(one["times"] for one in page["items"])
        cursor = f"&cursor={quote(page['next'] or '')}"
        if page["next"] is None:
            assert len(seen) == len(set(seen))
            return times


async def test_every_figure_of_every_report_opens_as_many_records_as_it_says(reporting: Standing) -> None:
    days = {"from": str(NOON.date() - dt.timedelta(days=3)), "to": str(NOON.date())}
    told, found, bare = dict[str, int](), dict[str, int](), set[str]()
    for name in REPORTS:
        figures = (await asked(reporting, f"/v1/reports/{name}", property=PROPERTY, **days))["figures"]
        bare |= {one["name"] for one in figures if not one["records_url"]}
        leading = [one for one in figures if one["records_url"]]
        told |= {f"{name} {one['key']}": one["records"] for one in leading}
        found |= {f"{name} {one['key']}": await opened(reporting, one, 500) for one in leading if one["records"]}
    assert bare <= NOT_OF_RECORDS
    assert found == {key: count for key, count in told.items() if count}
    assert len({key.split()[0] for key in found}) >= len(REPORTS) - len(NOTHING_THERE)


async def test_pages_of_a_figure_hold_each_record_once_and_those_that_stood_unmoved(reporting: Standing) -> None:
    figures = (await asked(reporting, "/v1/reports/bottlenecks", property=PROPERTY))["figures"]
    [held] = [one for one in figures if one["key"] == "held|department=housekeeping|status=pending"]
    assert held["records"] > 3
    assert await opened(reporting, held, 2) == held["records"]
