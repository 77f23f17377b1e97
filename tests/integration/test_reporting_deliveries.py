"""Schedules, deliveries, reviews, exports and forecasts of reporting on a real MongoDB."""

import datetime as dt
import email
import io
import itertools
import re
import zipfile
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from services.alerts.domain.subject import report_subject
from services.auth.domain.policy import default_grants
from services.reporting.app import assemble
from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of
from services.reporting.domain.question import Question
from services.reporting.reports import REPORTS, entries_of
from services.reporting.settings import Settings
from services.reporting.store import prepare
from shared.chassis.service import Chassis
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department, Role
from shared.contracts.money import FinanceAction, FinanceEvent, PostingEvent
from shared.contracts.records import CheckedValue, LineKind, MoneyLine
from shared.contracts.reports import ReportEvent
from shared.contracts.values import Money, Scope
from tests.factories.access import bearer, hotel, knowledge
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import stay
from tests.factories.records import ACTOR, NOON, PROPERTY, Story, envelope, minutes, mixed
from tests.factories.reporting import lives
from tests.factories.staff import GENERAL, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.traces import FakeTraceSink

pytestmark = pytest.mark.integration

DUTY = member("staff-duty", Role.DUTY_MANAGER, departments=tuple(Department))
ASSOCIATE = member("staff-ana", Role.ASSOCIATE, departments=(Department.HOUSEKEEPING,))
SUPERVISOR = member("staff-sue", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,))
MONTH = {"from": "2026-03-01", "to": "2026-03-31"}
BUSY = {"report": "exceptions", "audience": "duty_manager", "when": "before_busy", "at": "15:00", "hours_before": 6,
        "busy_percent": 50, "review_hours": 4}  # fmt: skip
DAILY = {"report": "day", "audience": "duty_manager", "at": "07:00"}
_keys = itertools.count()


@pytest.fixture
async def reporting(mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """The reporting service of a hotel with four rooms."""
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, settings, FakeTraceSink()))
    await prepare(chassis.mongo)
    await standing.prepare(
        knowledge([DUTY, ASSOCIATE, SUPERVISOR, GENERAL], default_grants(), hotel().model_copy(update={"rooms": 4}))
    )
    yield standing
    await chassis.mongo.close()


async def sent(
    reporting: Standing, method: str, path: str, who: Any = DUTY, version: int | None = None, key: str = "", **more: Any
) -> Any:
    """The answer to one request."""
    headers = bearer(who, "reporting") | {"Idempotency-Key": key or f"key-{next(_keys):08d}"}
    headers |= {"If-Match": f'"{version}"'} if version is not None else {}
    async with reporting.client() as client:
        return await client.request(method, path, headers=headers, **more)


def schedule(terms: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A schedule of the hotel."""
    return {"property_id": PROPERTY, "name": "Ours", "terms": terms, **more}


async def delivered(reporting: Standing) -> list[dict[str, Any]]:
    """Fire what is due, deliver it, and list it."""
    await reporting.fires()
    await reporting.app.state.delivering.deliver()
    return list((await sent(reporting, "GET", "/v1/runs")).json()["runs"])


def month() -> list[Envelope]:
    """Closes over a month, with money of two kinds, one of them late."""
    stories = []
    for day in range(20):
        at = NOON + dt.timedelta(days=day - 9)
        lines = (
            MoneyLine(id=f"c{day}", kind=LineKind.CHARGE, amount=Money(amount=1999 + day, currency="EUR")),
            MoneyLine(id=f"r{day}", kind=LineKind.REFUND, amount=Money(amount=-7 * day, currency="EUR")),
        )
        story = Story(f"rec-{day}", at=at).then("line_added", at + minutes(1), money=lines)
        stories.append(story.completed(at + minutes(5 * (day + 1))))
    return mixed(stories)


async def test_daily_report_comes_at_the_hotels_own_time_and_only_once(reporting: Standing) -> None:
    made = await sent(reporting, "POST", "/v1/schedules", json=schedule(DAILY))
    assert made.status_code == 201
    early = dt.datetime(2026, 3, 30, 5, 59, tzinfo=dt.UTC)  # the clocks of Lisbon went forward the day before
    reporting.at(early)
    assert [run["due_at"] for run in await delivered(reporting)] == ["2026-03-11T07:00:00Z"]
    reporting.at(early + minutes(2))
    due = [run["due_at"] for run in await delivered(reporting)]
    assert due == ["2026-03-30T06:00:00Z", "2026-03-11T07:00:00Z"]
    assert due == [run["due_at"] for run in await delivered(reporting)]


async def stand_of(reporting: Standing) -> dict[str, Any]:
    """The one schedule there is, with how it stands."""
    [found] = (await sent(reporting, "GET", "/v1/schedules")).json()["schedules"]
    return dict(found)


async def test_schedule_that_pauses_makes_nothing_and_goes_on_where_the_next_is_due(reporting: Standing) -> None:
    body = schedule(DAILY)
    made = (await sent(reporting, "POST", "/v1/schedules", json=body)).json()
    stands = await stand_of(reporting)
    assert (stands["paused"], stands["next_at"], stands["last"]) == (False, "2026-03-11T07:00:00Z", None)
    path = f"/v1/schedules/{made['id']}"
    assert (await sent(reporting, "PUT", path, version=1, json=body | {"paused": "yes"})).status_code == 422
    assert (await sent(reporting, "PUT", path, version=1, json=body | {"paused": True})).json()["version"] == 2
    reporting.at(dt.datetime(2026, 3, 12, 12, 0, tzinfo=dt.UTC))
    assert await delivered(reporting) == []
    assert (await stand_of(reporting))["next_at"] is None
    assert (await sent(reporting, "PUT", path, version=2, json=body)).json()["paused"] is False
    assert await delivered(reporting) == []
    reporting.at(dt.datetime(2026, 3, 13, 7, 0, tzinfo=dt.UTC))
    assert [run["due_at"] for run in await delivered(reporting)] == ["2026-03-13T07:00:00Z"]
    stands = await stand_of(reporting)
    assert (stands["last"]["due_at"], stands["next_at"]) == ("2026-03-13T07:00:00Z", "2026-03-14T07:00:00Z")


async def test_schedule_before_busy_days_says_when_it_comes_next_as_the_forecast_stands(reporting: Standing) -> None:
    await sent(reporting, "POST", "/v1/schedules", json=schedule(BUSY))
    assert (await stand_of(reporting))["next_at"] is None
    await stays(reporting, dt.date(2026, 3, 12), 4)
    assert (await stand_of(reporting))["next_at"] == "2026-03-12T09:00:00Z"


async def stays(reporting: Standing, day: dt.date, count: int) -> None:
    """Stays on the books for a day."""
    leave = day + dt.timedelta(days=1)
    booked = [
        stay(id=f"stay-{n}", property_id=PROPERTY, booked_at=NOON, arrival=day, departure=leave) for n in range(count)
    ]
    told = [stay_told(one) for one in booked]
    handler = next(one for one in reporting.chassis.consumptions if one.spec.group == "reporting.stays").spec.handler

    async def work(tx: Any) -> None:
        await handler.apply(tx, told)

    await reporting.chassis.mongo.run(work)


async def test_exception_report_comes_before_the_busy_time_and_rings_until_it_is_reviewed(reporting: Standing) -> None:
    busy = dt.date(2026, 3, 11)
    await stays(reporting, busy, 3)
    await sent(reporting, "POST", "/v1/schedules", json=schedule(BUSY))
    reporting.at(dt.datetime(2026, 3, 11, 8, 59, 59, tzinfo=dt.UTC))  # six hours before 15:00 are not begun
    assert await delivered(reporting) == []
    reporting.at(dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC))
    run = (await delivered(reporting))[0]
    assert (run["busy_day"], run["due_at"], run["audience"]) == ("2026-03-11", "2026-03-11T09:00:00Z", "duty_manager")
    assert (run["delivered_at"], run["reviewed_by"]) == ("2026-03-11T09:00:00Z", None)
    assert run["review_by"] == "2026-03-11T13:00:00Z"
    reporting.at(dt.datetime(2026, 3, 11, 10, 0, tzinfo=dt.UTC))
    assert len(await delivered(reporting)) == 1
    told = await events(reporting, run["id"])
    assert [report_subject(one.run, NOON).facts["reviewed"] for one in told] == [False]
    path = f"/v1/runs/{run['id']}/review"
    assert (await sent(reporting, "POST", path, ASSOCIATE, 1)).status_code == 403
    assert (await sent(reporting, "POST", path, DUTY, 7)).json()["code"] == "version_moved_on"
    key = "review-it-once"
    first, again = [await sent(reporting, "POST", path, DUTY, 1, key) for _ in range(2)]
    assert (first.json()["reviewed_by"], again.json(), again.headers["Idempotency-Replayed"]) == (
        "staff-duty", first.json(), "true",
    )  # fmt: skip
    assert (await sent(reporting, "POST", path, GENERAL, 2)).json()["code"] == "already_reviewed"
    assert [report_subject(one.run, NOON).facts["reviewed"] for one in await events(reporting, run["id"])] == [
        False, True,
    ]  # fmt: skip


async def events(reporting: Standing, subject: str) -> list[ReportEvent]:
    """What was said of a run."""
    history = await reporting.chassis.outbox.history(Scope(chain="demo"), subject)
    bodies = [body_of(one) for one in history]
    return [one for one in bodies if isinstance(one, ReportEvent)]


async def test_delivery_holds_a_workbook_a_picture_and_a_mail_with_both(reporting: Standing) -> None:
    await reporting.hears(*month())
    await sent(reporting, "POST", "/v1/schedules", json=schedule({**DAILY, "report": "completion_time", "days": 30}))
    reporting.at(dt.datetime(2026, 3, 20, 8, tzinfo=dt.UTC))
    run = (await delivered(reporting))[0]
    path = f"/v1/runs/{run['id']}/file"
    book = openpyxl.load_workbook(io.BytesIO((await sent(reporting, "GET", f"{path}?format=xlsx")).content))
    assert book.sheetnames == ["Figures", "Picture", "About"]
    assert len(book["Picture"]._charts) == 1
    mail = email.message_from_bytes((await sent(reporting, "GET", f"{path}?format=eml")).content)
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain", "text/html", "image/png",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]  # fmt: skip
    assert (await sent(reporting, "GET", f"{path}?format=png")).content.startswith(b"\x89PNG")
    assert (await sent(reporting, "GET", f"{path}?format=png", SUPERVISOR)).json()["code"] == "not_granted"


async def test_schedule_is_changed_by_its_version_and_ended(reporting: Standing) -> None:
    made = (await sent(reporting, "POST", "/v1/schedules", json=schedule(DAILY))).json()
    path = f"/v1/schedules/{made['id']}"
    later = schedule({**DAILY, "at": "09:00"})
    stale = await sent(reporting, "PUT", path, version=7, json=later)
    changed = await sent(reporting, "PUT", path, version=1, json=later)
    reporting.at(dt.datetime(2026, 3, 11, 8, tzinfo=dt.UTC))
    none_yet = await delivered(reporting)
    ended = await sent(reporting, "DELETE", path, version=2)
    reporting.at(dt.datetime(2026, 3, 11, 10, tzinfo=dt.UTC))
    assert (stale.status_code, changed.json()["version"], none_yet, ended.status_code) == (412, 2, [], 204)
    assert await delivered(reporting) == []
    assert (await sent(reporting, "GET", "/v1/schedules")).json() == {"schedules": []}


@pytest.mark.parametrize(
    ("terms", "field", "rule"),
    [
        ({"report": "gossip"}, "terms.report", "choice"),
        ({"report": "day", "weekdays": [7]}, "terms.weekdays", "range"),
        ({"report": "day", "weekdays": []}, "terms.weekdays", "range"),
        ({"report": "day", "audience": "associate"}, "terms.audience", "may_not_read"),
        ({"report": "day", "days": 0}, "terms.days", "greater_than_equal"),
        ({"report": "day", "at": 900}, "terms.at", "value_error"),
        ({}, "terms.report", "missing"),
    ],
)
async def test_schedule_that_makes_no_sense_names_field_and_rule(
    reporting: Standing, terms: dict[str, Any], field: str, rule: str
) -> None:
    answer = await sent(reporting, "POST", "/v1/schedules", json=schedule(terms))
    breach = answer.json()["breaches"][0]
    assert (answer.status_code, breach["field"].removeprefix("body."), breach["rule"]) == (422, field, rule)
    assert (await sent(reporting, "GET", "/v1/schedules")).json() == {"schedules": []}


@pytest.mark.parametrize(
    ("method", "path", "who", "version", "body", "status"),
    [
        ("POST", "/v1/schedules", SUPERVISOR, None, schedule(DAILY), 403),
        ("POST", "/v1/schedules", DUTY, None, schedule(DAILY, property_id="elsewhere"), 404),
        ("PUT", "/v1/schedules/none", DUTY, 1, schedule(DAILY), 404),
        ("DELETE", "/v1/schedules/none", DUTY, 1, None, 404),
        ("GET", "/v1/runs/none", DUTY, None, None, 404),
        ("POST", "/v1/runs/none/review", DUTY, 1, None, 404),
        ("GET", "/v1/runs/none/mails", DUTY, None, None, 404),
        ("GET", "/v1/exports/none", DUTY, None, None, 404),
        ("GET", "/v1/forecast?property=elsewhere", DUTY, None, None, 404),
        ("GET", "/v1/forecast?property=city", ASSOCIATE, None, None, 403),
        ("GET", "/v1/reports/day/file?format=docx", DUTY, None, None, 422),
        ("GET", "/v1/reports/day?from=9999-12-31", DUTY, None, None, 422),
        ("GET", "/v1/reports/day/records?figure=open&cursor=2026-13-41T00:00:00%2B00:00|x", DUTY, None, None, 422),
        ("POST", "/v1/schedules", DUTY, None, schedule(DAILY, name="4111 1111 1111 1111"), 422),
        ("POST", "/v1/spot-checks", DUTY, None, {"property_id": "city", "day": "9999-12-31"}, 422),
        ("GET", "/v1/reports/day?currency=EUR", DUTY, None, None, 422),
        ("GET", "/v1/reports/comparison?currency=EUR&rates=JPY", DUTY, None, None, 422),
        ("POST", "/v1/exports", ASSOCIATE, None, {"table": "closes", "start": "2026-03-01", "end": "2026-03-02"}, 403),
        ("POST", "/v1/exports", DUTY, None, {"table": "closes", "start": "2026-03-03", "end": "2026-03-02"}, 422),
    ],
)
async def test_refusals(
    reporting: Standing, method: str, path: str, who: Any, version: int | None, body: Any, status: int
) -> None:
    answer = await sent(reporting, method, path, who, version, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_forecast_says_what_it_is_made_of(reporting: Standing) -> None:
    await stays(reporting, dt.date(2026, 3, 12), 3)
    found = (await sent(reporting, "GET", "/v1/forecast?property=city")).json()
    day = next(one for one in found["days"] if one["day"] == "2026-03-12" and one["what"] == "occupancy")
    assert (found["rooms"], day["on_the_books"], day["expected"], day["said"]) == (4, 3, 3, "books_only")


async def exported(reporting: Standing, table: str, form: str, who: Any = DUTY) -> Any:
    """A whole table as it comes out of the background."""
    body = {"table": table, "format": form, "property_id": PROPERTY, "start": MONTH["from"], "end": MONTH["to"]}
    asked = (await sent(reporting, "POST", "/v1/exports", who, json=body)).json()
    assert (await sent(reporting, "GET", f"/v1/exports/{asked['id']}/file", who)).status_code == 409
    await reporting.app.state.exporting.make()
    told = (await sent(reporting, "GET", f"/v1/exports/{asked['id']}", who)).json()
    assert (told["state"], told["looked_at"]) == ("done", 20)
    assert (await sent(reporting, "GET", f"/v1/exports/{asked['id']}", GENERAL)).status_code == 404
    return (await sent(reporting, "GET", f"/v1/exports/{asked['id']}/file", who)).content


async def test_parquet_by_day_gives_the_reports_numbers_in_duckdb(reporting: Standing, tmp_path: Any) -> None:
    await reporting.hears(*month())
    for table in ("closes", "lines"):
        zipfile.ZipFile(io.BytesIO(await exported(reporting, table, "zip"))).extractall(tmp_path)
    runs, money = _documented(tmp_path)
    figures = await answered(reporting, "completion_time")
    counted = duckdb.sql(runs).fetchall()[0]
    assert counted[0] == figures["closed"] > 0
    assert list(counted[1:]) == pytest.approx([figures["raw_p50"], figures["raw_p90"]], rel=0.02)
    sums = duckdb.sql(money).fetchall()
    asked = await answered(reporting, "money")
    assert {f"{state}|currency={currency}|kind={kind}": amount for kind, currency, state, amount in sums} == {
        key: value for key, value in asked.items() if not key.startswith("requested")
    }


def _documented(folder: Any) -> list[str]:
    """The queries as the page on reports gives them, over a folder's files."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text()
    [block] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    return [
        query.replace("'closes/", f"'{folder}/closes/").replace("'lines/", f"'{folder}/lines/")
        for query in block.split(";")
        if query.strip()
    ]


async def answered(reporting: Standing, name: str) -> dict[str, Any]:
    """A report's figures by key."""
    figures = (await sent(reporting, "GET", f"/v1/reports/{name}", params=MONTH)).json()["figures"]
    return {one["key"]: one["value"] for one in figures}


async def test_export_holds_no_column_that_its_reader_may_not_see(reporting: Standing) -> None:
    await reporting.hears(*month())
    full = (await exported(reporting, "closes", "csv")).decode().splitlines()
    masked = (await exported(reporting, "closes", "csv", SUPERVISOR)).decode().splitlines()
    assert ("owner" in full[0].split(","), "owner" in masked[0].split(","), len(full)) == (True, False, 21)


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx", "svg", "png", "eml"])
@pytest.mark.parametrize("name", ["money", "exceptions"])
async def test_every_report_comes_in_every_format(reporting: Standing, form: str, name: str) -> None:
    await reporting.hears(*month())
    answer = await sent(reporting, "GET", f"/v1/reports/{name}/file", params={**MONTH, "format": form})
    assert (answer.status_code, len(answer.content) > 50) == (200, True)


async def closed_with_value(reporting: Standing, count: int) -> None:
    """Records of the day whose confirmed value is 2."""
    for number in range(count):
        checked = CheckedValue(field="quantity", value=2, rule="at_most", rules_version=1, checker=ACTOR, at=NOON)
        story = Story(f"rec-{number}").then("value_checked", NOON + minutes(1), checked=checked)
        await reporting.hears(*story.completed(NOON + minutes(9)).events)


async def test_made_checks_are_shown_to_who_made_them_and_count_in_the_plan(reporting: Standing) -> None:
    await reporting.hears(*month())
    plan = {"property_id": PROPERTY, "day": "2026-03-10"}
    await sent(reporting, "POST", "/v1/spot-checks", json=plan)
    check = (await sent(reporting, "GET", "/v1/spot-checks", SUPERVISOR)).json()["checks"][0]
    path = f"/v1/spot-checks/{check['id']}/entry"
    assert (await sent(reporting, "POST", path, SUPERVISOR, 1, json={"done": True})).status_code == 200
    mine = (await sent(reporting, "GET", "/v1/spot-checks", SUPERVISOR)).json()
    others = (await sent(reporting, "GET", "/v1/spot-checks", DUTY)).json()
    assert [(one["id"], one["right"]) for one in mine["made"]] == [(check["id"], ["done"])]
    assert (others["made"], others["plans"]) == ([], mine["plans"])
    assert mine["plans"][0]["made"] == 1


async def test_spot_checks_are_made_blind_and_give_an_accuracy_with_its_interval(reporting: Standing) -> None:
    await closed_with_value(reporting, 6)
    plan = {"property_id": PROPERTY, "day": "2026-03-10"}
    assert (await sent(reporting, "POST", "/v1/spot-checks", ASSOCIATE, json=plan)).status_code == 403
    for _ in range(2):  # drawing again draws the same
        assert len((await sent(reporting, "POST", "/v1/spot-checks", json=plan)).json()["checks"]) == 5
    found = (await sent(reporting, "GET", "/v1/spot-checks", SUPERVISOR)).json()
    checks = found["checks"]
    assert (found["plans"], found["made"]) == (
        [{"property_id": PROPERTY, "day": "2026-03-10", "drawn": 5, "made": 0}],
        [],
    )
    assert (len(checks), checks[0]["value_of"], "promised" in checks[0]) == (5, "quantity", False)
    path = f"/v1/spot-checks/{checks[0]['id']}/entry"
    assert (await sent(reporting, "POST", path, SUPERVISOR, 7, json={"done": True})).status_code == 412
    assert (await sent(reporting, "POST", path, SUPERVISOR, 1, json={"done": "maybe"})).status_code == 422
    right, wrong = {"done": True, "value": "2"}, {"done": True, "value": "3"}
    first, again = [await sent(reporting, "POST", path, SUPERVISOR, 1, "spot-once", json=wrong) for _ in range(2)]
    assert (first.json()["wrong"], again.headers["Idempotency-Replayed"]) == (["value"], "true")
    assert (await sent(reporting, "POST", path, SUPERVISOR, 2, json=right)).json()["code"] == "already_entered"
    for check in checks[1:4]:
        await sent(reporting, "POST", f"/v1/spot-checks/{check['id']}/entry", SUPERVISOR, 1, json=right)
    answer = (await sent(reporting, "GET", "/v1/reports/accuracy", params=MONTH)).json()["figures"]
    found = {one["key"]: one for one in answer}
    accuracy = found["accuracy"]
    assert (accuracy["value"], found["checked"]["value"], accuracy["note"]) == (0.875, 8, "small_sample")
    assert accuracy["low"] < 0.875 < accuracy["high"]
    assert (found["accuracy|field=value"]["value"], found["missed"]["value"]) == (0.75, 1)
    wrongs, all_checked = [
        {one["id"] for one in (await sent(reporting, "GET", found[key]["records_url"])).json()["items"]}
        for key in ("accuracy", "checked")
    ]
    assert wrongs == {checks[0]["record_id"]}
    assert all_checked == {check["record_id"] for check in checks[:4]}
    assert await reporting.said(checks[0]["id"]) == ["spot_check.planned.v1", "spot_check.entered.v1"]


async def test_busy_days_are_drawn_by_themselves_and_quiet_ones_are_not(reporting: Standing) -> None:
    await closed_with_value(reporting, 6)
    await stays(reporting, dt.date(2026, 3, 10), 4)
    reporting.at(NOON + dt.timedelta(days=1))
    looked = [await reporting.app.state.spotting.plan_busy() for _ in range(2)]
    drawn = len((await sent(reporting, "GET", "/v1/spot-checks")).json()["checks"])
    reporting.at(NOON + dt.timedelta(days=2))
    await reporting.app.state.spotting.plan_busy()
    assert (looked, drawn) == ([1, 0], 5)
    assert len((await sent(reporting, "GET", "/v1/spot-checks")).json()["checks"]) == 5


async def test_nobody_checks_what_they_did_themselves(reporting: Standing) -> None:
    await reporting.hears(*Story("rec-own", owner="staff-sue").completed(NOON + minutes(9)).events)
    await sent(reporting, "POST", "/v1/spot-checks", json={"property_id": PROPERTY, "day": "2026-03-10"})
    check = (await sent(reporting, "GET", "/v1/spot-checks")).json()["checks"][0]
    path = f"/v1/spot-checks/{check['id']}/entry"
    assert (await sent(reporting, "POST", path, SUPERVISOR, 1, json={"done": True})).json()["code"] == "own_work"


async def test_reviews_are_taken_once_and_stand_beside_our_own_scores(reporting: Standing) -> None:
    lines = [f"2026-03-{day:02d},{4 + day % 2},5" for day in range(1, 11)]
    body = {"property_id": PROPERTY, "source": "travel_site", "csv": "\n".join(["date,score,scale", *lines])}
    dry = await sent(reporting, "POST", "/v1/reviews", json={**body, "dry_run": True})
    answers = [(await sent(reporting, "POST", "/v1/reviews", json=body)).json() for _ in range(2)]
    wrong = await sent(reporting, "POST", "/v1/reviews", json={**body, "csv": "date,score\n2026-03-01,12\n"})
    found = await answered(reporting, "guest_service")
    assert (dry.json(), answers) == ({"read": 10, "kept": 0}, [{"read": 10, "kept": 10}, {"read": 10, "kept": 0}])
    assert (wrong.status_code, wrong.json()["breaches"][0]["field"]) == (422, "csv.line_2")
    assert (found["mean_review|when=now"], found["mean_review_count|when=now"]) == (9.0, 10)


async def test_overdue_moment_is_noted_once_for_each_deadline(reporting: Standing) -> None:
    await reporting.hears(*Story("rec-late").events)
    await reporting.hears(*Story("rec-held").blocked(NOON + minutes(5)).events)
    look = reporting.app.state.watching.look
    early = await look()
    reporting.at(NOON + minutes(61))
    assert (early, await look(), await look()) == (0, 1, 0)


async def test_sums_of_money_tie_to_the_postings_over_a_lively_day(reporting: Standing) -> None:
    told = [event for life in lives(120) for event in life]
    await reporting.hears(*told)
    ledger: dict[str, int] = defaultdict(int)
    last = {one.posting.id: one.posting for event in told if isinstance(one := body_of(event), PostingEvent)}
    for posting in last.values():
        state = {"done": "posted"}.get(posting.state.value, posting.state.value)
        ledger[f"{state}|currency={posting.amount.currency}|kind={posting.kind.value}"] += posting.amount.amount
    found = {key: value for key, value in (await answered(reporting, "money")).items() if "requested" not in key}
    assert found == ledger
    assert all(type(value) is int for value in found.values())


@pytest.mark.parametrize("name", sorted(REPORTS))
async def test_kept_sums_give_what_the_facts_give_over_lively_days(reporting: Standing, name: str) -> None:
    told = [event for life in lives(60) for event in life]
    for at in range(0, len(told), 50):
        await reporting.hears(*told[at : at + 50])
    question = Question(start=dt.date(2026, 3, 1), end=dt.date(2026, 3, 31), now=NOON)
    figures = REPORTS[name].figures(asked_of(REPORTS[name], recompute(told).values(), question, entries_of))
    kept = (await sent(reporting, "GET", f"/v1/reports/{name}", params=MONTH)).json()["figures"]
    made = {one.key: one.value for one in figures if one.name not in AROUND}
    assert {one["key"]: one["value"] for one in kept if one["name"] not in AROUND} == made


AROUND = {"staff_hours", "open_per_staff_hour", "revenue_per_available_room"}
"""Figures that need more than facts."""


async def test_what_the_provider_did_is_the_third_side_and_is_counted_once(reporting: Standing) -> None:
    action = FinanceAction(id="fin-1", property_id=PROPERTY, code="refund", amount=Money(amount=-900, currency="EUR"),
                           at=NOON, version=1)  # fmt: skip
    told = envelope("finance.refund_seen.v1", "fin-1", 1, NOON, FinanceEvent(actor=ACTOR, finance=action))
    handler = next(one for one in reporting.chassis.consumptions if one.spec.group == "reporting.cash").spec.handler

    async def hear(tx: Any) -> None:
        await handler.apply(tx, [told])

    async def forget(tx: Any) -> None:
        await handler.forget(tx, "fin-1")

    for work in (hear, hear, forget, hear):
        await reporting.chassis.mongo.run(work)
    found = await answered(reporting, "financial_effect")
    assert found == {"seen_refund|currency=EUR": 900, "refunds_not_of_records|currency=EUR": 900}
