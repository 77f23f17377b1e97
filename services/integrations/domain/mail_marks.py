"""The address that answers to a mail come to: it names our message, and nobody but us can make one; pure."""

import base64
import hmac
import re
import uuid

_ID = re.compile(r"<([A-Za-z0-9][A-Za-z0-9._:|-]{0,127})@[^<>\s]{1,255}>")
_MARKED = re.compile(r"^[^@+]{1,40}\+([A-Za-z0-9_-]{8,200})\.([a-z2-7]{16})@", re.IGNORECASE)
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_HEX = re.compile(r"^[0-9a-f]{32}$")
PLAIN = re.compile(r"^[A-Za-z0-9_-]{8,40}$")


def _mac(message_id: str, key: bytes) -> str:
    digest = hmac.digest(key, b"bellboard-answers-to/1|" + message_id.lower().encode(), "sha256")
    return base64.b32encode(digest[:10]).decode().lower()


def marked(sender: str, message_id: str, key: bytes) -> str:
    """The sender's address with a mark of one message; an id that makes no address is not marked."""
    local, _, domain = sender.partition("@")
    message_id = message_id.replace("-", "") if _UUID.match(message_id) else message_id
    whole = f"{local}+{message_id}.{_mac(message_id, key)}"
    # A local part has 64 characters at most (RFC 5321).
    return f"{whole}@{domain}" if PLAIN.match(message_id) and len(whole) <= 64 else sender


def read_mark(address: str, key: bytes) -> str | None:
    """The message that an address is marked with; None when it is not, or not by us. Case says nothing in mail."""
    found = _MARKED.match(address)
    if found is None:
        return None
    message_id = found[1].lower()
    if not hmac.compare_digest(found[2].lower(), _mac(message_id, key)):
        return None
    return str(uuid.UUID(hex=message_id)) if _HEX.match(message_id) else message_id


def ids_in(header: str) -> tuple[str, ...]:
    """The left parts of all message ids in a header: those of ours are the ids of messages."""
    return tuple(dict.fromkeys(_ID.findall(header[:8192])))
