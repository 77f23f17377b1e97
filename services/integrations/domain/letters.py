"""Reads mail that came: whose answer it is, whether a person wrote it, its words without what they quote; pure."""

import email
import hashlib
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

from services.integrations.domain.arrivals import MAX_TEXT, Arrival
from services.integrations.domain.mail_marks import ids_in, read_mark
from services.integrations.domain.messages import Handed
from shared.contracts.messages import MessageState

MOST_PARTS = 50
LONGEST_PART = 200_000
"""Characters of a part that are looked at at all."""
AUTO_REPLY, BOUNCE, BULK = "auto_reply", "bounce", "bulk"
_QUOTED = re.compile(r"(?m)^\s*>.*$")
_WROTE = re.compile(
    r"(?m)^(-{2,}\s*(original message|ursprüngliche nachricht|mensagem original|message d'origine).*"
    r"|(on|am|em|le|el)\b[^\n]{4,160}\b(wrote|schrieb|escreveu|a écrit|escribió)\b[^\n]{0,160}:?\s*)$",
    re.IGNORECASE,
)


class _Words(HTMLParser):
    """The words of HTML: no scripts, no styles, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks begin a line; scripts and styles say nothing."""
        self._hidden += tag in ("script", "style", "head", "blockquote")
        self.said += ["\n"] if tag in ("br", "p", "div", "tr", "li") else []

    def handle_endtag(self, tag: str) -> None:
        """See above."""
        self._hidden -= (tag in ("script", "style", "head", "blockquote")) and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        self.said += [] if self._hidden else [data]


def arrival_of(raw: bytes, key: bytes, *, whole: bool = True) -> Arrival:
    """A mail as what a guest said. `whole`: False when it was too large and only its head was fetched."""
    mail = email.message_from_bytes(raw, policy=compat32)
    own = _header(mail, "Message-ID").strip()[:512]
    known = own or hashlib.sha256(raw).hexdigest()
    text, media = _said(mail) if whole else (None, 0)
    sender = parseaddr(_header(mail, "From"))[1].lower() or None
    return Arrival(
        vendor_id=f"mail|{hashlib.sha256(known.encode()).hexdigest()}",
        channel="email",
        sender=sender[:254] if sender else None,
        text=(text or None) and text[:MAX_TEXT],
        answers=_answers(mail, key),
        auto=_auto(mail),
        media=media,
        cut=not whole,
    )


def _header(mail: Message, name: str) -> str:
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, ValueError):
        return str(value).encode("ascii", "replace").decode()


def _answers(mail: Message, key: bytes) -> tuple[str, ...]:
    """The ids of messages of ours that this one may answer: by the address it came to, else by what it refers to."""
    to = [address for _, address in getaddresses([_header(mail, name) for name in ("To", "Cc", "Delivered-To")])]
    marked = [found for one in to if (found := read_mark(one, key)) is not None]
    referred = ids_in(f"{_header(mail, 'In-Reply-To')} {_header(mail, 'References')}")
    return tuple(dict.fromkeys((*marked, *referred)))[:20]


def _auto(mail: Message) -> str | None:
    """Whether a machine wrote it (RFC 3834, RFC 3464, and what was usual before); such mail is never answered."""
    report = mail.get_content_type() == "multipart/report"
    if report or _header(mail, "Return-Path").strip() == "<>":
        return BOUNCE
    submitted = _header(mail, "Auto-Submitted").strip().lower()
    older = any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    if (submitted and not submitted.startswith("no")) or older:
        return AUTO_REPLY
    precedence = _header(mail, "Precedence").strip().lower()
    if precedence == "auto_reply":
        return AUTO_REPLY
    return BULK if precedence in ("bulk", "list", "junk") or mail.get("List-Id") else None


def _parts(mail: Message) -> Iterator[Message]:
    for count, part in enumerate(mail.walk()):
        if count >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _said(mail: Message) -> tuple[str, int]:
    """The words, plain where there are plain ones, and how many files came along."""
    plain, html, files = "", "", 0
    for part in _parts(mail):
        kind, attached = part.get_content_type(), part.get_filename() or part.get_content_disposition() == "attachment"
        if attached or not kind.startswith("text/"):
            files += kind != "message/delivery-status"
        elif kind == "text/plain" and not plain:
            plain = _decoded(part)
        elif kind == "text/html" and not html:
            html = _shown(_decoded(part))
    return unquoted(plain or html), files


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    try:
        return data[: 4 * LONGEST_PART].decode(part.get_content_charset() or "utf-8", "replace")[:LONGEST_PART]
    except LookupError:
        return data[:LONGEST_PART].decode("utf-8", "replace")


def _shown(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    return "".join(reader.said)


def unquoted(text: str) -> str:
    """A text without the mail it answers, without control characters and empty lines at its ends."""
    began = _WROTE.search(text)
    own = text[: began.start()] if began and began.start() > 0 else text
    own = _QUOTED.sub("", own)
    kept = "".join(char for char in own.replace("\r\n", "\n") if char == "\n" or char.isprintable())
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def bounced(raw: bytes) -> tuple[tuple[str, ...], Handed] | None:
    """Of a delivery report (RFC 3464): the ids of the mails it is about and what became of them; None: no such."""
    mail = email.message_from_bytes(raw, policy=compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    action, ids = "", list(ids_in(f"{_header(mail, 'In-Reply-To')} {_header(mail, 'References')}"))
    for count, part in enumerate(mail.walk()):
        if count >= MOST_PARTS:
            break
        if part.get("Action"):
            action = action or str(part.get("Action")).strip().lower()
        if part.get_content_type() == "text/rfc822-headers":
            ids += ids_in(_header(email.message_from_string(_decoded(part), policy=compat32), "Message-ID"))
        elif part is not mail and part.get("Message-ID"):
            ids += ids_in(_header(part, "Message-ID"))
    if action not in ("failed", "delivered"):
        return None
    failed = action == "failed"
    handed = Handed(MessageState.FAILED, failure="bounced") if failed else Handed(MessageState.DELIVERED)
    return tuple(dict.fromkeys(ids)), handed
