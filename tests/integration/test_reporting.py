"""Reporting on a real MongoDB: facts equal the events', figures open onto their records, traces are told once."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.reporting.app import assemble
from services.reporting.domain import facts_hash, recompute
from services.reporting.domain.answer import asked_of
from services.reporting.domain.question import Around, Question
from services.reporting.domain.tally import ACCURACY
from services.reporting.reports import REPORTS, entries_of
from services.reporting.settings import Settings
from services.reporting.store import prepare
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.alerts import Alert, AlertEvent, AlertState, Severity
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department, Role, system
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.records import LineKind, MoneyLine
from shared.contracts.staff import Mode
from shared.contracts.values import Money
from tests.factories.access import bearer, becomes, grant, hotel, knowledge
from tests.factories.records import NOON, PROPERTY, Story, envelope, minutes, mixed
from tests.factories.staff import ANA, GENERAL, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.traces import FakeTraceSink

pytestmark = pytest.mark.integration

ME = system("tests")
AWAY = member("staff-away", Role.GENERAL_MANAGER, properties=("resort",))
EVERYTHING = member("staff-everything", Role.AUDITOR, properties=None)
DAYS = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
MANAGERS = [Role.AUDITOR, Role.GENERAL_MANAGER, Role.FINANCE]
GRANTS = [
    grant("read", kind="report", roles=MANAGERS),
    grant("status", kind="operations", roles=MANAGERS),
    grant("read", kind="guest_request"),
]


@pytest.fixture
def sink() -> FakeTraceSink:
    """Where traces go."""
    return FakeTraceSink()


@pytest.fixture
async def reporting(mongo_url: str, database_name: str, sink: FakeTraceSink) -> AsyncIterator[Standing]:
    """The reporting service of the demo chain."""
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, settings, sink))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge([ANA, GENERAL, AWAY, EVERYTHING], GRANTS, hotel(), hotel("resort")))
    standing.at(NOON + minutes(600))
    yield standing
    await chassis.mongo.close()


async def asked(reporting: Standing, path: str, person: Any = GENERAL, **params: str) -> Any:
    """The answer of one route."""
    async with reporting.client() as client:
        return await client.get(path, params=params or None, headers=bearer(person, "reporting"))


async def hashed(reporting: Standing) -> tuple[str, int]:
    """The hash of all stored facts and their number."""
    answer = (await asked(reporting, "/v1/facts/hash")).json()
    return answer["hash"], answer["facts"]


def outside(record: str) -> list[Envelope]:
    """A posting and an alert of a record."""
    posting = Posting(
        id=f"post-{record}", property_id=PROPERTY, record_id=record, line_id="line-1", kind=LineKind.CHARGE,
        amount=Money(amount=1200, currency="EUR"), state=PostingState.DONE, at=NOON, version=1,
    )  # fmt: skip
    alert = Alert(
        id=f"alert-{record}", property_id=PROPERTY, rule="overdue", severity=Severity.CRITICAL, subject=record,
        record_id=record, state=AlertState.OPEN, step=0, steps=(), opened_at=NOON + minutes(60), version=1,
    )  # fmt: skip
    at = NOON + minutes(60)
    return [
        envelope("posting.done.v1", posting.id, 1, at, PostingEvent(actor=ME, posting=posting)),
        envelope("alert.opened.v1", alert.id, 1, at, AlertEvent(actor=ME, alert=alert)),
    ]


def hotel_day() -> list[Envelope]:
    """Three records of one day, with money and an alert."""
    line = MoneyLine(id="line-1", kind=LineKind.CHARGE, amount=Money(amount=1200, currency="EUR"))
    paid = Story("rec-1").then("line_added", NOON + minutes(2), money=(line,)).completed(NOON + minutes(20))
    handed = Story("rec-2").handed_to(Department.FRONT_OFFICE, "staff-f", NOON + minutes(20))
    handed.blocked(NOON + minutes(25)).unblocked(NOON + minutes(45)).completed(NOON + minutes(100))
    return [*outside("rec-1"), *outside("rec-2"), *mixed([paid, handed, Story("rec-3")])]


async def test_stored_facts_equal_those_recomputed_from_the_events(reporting: Standing) -> None:
    events = hotel_day()
    for event in events:
        await reporting.hears(event)
    facts = recompute(reversed(events))
    assert await hashed(reporting) == (facts_hash(facts.values()), 3)


async def test_facts_stay_the_same_when_everything_is_delivered_again(reporting: Standing) -> None:
    await reporting.hears(*hotel_day())
    before = await hashed(reporting)
    await reporting.hears(*hotel_day())
    assert await hashed(reporting) == before


async def test_rebuild_of_every_aggregate_gives_the_same_hash_and_no_second_trace(
    reporting: Standing, sink: FakeTraceSink
) -> None:
    events = hotel_day()
    await reporting.hears(*events)
    await reporting.app.state.tracing.tell()
    before, told = await hashed(reporting), list(sink.taken)
    handler = reporting.chassis.consumptions[1].spec.handler
    for subject in sorted({event.subject for event in events}):

        async def forget(tx: Tx, subject: str = subject) -> None:
            await handler.forget(tx, subject)

        await reporting.chassis.mongo.run(forget)
    emptied = await hashed(reporting)
    await reporting.hears(*events)
    await reporting.app.state.tracing.tell()
    assert emptied != before
    assert await hashed(reporting) == before
    assert sink.taken == told
    assert len(told) == 2


async def test_traces_wait_while_nobody_takes_them(reporting: Standing, sink: FakeTraceSink) -> None:
    await reporting.hears(*hotel_day())
    sink.up = False
    refused = await reporting.app.state.tracing.tell()
    sink.up = True
    assert (refused, await reporting.app.state.tracing.tell()) == (0, 2)


async def test_figures_open_onto_the_records_behind_them(reporting: Standing) -> None:
    await reporting.hears(*hotel_day())
    answer = (await asked(reporting, "/v1/reports/completion_time", property=PROPERTY)).json()
    figures = {figure["key"]: figure for figure in answer["figures"]}
    assert (answer["start"], figures["closed"]["value"]) == ("2026-03-10", 2)
    assert figures["worked_p99"]["value"] == pytest.approx(80 * 60, rel=ACCURACY)
    behind = (await asked(reporting, figures["raw_p99"]["records_url"])).json()
    assert [(one["id"], one["late"]) for one in behind["items"]] == [("rec-2", True)]
    money = (await asked(reporting, "/v1/reports/money")).json()["figures"]
    assert {one["key"]: one["value"] for one in money} == {
        "requested|currency=EUR|kind=charge": 1200,
        "posted|currency=EUR|kind=charge": 1200,
    }


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("here", [PROPERTY, ""])
async def test_kept_sums_give_the_figures_that_the_facts_give(reporting: Standing, name: str, here: str) -> None:
    events, report = hotel_day(), REPORTS[name]
    for number in range(0, len(events), 3):
        await reporting.hears(*events[number : number + 3])
    question = Question(start=DAYS[0], end=DAYS[1], now=NOON + minutes(600))
    around = Around(rooms={PROPERTY: 0, "resort": 0})
    asked_for = {"from": str(DAYS[0]), "to": str(DAYS[1])} | ({"property": here} if here else {})
    answer = (await asked(reporting, f"/v1/reports/{name}", EVERYTHING, **asked_for)).json()
    kept = {one["key"]: one["value"] for one in answer["figures"]}
    figures = report.figures(asked_of(report, recompute(events).values(), question, entries_of, around))
    assert kept == {one.key: one.value for one in figures}


async def test_sums_are_those_of_the_facts_after_a_rebuild_and_after_a_recount(reporting: Standing) -> None:
    events = hotel_day()
    await reporting.hears(*events)
    before = await summed(reporting)
    handler = reporting.chassis.consumptions[1].spec.handler
    for subject in sorted({event.subject for event in events}):

        async def forget(tx: Tx, subject: str = subject) -> None:
            await handler.forget(tx, subject)

        await reporting.chassis.mongo.run(forget)
    emptied = await summed(reporting)
    await reporting.hears(*events)
    rebuilt = await summed(reporting)
    await reporting.chassis.mongo.collection("sums").delete_many({})
    await reporting.chassis.mongo.collection("facts").update_many({}, {"$set": {"counted": 0}})
    await reporting.app.state.counting.catch_up()
    assert (emptied, rebuilt, await summed(reporting)) == ({}, before, before)


async def summed(reporting: Standing) -> dict[str, int]:
    """All sums that are not nothing."""
    rows = await reporting.chassis.mongo.collection("sums").find({})
    return {
        f"{row['_id']}|{name}|{measure}": amount
        for row in rows
        for name, sums in row["s"].items()
        for measure, amount in sums.items()
        if amount
    }


async def test_day_shows_what_is_open_whenever_it_was_opened(reporting: Standing) -> None:
    await reporting.hears(*Story("rec-old", at=NOON - dt.timedelta(days=90)).events)
    figures = (await asked(reporting, "/v1/reports/day")).json()["figures"]
    found = {figure["key"]: figure["value"] for figure in figures}
    assert (found["open"], found["late"], found["opened"]) == (1, 1, 0)


async def test_waterfall_shows_the_stretches_of_a_record(reporting: Standing) -> None:
    await reporting.hears(*hotel_day())
    picture = (await asked(reporting, "/v1/records/rec-2/waterfall", ANA)).json()
    assert [(row["department"], row["paused"], row["seconds"]) for row in picture["rows"]] == [
        ("housekeeping", False, 1200),
        ("front_office", False, 300),
        ("front_office", True, 1200),
        ("front_office", False, 3300),
    ]
    assert (picture["total_s"], picture["paused_s"]) == (6000, 1200)


@pytest.mark.parametrize(
    ("path", "person", "params", "status", "code"),
    [
        ("/v1/reports", ANA, {}, 403, "not_granted"),
        ("/v1/reports/day", ANA, {}, 403, "not_granted"),
        ("/v1/reports/day", AWAY, {"property": PROPERTY}, 404, "property_not_found"),
        ("/v1/reports/gossip", GENERAL, {}, 404, "report_not_found"),
        ("/v1/reports/day/records", GENERAL, {"figure": "none"}, 404, "figure_not_found"),
        ("/v1/reports/day", GENERAL, {"from": "2026-03-11", "to": "2026-03-10"}, 422, "not_before_from"),
        ("/v1/reports/day", GENERAL, {"from": "yesterday"}, 422, "request_invalid"),
        ("/v1/records/rec-2/waterfall", AWAY, {}, 404, "record_not_found"),
        ("/v1/records/none/waterfall", GENERAL, {}, 404, "record_not_found"),
        ("/v1/facts/hash", ANA, {}, 403, "not_granted"),
    ],
)
async def test_refusals_name_their_reason(
    reporting: Standing, path: str, person: Any, params: dict[str, str], status: int, code: str
) -> None:
    await reporting.hears(*hotel_day())
    answer = await asked(reporting, path, person, **params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_propertys_records_count_for_nobody_else(reporting: Standing) -> None:
    await reporting.hears(*hotel_day())
    figures = (await asked(reporting, "/v1/reports/day", AWAY)).json()["figures"]
    assert {figure["value"] for figure in figures} <= {0, None}


@pytest.mark.parametrize("where", [{}, {"property": "city"}], ids=["of all", "of its own"])
async def test_training_hotel_is_in_no_report(reporting: Standing, where: dict[str, str]) -> None:
    await reporting.hears(*Story("rec-real").completed(NOON + minutes(50)).events)
    days = {"from": "2026-03-01", "to": "2026-03-31", **where}
    counted = (await asked(reporting, "/v1/reports/completion_time", **days)).json()["figures"]

    becomes(Mode.TRAINING, reporting.chassis.policy)

    practised = (await asked(reporting, "/v1/reports/completion_time", **days)).json()["figures"]
    assert (bool(counted), practised) == (True, [])
