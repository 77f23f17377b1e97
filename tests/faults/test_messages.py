"""Real processes are killed and frozen around guests' messages: sent at most once, none forgotten, each heard once."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.integrations.domain.mail import MailBox, MailServer
from tests.factories.records import CHAIN, PROPERTY
from tests.factories.standing import NO_BROKER
from tests.factories.talk import MAIL, PHONE, PUBLIC, Talk, account, talking
from tests.fakes.providers import Mailbox, free_port, mailbox
from tests.fakes.twilio_server import ACCOUNT, TOKEN, Twilio, twilio
from tests.faults import message_worker
from tests.faults.workers import Workers, hotels_known, until

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
DESK = "desk@hotel.example"
LOST = "failed:outcome_unknown"


@dataclass
class Post(Workers):
    """The house, its providers, and the processes that send and hear."""

    talk: Talk = None  # type: ignore[assignment] # given right after the processes are there
    provider: Twilio = field(default_factory=Twilio)
    mails: Mailbox = field(default_factory=Mailbox)
    letters: Path = Path()
    asked: int = 0

    async def ask(self, way: str) -> str:
        """A message that goes by one way; its id."""
        self.asked += 1
        await self.talk.rules(order=(way,))
        # Words of its own: a provider is asked by number and words.
        body = {"text": f"Your taxi is number {self.asked}.", "send": True}
        said = await self.talk.http("POST", f"/v1/threads/{self.talk.stay}/messages", body)
        assert said.status_code == 201, said.text
        return str(said.json()["id"])

    def left(self) -> int:
        """How many messages have left the house."""
        return len(self.provider.forms) + len(self.mails.messages)

    async def ended(self, name: str, *states: str) -> None:
        """Wait until a message stands so."""

        async def there() -> bool:
            return await self.talk.state(name) in states

        await until(there, f"{name} is {states}")

    def write(self) -> None:
        """A guest writes a mail."""
        self.asked += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = MAIL, DESK, "Hello"
        mail["Message-ID"] = f"<{self.asked}@guest.example>"
        mail.set_content("May we have a cot?")
        fresh = self.letters / f"{self.asked}.new"
        fresh.write_bytes(mail.as_bytes())
        fresh.rename(fresh.with_suffix(".eml"))

    async def heard(self) -> int:
        """How many messages of guests are kept, each with one event and no more."""
        rows = await self.talk.have.chassis.mongo.collection("messages").find({"inbound": True})
        told = await self.talk.have.chassis.mongo.collection("events").find({"type": "message.received.v1"})
        assert sorted(one["_id"] for one in rows) == sorted(one["agg"] for one in told)
        return len(rows)

    async def serve(self, port: int) -> int:
        """Somebody answers the provider there."""
        worker = self.start(f"serve {port}")

        def listens() -> bool:
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", port)) == 0

        await until(listens, "somebody answers the provider")
        return worker

    async def text(self, port: int) -> bool:
        """The provider tells of the text; whether it was answered."""
        fields = {"MessageSid": f"SM{self.asked}", "From": PHONE, "Body": "May we have a cot?", "AccountSid": ACCOUNT}
        path = f"/v1/twilio/{PROPERTY}/messages"
        signed = Twilio.sign(f"{PUBLIC}{path}", fields)
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
                said = await client.post(f"http://127.0.0.1:{port}{path}", data=fields, headers=signed)
        except httpx.TransportError:
            return False
        assert said.status_code == 200, said.text
        return True


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def post(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    """A hotel with a number and a mail server."""
    folder, database = tmp_path_factory.mktemp("messages"), f"test_messages_{os.getpid()}"
    (folder / "letters").mkdir()
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(twilio())
        mails, smtp = await stack.enter_async_context(mailbox())
        secret: Any = "secret"
        inbox = MailBox(
            property_id=PROPERTY, chain=CHAIN, host="127.0.0.1", user="d", password=secret, sender=DESK, tls=False
        )
        settings: dict[str, Any] = {
            "twilio": (account(provider.url),),
            "mail": MailServer(host="127.0.0.1", port=smtp, sender=DESK, tls=False),
            "inboxes": (inbox,),
        }
        talk = await stack.enter_async_context(talking(mongo_url, database, **settings))
        await hotels_known(talk.standing.chassis)
        environment = os.environ | {
            "BELLBOARD_MONGO_URL": mongo_url,
            "BELLBOARD_MONGO_DATABASE": database,
            "BELLBOARD_KAFKA_SERVERS": NO_BROKER,
            "BELLBOARD_PUBLIC_URL": PUBLIC,
            "BELLBOARD_TWILIO": json.dumps([account(provider.url).model_dump(mode="json") | {"token": TOKEN}]),
            "BELLBOARD_MAIL": settings["mail"].model_dump_json(),
            "BELLBOARD_INBOXES": json.dumps([inbox.model_dump(mode="json") | {"password": secret}]),
            message_worker.LETTERS: str(folder / "letters"),
        }
        command = [sys.executable, "-m", "tests.faults.message_worker"]
        made = Post.of(command, environment, folder / "points")
        assert isinstance(made, Post)
        made.talk, made.provider, made.mails = talk, provider, mails
        made.letters = folder / "letters"
        yield made
        made.close()


@pytest.mark.parametrize(
    ("way", "point", "ends", "left"),
    [
        ("sms", "outgoing.claimed", "sent:", 1),
        ("sms", "outgoing.sending", LOST, 0),
        ("sms", "outgoing.answered", "sent:", 1),
        ("sms", "outgoing.settled", "sent:", 1),
        ("email", "outgoing.sending", LOST, 0),
        ("email", "outgoing.answered", LOST, 1),
    ],
)
async def test_message_leaves_at_most_once_when_its_sender_is_killed(
    post: Post, way: str, point: str, ends: str, left: int
) -> None:
    met, before = post.arm(point, "kill"), post.left()
    name = await post.ask(way)
    killed = post.start("send")
    await until(lambda: post.gone(killed), f"a worker dies at {point}")
    assert met.exists()
    another = post.start("send")
    await post.ended(name, ends)
    # What came after it is sent: the one that nobody knows of holds up nothing, and is sent no second time.
    last = await post.ask(way)
    await post.ended(last, "sent:")
    assert (await post.talk.state(name), post.left() - before) == (ends, left + 1)
    await post.end(another)


@pytest.mark.parametrize("point", ["outgoing.claimed", "outgoing.sending", "outgoing.answered"])
async def test_sender_that_was_frozen_and_wakes_up_sends_nothing_twice(post: Post, point: str) -> None:
    met, before = post.arm(point, "stop"), post.left()
    name = await post.ask("sms")
    frozen = post.start("send")
    await until(met.exists, f"a worker freezes at {point}")
    another = post.start("send")
    await post.ended(name, "sent:", LOST)
    os.kill(frozen, signal.SIGCONT)

    last = await post.ask("sms")
    await post.ended(last, "sent:")
    await post.ended(name, "sent:")
    assert post.left() - before == 2
    await post.end(frozen, another)


@pytest.mark.parametrize("point", ["inbox.read", "message.in_transaction", "message.kept"])
async def test_mail_is_heard_once_when_its_reader_is_killed(post: Post, point: str) -> None:
    met, before = post.arm(point, "kill"), await post.heard()
    post.write()
    killed = post.start("read")
    await until(lambda: post.gone(killed), f"a reader dies at {point}")
    assert met.exists()
    another = post.start("read")
    await _heard(post, before + 1)
    # The next one is heard, too, and the first no second time.
    post.write()
    await _heard(post, before + 2)
    await post.end(another)


async def test_reader_that_was_frozen_and_wakes_up_hears_nothing_twice(post: Post) -> None:
    met, before = post.arm("inbox.read", "stop"), await post.heard()
    post.write()
    frozen = post.start("read")
    await until(met.exists, "a reader freezes")
    another = post.start("read")
    await _heard(post, before + 1)
    await post.end(another)
    os.kill(frozen, signal.SIGCONT)
    # Who woke up goes on from there: it reads the same mail, and then the next.
    post.write()
    await _heard(post, before + 2)
    await post.end(frozen)


@pytest.mark.parametrize("act", ["kill", "stop"])
async def test_text_is_heard_once_when_who_answers_the_provider_is_struck(post: Post, act: str) -> None:
    before, first, second = await post.heard(), free_port(), free_port()
    struck = await post.serve(first)
    post.asked += 1
    met = post.arm("message.kept", act)
    asking = asyncio.create_task(post.text(first))
    await until(met.exists, "the text is kept")
    another = await post.serve(second)
    # The provider tells it until it is answered.
    assert await post.text(second)
    with suppress(ProcessLookupError):
        os.kill(struck, signal.SIGCONT)
    assert await asking is (act == "stop")
    assert await post.heard() == before + 1
    await post.end(struck, another)


async def _heard(post: Post, count: int) -> None:
    async def there() -> bool:
        return await post.heard() == count

    await until(there, f"{count} are heard")
