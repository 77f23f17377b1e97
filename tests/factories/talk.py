"""The house that writes to guests: a stay whose guest has a number and an address, and ways to both of them."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.integrations.app import Parts, assemble, parts
from services.integrations.domain.messages import GuestMessage
from services.integrations.domain.sending_rules import KeptRules, SendingRules
from services.integrations.domain.twilio_words import TwilioAccount
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from shared.contracts.identity import Role
from shared.contracts.records import MessageCommand, RecordMessageRequested
from shared.contracts.values import Scope, stay_id
from tests.factories.access import bearer, grant, hotel, knowledge
from tests.factories.bookings import payloads, small_schedule
from tests.factories.records import ACTOR, CHAIN, NOON, PROPERTY, envelope, snapshot
from tests.factories.staff import ANA, TEAM, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.twilio_server import ACCOUNT, TOKEN, Twilio

AWAY = member("clerk-away", Role.ASSOCIATE, properties=("resort",))
AUDITOR = member("the-auditor", Role.AUDITOR, properties=None)
BOSS = member("the-boss", Role.GENERAL_MANAGER, properties=(PROPERTY,))
OTHER_BOSS = member("the-other-boss", Role.GENERAL_MANAGER, properties=(PROPERTY,))
ADMIN = member("the-admin", Role.CHAIN_ADMIN, properties=None)
FLOOR, RUNS = (Role.ASSOCIATE, Role.GENERAL_MANAGER), (Role.GENERAL_MANAGER, Role.CHAIN_ADMIN)
GRANTS = [
    grant("request_message", kind="message", roles=FLOOR),
    grant("request_message", kind="*", roles=FLOOR),
    grant("read", kind="message", roles=(*FLOOR, Role.CHAIN_ADMIN)),
    grant("manage", kind="message", roles=RUNS),
    grant("read", kind="guest", roles=(Role.GENERAL_MANAGER,)),
    grant("read", "redrive", kind="command", roles=(Role.GENERAL_MANAGER,)),
]
SCOPE = Scope(chain=CHAIN)
PHONE, MAIL = "+351912345678", "ana@guest.example"
PUBLIC = "https://stay.hotel.example"
GUEST = {"email": MAIL, "phone": "912 345 678", "country": "PRT", "language": "de", "first_name": "Ana"}


@dataclass
class Talk:
    """The service with one stay; what is sent is worked off when it is asked to."""

    standing: Standing
    have: Parts
    stay: str
    guest: str
    token: str
    asked: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    async def ask(self, message_id: str, topic: str = "welcome", send: bool = True, **more: Any) -> None:
        """A record asks for a message."""
        command = MessageCommand(
            id=message_id, guest_id=self.guest, stay_id=self.stay, send=send, topic_code=topic, **more
        )
        record = snapshot(f"rec-{message_id}", stay_id=self.stay)
        body = RecordMessageRequested(actor=ACTOR, record=record, message=command)
        await self.standing.hears(envelope("record.message_requested.v1", record.id, 2, NOON, body))

    async def work(self) -> int:
        """Work off what is due."""
        return await self.have.send_messages()

    async def send(self, message_id: str, topic: str = "welcome", **more: Any) -> str:
        """Ask and work off; its state and failure."""
        await self.ask(message_id, topic, **more)
        await self.work()
        return await self.state(message_id)

    async def state(self, message_id: str) -> str:
        """`state:failure` of a message."""
        message = (await self.row(message_id)).message
        return f"{message.state.value}:{message.failure or ''}"

    async def row(self, message_id: str) -> GuestMessage:
        """One message."""
        found = await self.have.messages.find(SCOPE, message_id)
        assert found
        return found

    async def ways(self, message_id: str) -> list[tuple[str, str]]:
        """The tries of a message: channel and state."""
        return [(one.channel, one.state.value) for one in (await self.row(message_id)).tries]

    async def rules(self, **rules: Any) -> None:
        """Give the hotel rules of its own."""
        kept = KeptRules(chain=CHAIN, place=PROPERTY, rules=SendingRules(**rules), version=1)
        row = {"chain": CHAIN, "place": PROPERTY, "version": 1, "body": kept.model_dump(mode="json")}
        await self.have.chassis.mongo.collection("sending_rules").update_one(
            {"_id": f"{CHAIN}|{PROPERTY}"}, {"$set": row}, upsert=True
        )

    async def due_now(self) -> None:
        """Whatever waits for its next try waits no more."""
        rows = self.have.chassis.mongo.collection("messages")
        await rows.update_many({"state": {"$in": ["pending", "unknown"]}}, {"$set": {"next_try": None}})
        past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
        await rows.update_many({"state": "unknown"}, {"$set": {"next_try": past}})
        await self.have.chassis.mongo.collection("message_endpoints").delete_many({})

    async def stale(self) -> None:
        """Whoever had claimed something is gone for long."""
        past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
        rows = self.have.chassis.mongo.collection("messages")
        await rows.update_many({"claimed": {"$ne": None}}, {"$set": {"claimed": past}})

    async def http(self, method: str, path: str, body: Any = None, who: Any = ANA, **headers: str) -> httpx.Response:
        """Ask as a person, with a key of its own."""
        self.asked += 1
        sent = bearer(who, "integrations") | {"Idempotency-Key": f"key-{self.asked:08}"} | headers
        async with self.standing.client() as client:
            return await client.request(method, path, json=body, headers=sent)

    async def hook(
        self, path: str, fields: dict[str, str], base: str = PUBLIC, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Call as Twilio does."""
        signed = Twilio.sign(f"{base}{path}", fields)
        async with self.standing.client() as client:
            return await client.post(path, data=fields, headers=signed | (headers or {}))

    async def texted(self, text: str, sid: str = "SM1", sender: str = PHONE, **more: str) -> httpx.Response:
        """A guest writes."""
        fields = {"MessageSid": sid, "From": sender, "To": "+351210000000", "Body": text, "AccountSid": ACCOUNT}
        return await self.hook(f"/v1/twilio/{PROPERTY}/messages", fields | {"NumMedia": "0"} | more)

    async def news(self, message_id: str, fields: dict[str, str]) -> httpx.Response:
        """News of a message of ours."""
        return await self.hook(f"/v1/twilio/{PROPERTY}/status/{message_id}", fields)


def account(url: str, **more: Any) -> TwilioAccount:
    """The hotel's account."""
    senders = {"sms_from": "+351210000000", "whatsapp_from": "+351210000001"} | more
    return TwilioAccount(property_id=PROPERTY, chain=CHAIN, account=ACCOUNT, token=TOKEN, base_url=url, **senders)


@contextlib.asynccontextmanager
async def talking(mongo_url: str, database_name: str, **settings: Any) -> AsyncIterator[Talk]:
    """The house with these settings."""
    told = Settings(
        mongo_url=mongo_url,
        mongo_database=database_name,
        kafka_servers=NO_BROKER,
        connections=specs(CHAIN),
        public_url=PUBLIC,
        **settings,
    )
    have = parts(told)
    standing = Standing(have.chassis, assemble(have))
    people = [*TEAM, AWAY, AUDITOR, BOSS, OTHER_BOSS, ADMIN]
    await standing.prepare(knowledge(people, GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    token = next(one.token for one in await have.connections.all(SCOPE) if one.property_id == PROPERTY)
    said = payloads(small_schedule())[0]
    said["guest"] |= GUEST
    async with standing.client() as client:
        path = f"/v1/pms/{PROPERTY}/{token}/hotel-bookings/events"
        answer = await client.post(path, json=said)
        assert answer.status_code == 202, answer.text
    found = stay_id(PROPERTY, NAME, said["reservation"]["number"])
    kept = await have.stays.get(SCOPE, found)
    assert kept
    try:
        yield Talk(standing, have, found, kept.stay.guest_id, token)
    finally:
        await have.chassis.mongo.close()
