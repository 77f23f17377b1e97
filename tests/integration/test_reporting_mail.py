"""Deliveries go out by e-mail through a real SMTP server, each at most once; old files are cleared away."""

import datetime as dt
from collections.abc import AsyncIterator
from email.message import Message
from typing import Any

import pytest

from services.auth.domain.policy import default_grants
from services.reporting.app import assemble
from services.reporting.settings import Settings
from services.reporting.store import prepare
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Role
from shared.contracts.values import Scope
from tests.factories.access import bearer, hotel, knowledge
from tests.factories.records import CHAIN, PROPERTY
from tests.factories.reporting import lives
from tests.factories.staff import GENERAL, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.providers import Mailbox, mailbox
from tests.fakes.traces import FakeTraceSink

pytestmark = pytest.mark.integration

DUTY = member("staff-duty", Role.DUTY_MANAGER, departments=tuple(Department))
SUPERVISOR = member("staff-sue", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,))
DUTY_BOX = "duty@city.example"
TERMS = {
    "report": "completion_time",
    "audience": "duty_manager",
    "at": "07:00",
    "mail_to": [DUTY_BOX, "gm@city.example"],
}
LONG_AGO = dt.timedelta(days=500)


@pytest.fixture
async def box() -> AsyncIterator[tuple[Mailbox, int]]:
    """A mail server."""
    async with mailbox() as found:
        yield found


@pytest.fixture
async def reporting(mongo_url: str, database_name: str, box: tuple[Mailbox, int]) -> AsyncIterator[Standing]:
    """Reporting that has a mail server, on the evening of a hotel's day."""
    settings = Settings(
        mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER, smtp_host="127.0.0.1",
        smtp_port=box[1], smtp_tls="none", mail_from="bell@hotel.example",
    )  # fmt: skip
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, settings, FakeTraceSink()))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge([DUTY, SUPERVISOR, GENERAL], default_grants(), hotel()))
    yield standing
    await chassis.mongo.close()


async def asked(reporting: Standing, path: str, who: Any = GENERAL) -> Any:
    """The answer to a question."""
    async with reporting.client() as client:
        return (await client.get(path, headers=bearer(who, "reporting"))).json()


async def delivered(reporting: Standing, terms: dict[str, Any] = TERMS) -> str:
    """One delivery that was made, and nothing sent of it yet; its id."""
    await reporting.hears(*mixed_lives())
    async with reporting.client() as client:
        body = {"property_id": PROPERTY, "name": "Morning", "terms": terms}
        headers = bearer(GENERAL, "reporting") | {"Idempotency-Key": "make-a-schedule"}
        assert (await client.post("/v1/schedules", headers=headers, json=body)).status_code == 201
    reporting.at(dt.datetime(2026, 3, 11, 7, tzinfo=dt.UTC))
    await reporting.fires()
    await reporting.app.state.delivering.deliver()
    return str((await asked(reporting, "/v1/runs"))["runs"][0]["id"])


def mixed_lives() -> list[Any]:
    """Some records of the day."""
    return [event for life in lives(12) for event in life]


def kinds(message: Message) -> list[str]:
    """What a message is made of."""
    return [part.get_content_type() for part in message.walk() if not part.is_multipart()]


async def test_delivery_goes_out_once_to_each_address_with_its_picture_inside_and_its_workbook(
    reporting: Standing, box: tuple[Mailbox, int]
) -> None:
    run = await delivered(reporting)
    assert [await reporting.app.state.mailing.send() for _ in range(2)] == [2, 0]
    await reporting.app.state.delivering.deliver()
    assert await reporting.app.state.mailing.send() == 0
    messages = sorted(box[0].messages, key=lambda one: str(one["To"]))
    assert [one["To"] for one in messages] == [DUTY_BOX, "gm@city.example"]
    first = messages[0]
    assert (first["From"], first["Subject"]) == (
        "bell@hotel.example", "Completion time: city, 2026-03-05 to 2026-03-11",
    )  # fmt: skip
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert kinds(first) == ["text/plain", "text/html", "image/png", sheet]
    inside = next(part for part in first.walk() if part.get_content_type() == "image/png")
    html = next(part for part in first.walk() if part.get_content_type() == "text/html").get_payload(decode=True)
    assert isinstance(html, bytes)
    assert f"cid:{str(inside['Content-ID']).strip('<>')}".encode() in html
    assert len({one["Message-ID"] for one in messages}) == 2
    [stands] = (await asked(reporting, "/v1/schedules"))["schedules"]
    assert (stands["last"]["id"], stands["mails_sent"], stands["mails_waiting"], stands["mails_failed"]) == (
        run,
        2,
        0,
        0,
    )
    told = (await asked(reporting, f"/v1/runs/{run}/mails"))["mails"]
    assert [(one["to"], one["state"], one["code"]) for one in told] == [
        (DUTY_BOX, "sent", "ok"), ("gm@city.example", "sent", "ok"),
    ]  # fmt: skip


async def test_mail_that_was_surely_not_taken_is_sent_again_and_a_refused_one_is_not(
    reporting: Standing, box: tuple[Mailbox, int]
) -> None:
    box[0].refuse = ["451 later", "550 nobody here"]
    run = await delivered(reporting)
    assert await reporting.app.state.mailing.send() == 0
    rows = reporting.chassis.mongo.collection("mailings")
    assert sorted([row["state"] for row in await rows.find({})]) == ["refused", "waiting"]
    assert await reporting.app.state.mailing.send() == 0  # not before its time
    await rows.update_many({"state": "waiting"}, {"$set": {"due_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}})
    assert await reporting.app.state.mailing.send() == 1
    told = (await asked(reporting, f"/v1/runs/{run}/mails"))["mails"]
    assert sorted((one["state"], one["code"], one["tries"]) for one in told) == [
        ("refused", "smtp_550", 1), ("sent", "ok", 2),
    ]  # fmt: skip


async def test_mail_that_a_crash_left_half_sent_is_not_sent_again(
    reporting: Standing, box: tuple[Mailbox, int]
) -> None:
    run = await delivered(reporting, TERMS | {"mail_to": [DUTY_BOX]})
    rows = reporting.chassis.mongo.collection("mailings")
    begun = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)
    changed = {"state": "sending", "since": begun, "tries": 1, "body.state": "sending", "body.tries": 1}
    await rows.update_many({}, {"$set": changed})
    assert await reporting.app.state.mailing.send() == 0
    told = (await asked(reporting, f"/v1/runs/{run}/mails"))["mails"]
    assert [(one["state"], one["code"]) for one in told] == [("unknown", "broken_off")]
    assert await reporting.app.state.mailing.send() == 0
    assert box[0].messages == []


async def test_addresses_are_shown_to_those_who_may_read_about_staff(reporting: Standing) -> None:
    run = await delivered(reporting)
    for who, addresses in ((GENERAL, [DUTY_BOX, "gm@city.example"]), (SUPERVISOR, [])):
        told = (await asked(reporting, "/v1/schedules", who))["schedules"]
        assert [one["terms"]["mail_to"] for one in told] == [addresses]
    assert {one["to"] for one in (await asked(reporting, f"/v1/runs/{run}/mails", SUPERVISOR))["mails"]} == {""}
    history = await reporting.chassis.outbox.history(Scope(chain=CHAIN), run)
    assert history
    assert not [event for event in history if DUTY_BOX in str(event)]


@pytest.mark.parametrize(
    "address", ["duty", "a@b", "a b@city.example", "a@city.example\r\nBcc: x@y.example", "@x.example"]
)
async def test_schedule_refuses_what_is_no_address(reporting: Standing, address: str) -> None:
    async with reporting.client() as client:
        body = {"property_id": PROPERTY, "name": "Morning", "terms": TERMS | {"mail_to": [address]}}
        headers = bearer(GENERAL, "reporting") | {"Idempotency-Key": "make-a-schedule"}
        refused = await client.post("/v1/schedules", headers=headers, json=body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["breaches"]] == ["terms.mail_to.0"]
    assert (await asked(reporting, "/v1/schedules"))["schedules"] == []


async def test_old_files_are_cleared_away_and_young_ones_stay(reporting: Standing) -> None:
    run = await delivered(reporting)
    files = reporting.chassis.mongo.collection("files.files")
    assert len(await files.find({})) == 3
    assert await reporting.app.state.clearing.clear() == 0
    old = dt.datetime.now(dt.UTC) - LONG_AGO
    await files.update_many({"filename": f"{CHAIN}|{run}.png"}, {"$set": {"uploadDate": old}})
    assert await reporting.app.state.clearing.clear() == 1
    assert sorted(row["filename"].rpartition(".")[2] for row in await files.find({})) == ["eml", "xlsx"]
    assert await reporting.chassis.mongo.collection("files.chunks").count({"files_id": f"{CHAIN}|{run}.png"}) == 0
