"""Inboxes read by IMAP from a real server: once each, to the right thread, machines recognised, huge mails bounded."""

import asyncio
import dataclasses
import smtplib
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped] # it ships no types

from deploy.local.java import maven
from deploy.local.ports import choose
from services.integrations.domain.mail import MailBox, MailServer
from services.integrations.domain.mail_marks import marked
from services.integrations.messaging.imap import LARGEST
from services.integrations.ports.mail import BoxMark
from tests.factories.records import CHAIN, PROPERTY
from tests.factories.talk import MAIL, SCOPE, Talk, talking

pytestmark = pytest.mark.integration
GREENMAIL = "com.icegreen:greenmail-standalone:2.1.8"
DESK = "desk@hotel.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """A GreenMail with SMTP and IMAP, fetched by Maven once."""
    folder = tmp_path_factory.mktemp("greenmail")
    jar = _jar(folder)
    ports = choose(("smtp", "imap"), {}, {})
    said = {f"greenmail.{name}.{what}": value for name, port in ports.items() for what, value in _at(port).items()}
    flags = [f"-D{name}={value}" for name, value in said.items()]
    command = ["java", "-Xmx192m", *flags, "-Dgreenmail.users=desk:secret@hotel.example", "-jar", str(jar)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for port in ports.values():
            _until_open(port)
        yield ports
    finally:
        process.terminate()
        process.wait(20)


def _at(port: int) -> dict[str, Any]:
    return {"hostname": "127.0.0.1", "port": port}


def _jar(folder: Path) -> Path:
    known = Path.home() / ".m2/repository/com/icegreen/greenmail-standalone/2.1.8/greenmail-standalone-2.1.8.jar"
    command = [maven({**_path()}), "-q", "-B", "dependency:get", f"-Dartifact={GREENMAIL}", "-Dtransitive=false"]
    for asked in [command] * (not known.exists()):
        subprocess.run(asked, check=True, timeout=300, capture_output=True, cwd=folder)
    return known


def _path() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def _until_open(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on {port}")


@dataclasses.dataclass
class Post:
    """The house, its inbox, and whoever writes to it."""

    talk: Talk
    ports: dict[str, int]

    def write(self, mail: EmailMessage | bytes, sender: str = MAIL, to: str = DESK) -> None:
        """Deliver a mail as it is."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"]) as client:
            client.sendmail(sender, [to], raw)

    async def read(self) -> int:
        """Look into the inbox."""
        return await self.talk.have.talk.read_mail(self.talk.have.beside)()

    async def thread(self) -> list[Any]:
        """What guests wrote, by its topic: the clock stands, so they came at one moment."""
        rows = await self.talk.have.messages.of_stay(SCOPE, self.talk.stay)
        inbound = [row for row in rows if row.message.direction == "inbound"]
        return sorted(inbound, key=lambda row: row.message.topic_code)


@pytest.fixture
async def post(server: dict[str, int], mongo_url: str, database_name: str) -> AsyncIterator[Post]:
    with IMAPClient("127.0.0.1", port=server["imap"], ssl=False) as client:
        client.login("desk", "secret")
        client.select_folder("INBOX")
        client.delete_messages(client.search() or [])
        client.expunge()
    password: Any = "secret"
    box = MailBox(
        property_id=PROPERTY,
        chain=CHAIN,
        host="127.0.0.1",
        port=server["imap"],
        user="desk",
        password=password,
        sender=DESK,
        tls=False,
    )
    mail = MailServer(host="127.0.0.1", port=server["smtp"], sender=DESK, tls=False)
    async with talking(mongo_url, database_name, inboxes=(box,), mail=mail) as talk:
        yield Post(talk, server)


def letter(text: str = "May we have a cot?", sender: str = MAIL, **headers: str) -> EmailMessage:
    """A mail of a guest."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, DESK, "Hello"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


async def test_mail_is_taken_once_however_often_the_box_is_read(post: Post) -> None:
    post.write(letter(Message_ID="<one@guest.example>"))
    assert [await post.read(), await post.read()] == [1, 0]
    box = post.talk.have.settings.inboxes[0]
    mark = await post.talk.have.talk.boxes.find(SCOPE, box.name)
    assert mark
    # Numbered anew, or killed before the mark was kept: it comes again and has no effect.
    await post.talk.have.talk.boxes.keep(SCOPE, box.name, BoxMark(mark.validity + 1, 999))
    assert await post.read() == 0
    [row] = await post.thread()
    assert (row.message.topic_code, row.message.channel, row.text) == ("baby_cot", "email", "May we have a cot?")
    assert await post.talk.standing.said(row.message.id) == ["message.received.v1"]


async def test_answer_finds_its_thread_by_its_address_or_by_what_it_refers_to(post: Post) -> None:
    assert await post.talk.send("0190aaaabbbb") == "sent:"
    to = marked(DESK, "0190aaaabbbb", post.talk.have.key.value)
    assert to.startswith("desk+0190aaaabbbb.")
    stranger = "colleague@office.example"
    by_address = letter("Breakfast, please.", sender=stranger, Message_ID="<a@office.example>")
    by_address.replace_header("To", to)
    post.write(by_address, sender=stranger)
    post.write(
        letter("Parking?", sender=stranger, Message_ID="<b@office.example>", References="<0190aaaabbbb@hotel.example>"),
        sender=stranger,
    )
    forged = letter("Spa?", sender=stranger, Message_ID="<c@office.example>")
    forged.replace_header("To", "desk+0190aaaabbbb.aaaaaaaaaaaaaaaa@hotel.example")
    post.write(forged, sender=stranger)
    assert await post.read() == 3
    assert [row.message.topic_code for row in await post.thread()] == ["breakfast", "parking"]
    loose = await post.talk.have.messages.loose(SCOPE, None, 10)
    [unknown] = [row for row in loose if row.message.stay_id is None]
    assert (unknown.sender, unknown.message.topic_code) == (stranger, "spa")


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"X_Autoreply": "yes"}, {"Precedence": "bulk"}, {"List_Id": "<news.example>"}],
)
async def test_machines_open_nothing_and_are_answered_by_nobody(post: Post, headers: dict[str, str]) -> None:
    post.write(letter("I am away. May we have a cot?", **headers))
    await post.read()
    [row] = await post.thread()
    assert row.auto in ("auto_reply", "bulk")
    assert await post.talk.standing.said(row.message.id) == []
    assert await post.talk.have.messages.loose(SCOPE, None, 10) == []


async def test_delivery_report_fails_the_message_it_is_about_and_is_no_message(post: Post) -> None:
    await post.talk.send("0190aaaabbbb")
    post.write(_report("failed", "<0190aaaabbbb@hotel.example>"), sender="mailer@relay.example")
    post.write(_report("delayed", "<0190aaaabbbb@hotel.example>"), sender="mailer@relay.example")
    post.write(_report("failed", "<unknown@hotel.example>"), sender="mailer@relay.example")
    assert await post.read() == 0
    assert await post.talk.state("0190aaaabbbb") == "failed:bounced"
    assert await post.talk.standing.said("0190aaaabbbb") == ["message.sent.v1", "message.failed.v1"]
    assert await post.thread() == []


async def test_html_is_read_as_words_quotes_are_left_out_and_files_counted(post: Post) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = MAIL, DESK
    shown = "<style>p{}</style><p>Is the <b>car park</b> open?</p><script>x()</script><blockquote>old</blockquote>"
    mail.set_content(shown, subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="form.pdf")
    post.write(mail)
    post.write(letter("Yes please\n\nOn Monday Desk wrote:\n> May we\n> offer"))
    await post.read()
    second, first = await post.thread()
    assert (first.text, first.media, first.message.topic_code) == ("Is the car park open?", 1, "parking")
    assert second.text == "Yes please"


async def test_huge_mail_is_seen_by_its_head_only_and_the_next_one_is_read(post: Post) -> None:
    huge = letter("x" * 70 + "\n")
    huge.add_attachment(b"\0" * LARGEST, maintype="application", subtype="zip", filename="big.zip")
    post.write(huge)
    post.write(letter("Late check-out?"))
    assert await post.read() == 2
    second, first = await post.thread()
    assert (first.text, first.flagged, second.message.topic_code) == (None, True, "late_checkout")


async def test_odd_mails_stop_nobody(post: Post) -> None:
    odd = [
        b"\xff\xfe\x00 no header at all",
        b"From: =?utf-99?q?=FF?= <ana@guest.example>\r\nContent-Type: text/plain; charset=nope\r\n\r\nSpa?\xff",
        b"Content-Type: multipart/mixed; boundary=a\r\nFrom: ana@guest.example\r\n\r\n--a\r\n--a\r\n--a--",
        b"From: ana@guest.example\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%not base64",
    ]
    for raw in odd:
        post.write(raw)
    assert await post.read() == 4
    assert await post.read() == 0


async def test_box_that_does_not_answer_is_read_later(post: Post) -> None:
    box = post.talk.have.settings.inboxes[0].model_copy(update={"port": 1})
    reader = post.talk.have.talk.read_mail(post.talk.have.beside)
    assert await asyncio.wait_for(reader.read(box), 60) == 0


def _report(action: str, about: str) -> bytes:
    return (
        "From: MAILER-DAEMON@relay.example\r\nTo: desk@hotel.example\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; ana@guest.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()
