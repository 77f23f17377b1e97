"""Alerts on a real MongoDB: late records ring, climb, are answered; nothing rings twice and nothing is forgotten."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.alerts.app import assemble
from services.alerts.settings import Settings
from services.alerts.store import prepare
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Role, system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.policy import ANY
from shared.contracts.records import LineKind
from shared.contracts.values import Money
from tests.factories.access import bearer, grant, hotel, knowledge
from tests.factories.records import NOON, PROPERTY, Story, envelope, minutes
from tests.factories.staff import ANA, DUTY, GENERAL, SUPERVISOR, TEAM, member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

DUE = NOON + minutes(60)
CASHIER = member("staff-fin", Role.FINANCE, departments=(Department.FINANCE,))
AWAY = member("staff-away", Role.GENERAL_MANAGER, properties=("resort",))
GRANTS = [
    grant("read", "acknowledge", kind="alert"),
    grant("read", kind=ANY),
    grant("status", kind="operations", roles=[Role.GENERAL_MANAGER]),
]


@pytest.fixture
async def alerts(mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """The alerts service of the demo chain."""
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, settings))
    await prepare(chassis.mongo)
    staff = [*TEAM, CASHIER, AWAY]
    await standing.prepare(knowledge(staff, GRANTS, hotel(), hotel("resort")))
    yield standing
    await chassis.mongo.close()


async def listed(alerts: Standing, state: str = "live", **query: str) -> list[dict[str, Any]]:
    """Alerts as the general manager sees them."""
    async with alerts.client() as client:
        answer = await client.get("/v1/alerts", params={"state": state, **query}, headers=bearer(GENERAL, "alerts"))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def inbox(alerts: Standing, person: Any) -> list[tuple[str, int]]:
    """What one person was told: rule and step now, newest first."""
    async with alerts.client() as client:
        answer = await client.get("/v1/inbox", headers=bearer(person, "alerts"))
    return [(entry["alert"]["rule"], entry["alert"]["step"]) for entry in answer.json()["items"]]


async def take(alerts: Standing, alert_id: str, person: Any = ANA, key: str = "key-00000001", **headers: str) -> Any:
    """Acknowledge an alert."""
    async with alerts.client() as client:
        signed = bearer(person, "alerts", **{"Idempotency-Key": key}, **headers)
        return await client.post(f"/v1/alerts/{alert_id}/acknowledge", headers=signed)


async def late_record(alerts: Standing) -> dict[str, Any]:
    """A record accepted in time and past its deadline: its alert."""
    await alerts.hears(*Story().accepted(NOON + minutes(5)).events)
    alerts.at(DUE + minutes(1))
    await alerts.fires()
    [alert] = await listed(alerts)
    return alert


async def test_late_record_rings_its_owner_then_climbs_step_by_step(alerts: Standing) -> None:
    alert = await late_record(alerts)
    assert (alert["rule"], alert["audience"], alert["room"]) == ("overdue", ["staff-ana"], "412")
    told = []
    for after in (11, 31, 61):
        alerts.at(DUE + minutes(after))
        await alerts.fires()
        [now] = await listed(alerts)
        told.append(now["audience"])
    assert told == [["staff-sue"], ["staff-dan"], ["staff-gil"]]
    assert await alerts.said(alert["id"]) == ["alert.opened.v1", *["alert.escalated.v1"] * 3]
    assert [await inbox(alerts, one) for one in (SUPERVISOR, DUTY, GENERAL)] == [[("overdue", 3)]] * 3


async def test_alerts_stay_with_everyone_they_reached_and_with_nobody_else(alerts: Standing) -> None:
    await late_record(alerts)
    alerts.at(DUE + minutes(11))
    await alerts.fires()
    async with alerts.client() as client:
        mine = [
            (await client.get("/v1/alerts", params={"mine": "true"}, headers=bearer(one, "alerts"))).json()["items"]
            for one in (ANA, SUPERVISOR, DUTY)
        ]
    assert [len(items) for items in mine] == [1, 1, 0]


async def test_nothing_fires_before_it_is_due(alerts: Standing) -> None:
    await alerts.hears(*Story().accepted(NOON + minutes(5)).events)
    alerts.at(NOON + minutes(50) - dt.timedelta(milliseconds=1))
    assert await alerts.fires() == 0
    alerts.at(NOON + minutes(50))
    assert await alerts.fires() == 1


async def test_events_delivered_again_ring_nothing_new(alerts: Standing) -> None:
    events = Story().accepted(NOON + minutes(5)).completed(DUE + minutes(2)).events
    await alerts.hears(*events)
    before = await listed(alerts, "all")
    await alerts.chassis.mongo.collection("watches").delete_many({})
    await alerts.hears(*events)
    assert await listed(alerts, "all") == before
    assert {alert["rule"]: alert["state"] for alert in before} == {"overdue": "resolved", "at_risk": "resolved"}


async def test_late_completion_that_outruns_its_timer_still_had_its_alert(alerts: Standing) -> None:
    await alerts.hears(*Story().accepted(NOON + minutes(5)).completed(DUE + minutes(2)).events)
    alerts.at(DUE + minutes(90))
    assert await alerts.fires() == 0
    overdue = next(alert for alert in await listed(alerts, "resolved") if alert["rule"] == "overdue")
    assert await alerts.said(overdue["id"]) == ["alert.opened.v1", "alert.resolved.v1"]
    assert await inbox(alerts, ANA) == []


async def test_timely_completion_heard_of_late_retracts(alerts: Standing) -> None:
    story = Story().accepted(NOON + minutes(5)).completed(DUE - minutes(1))
    await alerts.hears(*story.events[:2])
    alerts.at(DUE + minutes(1))
    await alerts.fires()
    await alerts.hears(story.events[2])
    [alert] = [alert for alert in await listed(alerts, "all") if alert["rule"] == "overdue"]
    assert alert["state"] == "retracted"
    assert await alerts.fires() == 0


async def test_acknowledging_stops_the_chain_at_once_and_twice_is_once(alerts: Standing) -> None:
    alert = await late_record(alerts)
    first = await take(alerts, alert["id"])
    again = await take(alerts, alert["id"])
    assert (first.status_code, first.json()["state"], first.json()["acknowledged_by"]) == (
        200, "acknowledged", "staff-ana",
    )  # fmt: skip
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    alerts.at(DUE + minutes(40))
    assert await alerts.fires() == 0
    assert await alerts.said(alert["id"]) == ["alert.opened.v1", "alert.acknowledged.v1"]


async def test_acknowledged_but_unresolved_rings_again_after_its_second_limit(alerts: Standing) -> None:
    alert = await late_record(alerts)
    await take(alerts, alert["id"])
    alerts.at(DUE + minutes(62))
    await alerts.fires()
    [again] = await listed(alerts)
    assert (again["state"], again["round"], again["audience"]) == ("open", 1, ["staff-ana"])


async def test_acknowledging_races_with_escalation_and_exactly_one_wins(alerts: Standing) -> None:
    alert = await late_record(alerts)
    alerts.at(DUE + minutes(11))
    answer, _ = await asyncio.gather(take(alerts, alert["id"], **{"If-Match": '"1"'}), alerts.fires())
    said = await alerts.said(alert["id"])
    outcomes = {200: ["alert.opened.v1", "alert.acknowledged.v1"], 412: ["alert.opened.v1", "alert.escalated.v1"]}
    assert said == outcomes[answer.status_code]


@pytest.mark.parametrize(
    ("person", "headers", "status", "code"),
    [
        (AWAY, {}, 404, "alert_not_found"),
        (ANA, {"If-Match": '"9"'}, 412, "version_moved_on"),
        (ANA, {"If-Match": "x"}, 422, "etag"),
    ],
)
async def test_acknowledging_is_refused_and_changes_nothing(
    alerts: Standing, person: Any, headers: dict[str, str], status: int, code: str
) -> None:
    alert = await late_record(alerts)
    answer = await take(alerts, alert["id"], person, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await listed(alerts) == [alert]


async def test_acknowledging_a_resolved_alert_is_a_conflict(alerts: Standing) -> None:
    await alerts.hears(*Story().accepted(NOON + minutes(5)).completed(DUE + minutes(2)).events)
    done = next(alert for alert in await listed(alerts, "resolved") if alert["rule"] == "overdue")
    answer = await take(alerts, done["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "alert_not_open")


async def test_alerts_of_another_property_are_not_there(alerts: Standing) -> None:
    alert = await late_record(alerts)
    async with alerts.client() as client:
        signed = bearer(AWAY, "alerts")
        mine = await client.get("/v1/alerts", headers=signed)
        theirs = await client.get("/v1/alerts", params={"property": PROPERTY}, headers=signed)
        one = await client.get(f"/v1/alerts/{alert['id']}", headers=signed)
    assert (mine.json()["items"], theirs.status_code, one.status_code) == ([], 404, 404)


async def test_lists_go_on_where_the_page_before_ended(alerts: Standing) -> None:
    stories = [Story(f"rec-{n}", at=NOON + minutes(n), owner_rule="fallback") for n in range(5)]
    await alerts.hears(*(event for story in stories for event in story.events))
    seen: list[str] = []
    async with alerts.client() as client:
        mark: str | None = None
        for _ in range(3):
            params = {"limit": "2"} | ({"cursor": mark} if mark else {})
            page = (await client.get("/v1/alerts", params=params, headers=bearer(ANA, "alerts"))).json()
            seen += [item["record_id"] for item in page["items"]]
            mark = page["next"]
        bad = await client.get("/v1/alerts", params={"cursor": "nonsense"}, headers=bearer(ANA, "alerts"))
    assert sorted(seen) == [f"rec-{n}" for n in range(5)]
    assert (bad.status_code, bad.json()["breaches"][0]["field"]) == (422, "cursor")


async def test_paused_record_does_not_ring_until_it_goes_on(alerts: Standing) -> None:
    story = Story().accepted(NOON + minutes(5)).blocked(NOON + minutes(20))
    await alerts.hears(*story.events)
    alerts.at(DUE + minutes(30))
    assert await alerts.fires() == 0
    story.unblocked(DUE + minutes(30))
    await alerts.hears(story.events[-1])
    alerts.at(DUE + minutes(100))
    await alerts.fires()
    assert {alert["rule"] for alert in await listed(alerts)} == {"overdue"}


async def test_failed_message_and_posting_ring_and_end_when_they_succeed(alerts: Standing) -> None:
    await alerts.hears(*Story().accepted(NOON + minutes(5)).events)
    message = Message(
        id="msg-1", property_id=PROPERTY, stay_id=None, guest_id=None, record_id="rec-1", direction=Direction.OUTBOUND,
        channel="email", topic_code="pre_arrival", state=MessageState.FAILED, at=NOON, version=1,
    )  # fmt: skip
    posting = Posting(
        id="post-1", property_id=PROPERTY, record_id="rec-1", line_id="line-1", stay_id=None, kind=LineKind.CHARGE,
        amount=Money(amount=1200, currency="EUR"), state=PostingState.UNKNOWN, at=NOON, version=1,
    )  # fmt: skip
    me = system("tests")
    await alerts.hears(
        envelope("message.failed.v1", "msg-1", 1, NOON + minutes(6), MessageEvent(actor=me, message=message)),
        envelope("posting.unknown.v1", "post-1", 1, NOON + minutes(6), PostingEvent(actor=me, posting=posting)),
    )
    assert {alert["rule"]: (alert["audience"], alert["room"]) for alert in await listed(alerts)} == {
        "message_failed": (["staff-ana"], "412"),
        "posting_failed": (["staff-fin"], "412"),
    }
    done = posting.model_copy(update={"state": PostingState.DONE, "version": 2})
    await alerts.hears(
        envelope("posting.done.v1", "post-1", 2, NOON + minutes(9), PostingEvent(actor=me, posting=done))
    )
    assert {alert["rule"] for alert in await listed(alerts)} == {"message_failed"}


async def test_storm_leads_once_per_person_and_group(alerts: Standing) -> None:
    stories = [Story(f"rec-{n:03}", owner_rule="fallback") for n in range(60)]
    await alerts.hears(*(event for story in stories for event in story.events))
    sent = await alerts.chassis.mongo.collection("notifications").find({})
    assert len(sent) == 60
    assert [row["staff_id"] for row in sent if row["lead"]] == ["staff-sue"]


async def test_auditor_finds_nothing_in_order_and_names_what_was_lost(alerts: Standing) -> None:
    alert = await late_record(alerts)
    mongo = alerts.chassis.mongo
    async with alerts.client() as client:
        gm = bearer(GENERAL, "alerts")
        look = alerts.app.state.inspecting.look
        assert await look() == []
        await mongo.collection("timers").delete_many({"_id": f"chain|{alert['id']}"})
        await mongo.collection("notices").delete_many({})
        await mongo.collection("watches").update_one({"_id": "rec-1"}, {"$set": {"unrung": NOON}})
        await look()
        found = (await client.get("/v1/alerts/audit", headers=gm)).json()["findings"]
        refused = await client.get("/v1/alerts/audit", headers=bearer(ANA, "alerts"))
    assert {(one["fault"], one["id"]) for one in found} == {
        ("open_without_timer", alert["id"]),
        ("alert_without_notice", alert["id"]),
        ("breach_without_alert", "rec-1"),
    }
    assert refused.status_code == 403


async def test_outage_is_made_up_for_step_by_step(alerts: Standing) -> None:
    await alerts.hears(*Story().accepted(NOON + minutes(5)).events)
    alerts.at(DUE + minutes(120))
    await alerts.fires()
    [alert] = await listed(alerts)
    assert (alert["step"], alert["late_ms"]) == (0, 120 * 60_000)
    steps = []
    for after in (121, 122, 123):
        alerts.at(DUE + minutes(after))
        await alerts.fires()
        steps.append((await listed(alerts))[0]["step"])
    assert steps == [1, 2, 3]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"state": "loud"}, "state"),
        ({"property": "$ne"}, "property"),
        ({"record": '{"$ne":1}'}, "record"),
        ({"cursor": "é"}, "cursor"),
        ({"mine": "perhaps"}, "mine"),
    ],
)
async def test_list_refuses_bad_input_and_names_the_field(alerts: Standing, params: dict[str, str], field: str) -> None:
    async with alerts.client() as client:
        answer = await client.get("/v1/alerts", params=params, headers=bearer(ANA, "alerts"))
    assert (answer.status_code, answer.json()["breaches"][0]["field"]) == (422, field)


async def test_command_without_a_key_or_a_signature_is_refused(alerts: Standing) -> None:
    alert = await late_record(alerts)
    path = f"/v1/alerts/{alert['id']}/acknowledge"
    async with alerts.client() as client:
        keyless = await client.post(path, headers=bearer(ANA, "alerts"))
        stranger = await client.post(path, headers={"Idempotency-Key": "key-00000001"})
        elsewhere = await client.post(path, headers=bearer(ANA, "reporting", **{"Idempotency-Key": "key-00000001"}))
    assert (keyless.status_code, stranger.status_code, elsewhere.status_code) == (422, 401, 401)
    assert await listed(alerts) == [alert]


async def test_key_used_for_another_alert_is_refused(alerts: Standing) -> None:
    await alerts.hears(*Story("rec-1", owner_rule="fallback").events, *Story("rec-2", owner_rule="fallback").events)
    one, other = await listed(alerts)
    await take(alerts, one["id"], SUPERVISOR)
    answer = await take(alerts, other["id"], SUPERVISOR)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
