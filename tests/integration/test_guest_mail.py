"""Messages to guests by a real mail server, within what each guest agrees to."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler

from deploy.local.ports import choose
from services.integrations.app import Parts, assemble, parts
from services.integrations.composition.messages import Outside
from services.integrations.domain.mail import MailServer
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from shared.contracts.identity import Role
from shared.contracts.records import MessageCommand, RecordMessageRequested
from shared.contracts.staff import Mode
from shared.contracts.values import Scope, stay_id
from tests.factories.access import bearer, becomes, grant, hotel, knowledge
from tests.factories.bookings import payloads, small_schedule
from tests.factories.guest_events import message_told
from tests.factories.records import ACTOR, CHAIN, NOON, PROPERTY, envelope, snapshot
from tests.factories.staff import ANA, TEAM, member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
AWAY = member("clerk-away", Role.ASSOCIATE, properties=("resort",))
AUDITOR = member("the-auditor", Role.AUDITOR, properties=None)
GRANTS = [grant("request_message", kind="message", roles=(Role.ASSOCIATE,))]
SCOPE = Scope(chain=CHAIN)


class Inbox(Handler):
    """What a mail server was given; `refuse` says no to everybody."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.mails: list[Any] = []
        self.refuse = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return "550 no such user" if self.refuse else "250 OK"

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


@dataclass
class House:
    """The service with a mail server and one stay whose guest has an address."""

    standing: Standing
    have: Parts
    inbox: Inbox
    stay: str
    guest: str
    asked: int = 0

    async def send(self, message_id: str, **more: Any) -> str:
        """A record asks for a message; its state at the end."""
        command = MessageCommand(
            id=message_id, guest_id=self.guest, stay_id=self.stay, send=True, topic_code="welcome", **more
        )
        record = snapshot(f"rec-{message_id}", stay_id=self.stay)
        body = RecordMessageRequested(actor=ACTOR, record=record, message=command)
        await self.standing.hears(envelope("record.message_requested.v1", record.id, 2, NOON, body))
        await self.have.send_messages()
        [row] = await self.have.chassis.mongo.collection("messages").find({"_id": message_id})
        return str(row["body"]["message"]["state"]) + f":{row['body']['message']['failure'] or ''}"

    async def ask(self, method: str, body: Any = None, who: Any = ANA, guest: str | None = None) -> httpx.Response:
        self.asked += 1
        sent = bearer(who, "integrations") | {"Idempotency-Key": f"key-{self.asked:08}"}
        async with self.standing.client() as client:
            path = f"/v1/guests/{guest or self.guest}/consents"
            return await client.request(method, path, json=body, headers=sent)

    async def hears_guest(self, **said: Any) -> None:
        event = message_told("received", **said)
        handler = next(one for one in self.standing.chassis.consumptions if one.spec.group.endswith("consents"))
        await self.standing.chassis.mongo.run(lambda tx: handler.applier._handler.apply(tx, [event]))


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[House]:
    inbox = Inbox()
    [port] = choose(("smtp",), {}, {}).values()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings = Settings(
        mongo_url=mongo_url,
        mongo_database=database_name,
        kafka_servers=NO_BROKER,
        connections=specs(CHAIN),
        mail=MailServer(host="127.0.0.1", port=port, sender="desk@hotel.example", tls=False),
    )
    have = parts(settings)
    standing = Standing(have.chassis, assemble(have))
    await standing.prepare(knowledge([*TEAM, AWAY, AUDITOR], GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    token = next(one.token for one in await have.connections.all(SCOPE) if one.property_id == PROPERTY)
    said = payloads(small_schedule())[0]
    said["guest"] |= {"email": "ana@guest.example", "language": "de"}
    async with standing.client() as client:
        path = f"/v1/pms/{PROPERTY}/{token}/hotel-bookings/events"
        assert (await client.post(path, json=said)).status_code == 202
    found = stay_id(PROPERTY, NAME, said["reservation"]["number"])
    kept = await have.stays.get(SCOPE, found)
    assert kept
    yield House(standing, have, inbox, found, kept.stay.guest_id)
    await have.chassis.mongo.close()
    controller.stop()


async def test_mail_goes_out_once_in_the_guests_language(house: House) -> None:
    assert await house.send("m-1") == "sent:"
    assert await house.send("m-1") == "sent:"
    [mail] = house.inbox.mails
    assert (mail["To"], mail["From"], mail["Message-ID"]) == (
        "ana@guest.example",
        "desk@hotel.example",
        "<m-1@hotel.example>",
    )
    assert "Guten Tag" in mail.get_payload(decode=True).decode()
    assert await house.standing.said("m-1") == ["message.sent.v1"]


async def test_recipient_that_is_refused_is_a_failure_that_alerts(house: House) -> None:
    house.inbox.refuse = True
    assert await house.send("m-1") == "failed:recipient_refused"
    assert await house.standing.said("m-1") == ["message.failed.v1"]


async def test_server_that_is_not_there_is_tried_again_and_nothing_is_sent(house: House) -> None:
    settings = house.have.settings.model_copy(
        update={"mail": MailServer(host="127.0.0.1", port=1, sender="desk@hotel.example", tls=False)}
    )
    talk = dataclasses.replace(house.have.talk, outside=Outside.of(settings))
    house.have = dataclasses.replace(house.have, settings=settings, talk=talk)
    assert await house.send("m-1") == "queued:"
    waiting = await house.have.messages.waiting(SCOPE, "m-1")
    assert waiting
    assert (waiting.state, waiting.attempts, waiting.failure) == ("pending", 1, "server_silent")
    assert waiting.next_try
    assert house.inbox.mails == []
    assert await house.standing.said("m-1") == []


async def test_who_said_stop_is_sent_nothing_and_who_takes_no_offers_none(house: House) -> None:
    no_offers = await house.ask("POST", {"channel": "email", "purpose": "marketing", "given": False})
    assert no_offers.status_code == 200, no_offers.text
    assert await house.send("m-1", template="offer") == "suppressed:no_consent"
    assert await house.send("m-2") == "sent:"
    await house.ask("POST", {"channel": "email", "purpose": "service", "given": False})
    assert await house.send("m-3") == "suppressed:no_consent"
    await house.ask("POST", {"channel": "email", "purpose": "service", "given": True})
    assert await house.send("m-4") == "sent:"
    assert [mail["Message-ID"] for mail in house.inbox.mails] == ["<m-2@hotel.example>", "<m-4@hotel.example>"]


async def test_guests_own_stop_is_kept_once_and_told(house: House) -> None:
    said = {"guest_id": house.guest, "stay_id": house.stay, "topic_code": "stop", "channel": "email"}
    await house.hears_guest(**said)
    await house.hears_guest(**said)
    assert await house.send("m-1") == "suppressed:no_consent"
    shown = (await house.ask("GET")).json()["items"]
    assert sorted((one["purpose"], one["given"], one["source"]) for one in shown) == [
        ("marketing", False, "guest"),
        ("service", False, "guest"),
    ]
    for one in shown:
        assert await house.standing.said(one["id"]) == ["consent.changed.v1"]


async def test_same_command_again_has_one_effect(house: House) -> None:
    body = {"channel": "email", "purpose": "marketing", "given": False}
    await house.ask("POST", body)
    house.asked -= 1
    again = await house.ask("POST", body)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    [one] = again.json()["items"]
    assert one["version"] == 1


@pytest.mark.parametrize(
    ("change", "field"), [({"channel": "pigeon"}, "channel"), ({"purpose": "x"}, "purpose"), ({"why": 1}, "why")]
)
async def test_wrong_word_is_refused_by_field(house: House, change: dict[str, Any], field: str) -> None:
    said = await house.ask("POST", {"channel": "email", "purpose": "service", "given": False} | change)
    assert (said.status_code, [one["field"] for one in said.json()["breaches"]]) == (422, [field])
    assert (await house.ask("GET")).json()["items"] == []


async def test_others_may_not_and_other_hotels_guests_are_not_found(house: House) -> None:
    answers = [await house.ask("GET", who=AUDITOR), await house.ask("GET", who=AWAY), await house.ask("GET", guest="x")]
    assert [said.status_code for said in answers] == [403, 404, 404]


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.TRAINING])
async def test_message_is_kept_and_not_sent_when_the_hotel_is_no_real_one_yet(house: House, mode: Mode) -> None:
    becomes(mode, house.have.chassis.policy)

    assert await house.send("mail-shadow", text=None, template="welcome") == "stored:"
    assert house.inbox.mails == []


async def test_message_waits_when_nobody_has_told_of_the_hotel(house: House) -> None:
    del house.have.chassis.policy.known.properties[PROPERTY]

    assert (await house.send("mail-early", text=None, template="welcome")).startswith("queued")
    assert house.inbox.mails == []
