"""People answer alerts: put off, handed over, resolved, silenced; nothing that was asked of the bell is lost by it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.alerts import AlertState
from shared.contracts.identity import system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from tests.factories.bell import ANA, AWAY, BEN, CASHIER, DUE, GENERAL, SUPERVISOR, Bell, bell
from tests.factories.records import NOON, PROPERTY, envelope, minutes

pytestmark = pytest.mark.integration
HALF_PAST = (DUE + minutes(20)).isoformat()


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[Bell]:
    async with bell(mongo_url, database_name) as held:
        yield held


async def failed_message(house: Bell) -> dict[str, Any]:
    """The alert of a message that did not reach its guest."""
    message = Message(
        id="msg-1", property_id=PROPERTY, direction=Direction.OUTBOUND, channel="email", topic_code="pre_arrival",
        state=MessageState.FAILED, at=NOON, version=1,
    )  # fmt: skip
    body = MessageEvent(actor=system("tests"), message=message)
    await house.standing.hears(envelope("message.failed.v1", "msg-1", 1, NOON, body))
    return await house.one("message_failed")


async def test_snoozed_alert_is_still_until_its_time_then_rings_the_same_people_and_goes_on(house: Bell) -> None:
    alert = await house.late()
    put_off = await house.post(f"/v1/alerts/{alert['id']}/snooze", ANA, {"until": HALF_PAST})
    assert (put_off.status_code, put_off.json()["state"]) == (200, "open")
    assert await house.at(15) == 0
    await house.at(20)
    assert await house.heard(ANA) == ["overdue", "overdue"]
    await house.at(30)
    assert await house.heard(SUPERVISOR) == ["overdue"]
    assert await house.standing.said(alert["id"]) == [
        "alert.opened.v1", "alert.snoozed.v1", "alert.escalated.v1", "alert.escalated.v1",
    ]  # fmt: skip


async def test_alert_snoozed_at_a_higher_step_rings_that_step_again_with_one_event_a_version(house: Bell) -> None:
    alert = await house.late()
    await house.at(11)
    await house.post(f"/v1/alerts/{alert['id']}/snooze", SUPERVISOR, {"until": HALF_PAST})
    await house.at(20)
    assert await house.heard(SUPERVISOR) == ["overdue", "overdue"]
    said = await house.standing.said(alert["id"])
    assert (await house.one("overdue"))["version"] == len(said)


async def test_alert_handed_over_rings_the_colleague_and_then_the_steps_above(house: Bell) -> None:
    alert = await house.late()
    await house.post(f"/v1/alerts/{alert['id']}/acknowledge", ANA)
    handed = await house.post(f"/v1/alerts/{alert['id']}/hand", ANA, {"to": BEN.id})
    assert (handed.json()["state"], handed.json()["audience"], handed.json()["handed_to"]) == ("open", [BEN.id], BEN.id)
    assert await house.heard(BEN) == ["overdue"]
    await house.at(15)
    assert await house.heard(SUPERVISOR) == []
    await house.at(22)
    assert await house.heard(SUPERVISOR) == ["overdue"]


async def test_alert_with_no_other_end_is_resolved_by_hand(house: Bell) -> None:
    alert = await failed_message(house)
    done = await house.post(f"/v1/alerts/{alert['id']}/resolve", SUPERVISOR)
    assert (done.json()["state"], done.json()["closed_by"]) == ("resolved", SUPERVISOR.id)
    assert await house.at(600) == 0


async def test_answer_sent_again_with_its_key_is_done_once(house: Bell) -> None:
    alert = await house.late()
    path, key = f"/v1/alerts/{alert['id']}/snooze", {"Idempotency-Key": "snooze-0001"}
    first = await house.post(path, ANA, {"until": HALF_PAST}, **key)
    again = await house.post(path, ANA, {"until": HALF_PAST}, **key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("what", "body", "status", "code", "field"),
    [
        ("snooze", {"until": (DUE - minutes(1)).isoformat()}, 422, "snooze_range", "until"),
        ("snooze", {"until": (DUE + minutes(45)).isoformat()}, 422, "snooze_range", "until"),
        ("snooze", {"until": 1}, 422, "request_invalid", "until"),
        ("snooze", {}, 422, "request_invalid", "until"),
        ("snooze", {"until": HALF_PAST, "why": "x"}, 422, "request_invalid", "why"),
        ("hand", {"to": "staff-away"}, 422, "unknown_colleague", "to"),
        ("hand", {"to": "$ne"}, 422, "request_invalid", "to"),
        ("hand", {"to": "staff-ana"}, 409, "same_owner", None),
        ("resolve", None, 409, "cause_stands", None),
    ],
)
async def test_answer_that_cannot_be_is_refused_and_changes_nothing(
    house: Bell, what: str, body: Any, status: int, code: str, field: str | None
) -> None:
    alert = await house.late()
    before = await house.count()
    said = await house.post(f"/v1/alerts/{alert['id']}/{what}", ANA, body)
    problem = said.json()
    named = {each["field"] for each in problem.get("breaches", ())}
    assert (said.status_code, said.headers["Content-Type"]) == (status, "application/problem+json")
    assert (problem["code"], named) == (code, {field} - {None})
    assert (await house.count(), (await house.one("overdue"))["version"]) == (before, alert["version"])


async def test_alert_is_put_off_three_times_at_most(house: Bell) -> None:
    alert = await house.late()
    for after in (5, 10, 15):
        until = (DUE + minutes(after)).isoformat()
        assert (await house.post(f"/v1/alerts/{alert['id']}/snooze", ANA, {"until": until})).status_code == 200
        await house.at(after)
    fourth = await house.post(f"/v1/alerts/{alert['id']}/snooze", ANA, {"until": HALF_PAST})
    assert (fourth.status_code, fourth.json()["code"]) == (409, "snoozed_too_often")


async def test_answering_races_with_escalation_and_exactly_one_wins(house: Bell) -> None:
    alert = await house.late()
    await house.post(f"/v1/alerts/{alert['id']}/acknowledge", ANA)
    late = await house.post(f"/v1/alerts/{alert['id']}/snooze", ANA, {"until": HALF_PAST})
    assert (late.status_code, late.json()["code"]) == (409, "alert_not_open")
    assert await house.at(40) == 0


async def silenced(house: Bell, **terms: Any) -> Any:
    """A silence over the hotel for half an hour past the deadline, or as told."""
    body = {"property_id": PROPERTY, "until": (DUE + minutes(30)).isoformat(), "reason": "Works on the third floor."}
    return await house.post("/v1/silences", SUPERVISOR, body | terms)


async def test_silence_keeps_everybody_undisturbed_and_what_nobody_answered_rings_when_it_is_over(house: Bell) -> None:
    said = await silenced(house, rule="overdue", until=(DUE + minutes(25)).isoformat())
    assert (said.status_code, said.json()["reason"]) == (201, "Works on the third floor.")
    alert = await house.late()
    assert (alert["state"], alert["hushed"], await house.heard(ANA)) == ("open", True, [])
    log = await house.got(f"/v1/alerts/{alert['id']}/notices")
    assert [line["outcome"] for line in log["notices"]] == ["silenced"]
    await house.at(11)
    await house.at(26)
    assert await house.heard(ANA) == ["overdue"]
    assert (await house.one("overdue"))["hushed"] is False
    assert await house.standing.said(said.json()["id"]) == ["silence.begun.v1", "silence.ended.v1"]


async def test_silence_ended_before_its_time_lets_the_bell_ring_at_once(house: Bell) -> None:
    held = (await silenced(house)).json()
    await house.late()
    ended = await house.post(f"/v1/silences/{held['id']}/end", SUPERVISOR, {"reason": "The works are done."})
    assert (ended.status_code, ended.json()["ended_by"]) == (200, SUPERVISOR.id)
    await house.standing.fires()
    assert await house.heard(ANA) == ["overdue"]
    assert (await house.got("/v1/silences"))["items"] == []
    assert len((await house.got("/v1/silences?running=false"))["items"]) == 1


async def test_acknowledged_while_silent_stays_silent_afterwards(house: Bell) -> None:
    await silenced(house)
    alert = await house.late()
    await house.post(f"/v1/alerts/{alert['id']}/acknowledge", ANA)
    await house.at(31)
    assert await house.heard(ANA) == []


@pytest.mark.parametrize(
    ("terms", "status", "field"),
    [
        ({"until": (NOON + minutes(60 * 24 * 7 + 1)).isoformat()}, 422, "until"),
        ({"until": (NOON - minutes(1)).isoformat()}, 422, "until"),
        ({"until": None}, 422, "until"),
        ({"reason": " "}, 422, "reason"),
        ({"reason": "4111 1111 1111 1111"}, 422, "reason"),
        ({"rule": {"$ne": 1}}, 422, "rule"),
        ({"department": "cellar"}, 422, "department"),
        ({"property_id": "resort"}, 404, None),
        ({"property_id": "nowhere"}, 404, None),
    ],
)
async def test_silence_that_cannot_be_is_refused_and_nothing_is_silent(
    house: Bell, terms: dict[str, Any], status: int, field: str | None
) -> None:
    before = await house.count()
    said = await silenced(house, **terms)
    assert (said.status_code, {each["field"] for each in said.json().get("breaches", ())}) == (status, {field} - {None})
    assert (await house.count(), (await house.got("/v1/silences"))["items"]) == (before, [])


async def test_silence_is_asked_for_by_who_may(house: Bell) -> None:
    body = {"property_id": PROPERTY, "until": HALF_PAST, "reason": "No reason of mine."}
    refused = [await house.post("/v1/silences", who, body) for who in (ANA, CASHIER)]
    assert [(said.status_code, said.json()["code"]) for said in refused] == [(403, "not_granted")] * 2
    assert (await house.post("/v1/silences", AWAY, body)).status_code == 404


async def test_silence_ended_twice_is_a_conflict(house: Bell) -> None:
    held = (await silenced(house)).json()
    path, body = f"/v1/silences/{held['id']}/end", {"reason": "The works are done."}
    await house.post(path, SUPERVISOR, body)
    again = await house.post(path, SUPERVISOR, body)
    stale = await house.post(path, SUPERVISOR, body, **{"If-Match": '"9"'})
    assert [(said.status_code, said.json()["code"]) for said in (again, stale)] == [
        (409, "silence_over"), (412, "version_moved_on"),
    ]  # fmt: skip


async def test_duty_is_told_by_role_at_a_moment_in_local_time(house: Bell) -> None:
    told = await house.got(f"/v1/on-duty?property={PROPERTY}")
    people = {(each["role"], each["department"]): each["people"] for each in told["roles"]}
    assert people["supervisor", "housekeeping"] == [SUPERVISOR.id]
    assert people["general_manager", None] == [GENERAL.id, "staff-second"]
    assert told["local"] == "2026-03-10 12:00"
    far = await house.ask("GET", f"/v1/on-duty?property={PROPERTY}&at=2030-01-01T00:00:00Z")
    away = await house.ask("GET", f"/v1/on-duty?property={PROPERTY}", AWAY)
    assert (far.status_code, far.json()["breaches"][0]["field"], away.status_code) == (422, "at", 404)


async def test_alerts_are_listed_for_me_my_team_and_the_property(house: Bell) -> None:
    await house.late()
    shown = [
        len((await house.got(f"/v1/alerts?{query}", who))["items"])
        for query, who in (
            ("mine=true", ANA),
            ("mine=true", BEN),
            ("team=true", BEN),
            ("team=true", CASHIER),
            ("", ANA),
        )
    ]
    assert shown == [1, 0, 1, 0, 1]
    assert AlertState.OPEN.value in {each["state"] for each in await house.listed(property=PROPERTY)}
