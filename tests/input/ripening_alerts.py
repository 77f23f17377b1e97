"""Brings alerts, silences, rules and places into the states that commands wait for."""

import datetime as dt
from collections.abc import Sequence

from services.alerts.api.own import DEVICE, GONE, PLACE, WISHED
from services.alerts.api.rules import ASKED, RULED, TAKEN_BACK, TRIED
from services.alerts.api.silences import ENDED, begun_example
from shared.contracts.identity import system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from tests.factories.records import NOON, PROPERTY, envelope, minutes
from tests.factories.standing import Standing
from tests.input.ripening import Desk, Ripe

FRESH = {"If-Match": '"1"'}
OWN, PLACES = "/v1/alert-rules", "/v1/alert-destinations"
ONE = f"{OWN}/{{property_id}}/versions/{{version}}"


async def ring_by_hand(standing: Standing) -> list[str]:
    """Alerts that only a person ends."""
    for number in range(9):
        message = Message(
            id=f"msg-{number}",
            property_id=PROPERTY,
            direction=Direction.OUTBOUND,
            channel="email",
            topic_code="pre_arrival",
            state=MessageState.FAILED,
            at=NOON,
            version=1,
        )
        body = MessageEvent(actor=system("tests"), message=message)
        await standing.hears(envelope("message.failed.v1", message.id, 1, NOON, body))
    rows = await standing.chassis.mongo.collection("alerts").find({"alert.rule": "message_failed"})
    return [str(row["_id"]) for row in rows]


async def ripe_alerts(desk: Desk, rung: Sequence[str], failed: Sequence[str], at: dt.datetime) -> Ripe:
    """For every command, something that waits for it."""
    soon, begun = (at + minutes(95)).isoformat(), begun_example((at + minutes(600)).isoformat())
    over = begun_example((at + minutes(600)).isoformat()) | {"rule": "no_rule_owner"}
    silences = [(await desk.create("duty", "/v1/silences", over))["id"] for _ in range(2)]
    places = [(await desk.create("chief", PLACES, PLACE))["id"] for _ in range(2)]
    await desk.create("chief", "/v1/me/devices", DEVICE)
    await desk.put("second", f"{OWN}/_chain", ASKED, **FRESH)
    await desk.put("chief", f"{OWN}/resort", ASKED, **FRESH)
    second = {"If-Match": '"2"'}

    def on(alert: str) -> dict[str, dict[str, str]]:
        return {"path": {"alert_id": alert}}

    return {
        "POST /v1/alerts/{alert_id}/acknowledge": [on(rung[0])],
        "POST /v1/alerts/{alert_id}/snooze": [
            {**on(one), "headers": FRESH, "body": {"until": soon}} for one in failed[3:6]
        ],
        "POST /v1/alerts/{alert_id}/hand": [
            {**on(one), "headers": FRESH, "body": {"to": "staff-duty"}} for one in failed[6:]
        ],
        "POST /v1/alerts/{alert_id}/resolve": [{**on(one), "headers": FRESH} for one in failed[:3]],
        "GET /v1/alerts/{alert_id}/notices": [on(rung[0])],
        "POST /v1/silences": [{"body": begun}],
        "POST /v1/silences/{silence_id}/end": [
            {"path": {"silence_id": one}, "headers": FRESH, "body": ENDED} for one in silences
        ],
        "GET /v1/on-duty": [{"query": {"property": PROPERTY}}],
        f"GET {PLACES}": [{"query": {"property": PROPERTY}}],
        f"POST {PLACES}": [{"body": PLACE}],
        f"DELETE {PLACES}/{{destination_id}}": [{"path": {"destination_id": one}} for one in places],
        "PUT /v1/me/notifications": [{"headers": FRESH, "body": WISHED}],
        "POST /v1/me/devices": [{"body": DEVICE}],
        "POST /v1/me/devices/remove": [{"body": GONE}],
        f"GET {OWN}/{{property_id}}": [{"path": {"property_id": PROPERTY}}],
        f"GET {OWN}/{{property_id}}/versions": [{"path": {"property_id": "resort"}}],
        f"POST {OWN}/{{property_id}}/simulate": [{"path": {"property_id": PROPERTY}, "body": TRIED}],
        f"PUT {OWN}/{{property_id}}": [{"path": {"property_id": PROPERTY}, "headers": FRESH, "body": ASKED}],
        f"POST {ONE}/decide": [
            {"path": {"property_id": "_chain", "version": 1}, "headers": second, "body": RULED},
        ],
        f"POST {ONE}/withdraw": [
            {"path": {"property_id": "resort", "version": 1}, "headers": second, "body": TAKEN_BACK},
        ],
    }
