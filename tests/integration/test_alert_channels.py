"""Notices leave the house: by mail, SMS, WhatsApp, webhook, chat and push, on real servers that listen here."""

import base64
import datetime as dt
import json
from collections.abc import AsyncIterator
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import parse_qs

import http_ece
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks.webhooks import Webhook

from services.alerts.api.own import DEVICE
from services.alerts.store import MongoInspector
from services.alerts.usecases.beating import Beating
from shared.contracts.identity import system
from shared.contracts.staff import StaffEvent
from tests.factories.bell import ANA, AWAY, DUTY, GENERAL, PROPERTY, SUPERVISOR
from tests.factories.records import NOON, Story, envelope, minutes
from tests.factories.town import SMS, Town, destination, whole_town
from tests.fakes.providers import Mailbox

pytestmark = pytest.mark.integration


@pytest.fixture
async def town(mongo_url: str, database_name: str) -> AsyncIterator[Town]:
    async with whole_town(mongo_url, database_name) as found:
        yield found


def subject_of(box: Mailbox, at: int = 0) -> str:
    return str(make_header(decode_header(box.messages[at]["Subject"])))


async def test_mail_arrives_in_the_reader_s_language_once(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example", language="de")
    await town.routed({"channels": ["email"]})
    alert = await town.house.late()
    await town.send()
    await town.send()
    assert [(one["To"], subject_of(town.box)) for one in town.box.messages] == [
        ("ana@hotel.example", "Dringend: Guest request, Zimmer 412: ist zu spät.")
    ]
    assert await town.deliveries(alert["id"]) == [("email", "sent")]


async def test_letter_keeps_its_key_over_tries_and_arrives_when_the_server_is_ready(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example")
    await town.routed({"channels": ["email"]})
    town.box.refuse = ["451 try again later"]
    alert = await town.house.late()
    await town.send()
    assert await town.deliveries(alert["id"]) == [("email", "pending")]
    await town.later()
    rows = await town.house.mongo.collection("notifications").find({"channel": "email"})
    assert [one["Message-ID"] for one in town.box.messages] == [f"<{rows[0]['_id']}@hotel.example>"]
    assert [(line["state"], line["code"]) for line in rows[0]["log"]] == [("pending", "smtp_451"), ("sent", "ok")]


async def test_dead_channel_falls_over_to_the_next_and_that_to_the_one_after(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example", phone="+351912345678")
    await town.routed({"channels": ["email", "whatsapp", "sms"]})
    town.box.refuse = ["550 no such user"]
    town.http.answers[SMS] = [400, 201]
    alert = await town.house.late()
    await town.send()
    told = {"email": "failed", "whatsapp": "failed", "sms": "sent"}
    assert dict(await town.deliveries(alert["id"])) == told
    forms = [parse_qs(body.decode()) for _, body in town.http.of(SMS)]
    assert [(form["To"], form["From"]) for form in forms] == [
        (["whatsapp:+351912345678"], ["whatsapp:+15005550007"]), (["+351912345678"], ["+15005550006"]),
    ]  # fmt: skip
    assert forms[1]["Body"] == ["Critical: Guest request, room 412: it is late."]


async def test_provider_that_does_not_answer_in_time_is_asked_again_with_the_same_key(town: Town) -> None:
    place = await destination(town, "webhook", "slow")
    await town.routed({"destinations": [place["id"]]})
    town.http.hang.add("slow")
    town.house.standing.app.state.sending._senders["webhook"].limits = Quick
    alert = await town.house.late()
    await town.send()
    town.http.hang.clear()
    await town.later()
    ids = [headers["webhook-id"] for headers, _ in town.http.of("slow")]
    assert (len(ids), len(set(ids))) == (2, 1)
    row = await town.house.mongo.collection("notifications").find_one({"alert": alert["id"], "channel": "place"})
    assert (row["st"], row["maybe_twice"]) == ("sent", True)


class Quick:
    """A provider is given little time."""

    per_minute, at_once, timeout_s = 600, 4, 0.3


async def test_webhook_is_signed_as_the_standard_says_and_its_secret_shown_once(town: Town) -> None:
    place = await destination(town, "webhook", "hook")
    await town.routed({"severities": ["critical"], "destinations": [place["id"]]})
    await town.house.late()
    await town.send()
    [(headers, body)] = town.http.of("hook")
    told = Webhook(place["secret"]).verify(body, headers)
    assert [(one["rule"], one["room"]) for one in told["data"]["alerts"]] == [("overdue", "412")]
    listed = (await town.house.got(f"/v1/alert-destinations?property={PROPERTY}"))["items"]
    assert [(one["secret"], one["host"]) for one in listed] == [(None, town.http.url.removeprefix("http://"))]


async def test_chats_hear_of_a_group_once(town: Town) -> None:
    places = [(await destination(town, kind, kind))["id"] for kind in ("slack", "teams")]
    await town.routed({"destinations": places})
    for number in range(3):
        await town.house.standing.hears(*Story(f"rec-{number}", owner_rule="fallback").events)
    await town.send()
    [(_, slack)], [(_, teams)] = town.http.of("slack"), town.http.of("teams")
    assert json.loads(slack)["text"] == ":warning: Warning: Guest request, room 412: no rule found an owner."
    card = json.loads(teams)["attachments"][0]["content"]
    assert card["body"][0]["text"] == "Warning: Guest request, room 412: no rule found an owner."


class PushService:
    """A browser's push service, which is on the internet."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.status = 201
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._take))

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self.status)


async def test_push_is_encrypted_for_the_browser_and_a_gone_one_is_forgotten(town: Town) -> None:
    browser = ec.generate_private_key(ec.SECP256R1())
    public = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    auth = bytes(range(16))
    keys = {
        name: base64.urlsafe_b64encode(raw).rstrip(b"=").decode() for name, raw in (("p256dh", public), ("auth", auth))
    }
    device = {"endpoint": "https://push.example.net/one", **keys}
    said = await town.house.post("/v1/me/devices", ANA, device)
    assert (said.status_code, said.json()["devices"]) == (200, 1)
    service = PushService()
    town.house.standing.app.state.sending._senders["push"]._http = service.client
    await town.routed({"channels": ["push"]})
    await town.house.late("rec-1")
    await town.send()
    [sent] = service.asked
    plain = json.loads(http_ece.decrypt(sent.content, private_key=browser, auth_secret=auth, version="aes128gcm"))
    assert plain["text"] == "Critical: Guest request, room 412: it is late."
    assert (sent.headers["urgency"], sent.headers["authorization"].split(" ")[0]) == ("high", "vapid")
    service.status = 410
    await town.house.at(11)
    await town.house.standing.hears(*Story("rec-2", at=NOON + minutes(30)).accepted(NOON + minutes(31)).events)
    await town.house.at(31)
    await town.send()
    assert (await town.house.got("/v1/me/notifications", ANA))["devices"] == 0


async def test_answered_before_its_turn_nobody_is_called(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example")
    await town.routed({"channels": ["email"]})
    alert = await town.house.late()
    await town.house.post(f"/v1/alerts/{alert['id']}/acknowledge", ANA)
    await town.send()
    assert (town.box.messages, await town.deliveries(alert["id"])) == ([], [("email", "skipped")])


async def test_digest_tells_together_what_need_not_ring(town: Town) -> None:
    await town.wish(SUPERVISOR, email="sue@hotel.example", digest="hourly")
    for number in range(4):
        await town.house.standing.hears(*Story(f"rec-{number}", owner_rule="fallback").events)
    await town.send()
    assert town.box.messages == []
    town.house.standing.at(NOON + minutes(61))
    await town.send()
    assert [subject_of(town.box)] == ["Warning: 4 alerts"]
    assert town.box.messages[0].get_payload().count("no rule found an owner") == 4


async def test_storm_of_a_channel_waits_its_turn_and_loses_nothing(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example")
    await town.routed({"channels": ["email"]})
    throttle = town.house.standing.app.state.sending._throttles["email"]
    throttle._left, throttle._rate = 0.0, 0.01
    alert = await town.house.late()
    await town.send()
    assert await town.deliveries(alert["id"]) == [("email", "pending")]
    throttle._left = 1.0
    await town.later()
    assert len(town.box.messages) == 1


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("http://hooks.example.net/x", "url"),
        ("https://10.0.0.1/x", "url"),
        ("https://[::ffff:7f00:1]/x", "url"),
        ("https://0x7f.1/x", "url"),
        ("https://user@hooks.example.net/x", "url"),
        ("ftp://hooks.example.net", "url"),
        ("", "url"),
    ],
)
async def test_place_that_is_no_public_address_is_refused_when_it_is_named(town: Town, url: str, field: str) -> None:
    body = {"property_id": PROPERTY, "kind": "webhook", "name": "x", "url": url}
    said = await town.house.post("/v1/alert-destinations", GENERAL, body)
    assert (said.status_code, said.json()["breaches"][0]["field"]) == (422, field)
    assert (await town.house.got(f"/v1/alert-destinations?property={PROPERTY}"))["items"] == []


async def test_place_is_named_once_by_its_key_and_taken_away(town: Town) -> None:
    body = {"property_id": PROPERTY, "kind": "slack", "name": "x", "url": "https://hooks.example.net/x"}
    key = {"Idempotency-Key": "place-0001"}
    first = await town.house.post("/v1/alert-destinations", GENERAL, body, **key)
    again = await town.house.post("/v1/alert-destinations", GENERAL, body, **key)
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (first.json()["id"], "true")
    path = f"/v1/alert-destinations/{first.json()['id']}"
    refused = [(await town.house.ask("DELETE", path, who)).status_code for who in (ANA, AWAY)]
    assert refused == [403, 404]
    assert (await town.house.ask("DELETE", path, GENERAL)).status_code == 204
    assert (await town.house.ask("DELETE", path, GENERAL)).status_code == 204
    assert (await town.house.got(f"/v1/alert-destinations?property={PROPERTY}"))["items"] == []


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"email": "ana@hotel.example\r\nBcc: all@hotel.example"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"phone": "0912345"}, "phone"),
        ({"channels": ["pigeon"]}, "channels.0"),
        ({"language": "xx"}, "language"),
        ({"digest": "weekly"}, "digest"),
        ({"staff_id": "staff-dan"}, "staff_id"),
    ],
)
async def test_wish_that_cannot_be_is_refused_and_changes_nothing(
    town: Town, wishes: dict[str, Any], field: str
) -> None:
    said = await town.house.ask("PUT", "/v1/me/notifications", ANA, wishes, **{"If-Match": '"1"'})
    assert (said.status_code, said.json()["breaches"][0]["field"]) == (422, field)
    assert (await town.house.got("/v1/me/notifications", ANA))["revision"] == 1


async def test_wishes_are_changed_on_the_version_that_was_seen(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example")
    stale = await town.house.ask("PUT", "/v1/me/notifications", ANA, {}, **{"If-Match": '"1"'})
    blind = await town.house.ask("PUT", "/v1/me/notifications", ANA, {})
    assert [(said.status_code, said.json()["code"]) for said in (stale, blind)] == [
        (412, "version_moved_on"), (428, "if_match_required"),
    ]  # fmt: skip
    shown = await town.house.got("/v1/me/notifications", ANA)
    assert (shown["wishes"]["email"], shown["channels"]) == ("ana@hotel.example", ["email", "push", "sms", "whatsapp"])
    assert len(base64.urlsafe_b64decode(shown["push_key"] + "=")) == 65


async def test_no_address_is_in_any_event_or_answer_to_others(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example", phone="+351912345678")
    await town.routed({"channels": ["email"]})
    alert = await town.house.late()
    await town.send()
    events = await town.house.mongo.collection("events").find({})
    shown = await town.house.got(f"/v1/alerts/{alert['id']}/notices", DUTY)
    said = json.dumps(shown) + " ".join(str(bytes(row["value"])) for row in events)
    assert ("ana@" in said, "+351" in said) == (False, False)


async def test_whoever_leaves_is_forgotten_with_their_addresses(town: Town) -> None:
    await town.wish(ANA, email="ana@hotel.example")
    await town.house.post("/v1/me/devices", ANA, DEVICE)
    left = StaffEvent(actor=system("tests"), staff=ANA.model_copy(update={"active": False}))
    await town.house.standing.hears(envelope("staff.left.v1", ANA.id, 2, NOON, left))
    held = [await town.house.mongo.collection(name).count({}) for name in ("preferences", "devices")]
    assert held == [0, 0]


async def test_heartbeat_is_sent_while_all_is_well_and_not_when_something_grave_was_found(town: Town) -> None:
    beats: list[bool] = []

    async def beat() -> bool:
        beats.append(True)
        return True

    house = town.house
    clock, inspector = house.standing.chassis.clock.now, MongoInspector(house.mongo)
    beating = Beating(inspector, beat, clock, dt.timedelta(minutes=3))
    assert await beating.turn() is False  # nobody has looked yet
    alert = await house.late()
    await house.standing.app.state.inspecting.look()
    assert (await beating.turn(), len(beats)) == (True, 1)
    await house.mongo.collection("timers").delete_many({"_id": f"chain|{alert['id']}"})
    await house.standing.app.state.inspecting.look()
    assert (await beating.turn(), len(beats)) == (False, 1)
    await house.at(10)
    assert await beating.turn() is False  # and the look is old by now


async def test_quiet_hours_move_with_the_rules_of_the_zone(town: Town) -> None:
    rows = town.house.mongo.collection("notifications")
    wall = {"wall": "2026-03-29T07:00:00", "zone": "Europe/Lisbon", "property_id": PROPERTY}
    wrong = dt.datetime(2026, 3, 29, 7, tzinfo=dt.UTC)
    await rows.insert_one({"_id": "put-off", "visible_at": wrong, **wall})
    jobs = {job.name: job for job in town.house.standing.app.state.jobs}
    assert await jobs["zones"].work() == 1
    moved = await rows.find_one({"_id": "put-off"})
    assert moved["visible_at"] == wrong - dt.timedelta(hours=1)
    assert await jobs["zones"].work() == 0


async def test_inbox_streams_what_is_there_and_what_comes_after(town: Town) -> None:
    alert = await town.house.late()
    entry = (await town.house.got("/v1/inbox", ANA))["items"][0]
    said = (await town.house.ask("GET", "/v1/inbox/stream", ANA)).text
    [event] = [block for block in said.split("\n\n") if block.startswith("id:")]
    assert (f"id: {entry['id']}" in event, alert["id"] in event) == (True, True)
    again = (await town.house.ask("GET", "/v1/inbox/stream", ANA, **{"Last-Event-ID": entry["id"]})).text
    assert "id:" not in again
