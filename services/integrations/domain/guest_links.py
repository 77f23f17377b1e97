"""Signed links by which a guest answers on a page: for one stay and one purpose, until a day, without signing in."""

import base64
import binascii
import datetime as dt
import enum
import hashlib
import hmac
import json
from typing import Any

from shared.contracts.values import EntityId, Frozen

LASTS = dt.timedelta(days=30)
_MAC = 32


class Form(enum.StrEnum):
    """What a page asks."""

    OFFER = "offer"
    ARRIVAL = "arrival"
    FEEDBACK = "feedback"


class GuestLink(Frozen):
    """What a link says. `ends`: seconds since 1970, real time."""

    chain: str
    property_id: str
    stay_id: EntityId
    form: Form
    record_id: EntityId | None = None
    offer_id: EntityId | None = None
    ends: int


def written(link: GuestLink, key: bytes) -> str:
    """The link's secret part: what it says, and a mac (HMAC-SHA256) over it."""
    said = json.dumps(link.model_dump(mode="json", exclude_none=True), separators=(",", ":")).encode()
    return _text(_mac(key, said) + said)


def read(text: str, key: bytes, now: dt.datetime) -> GuestLink | None:
    """The link of a secret part; None when it is not ours, was changed, or has ended."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    mac, said = raw[:_MAC], raw[_MAC:]
    if _text(raw) != text:  # one link is written in one way: its last letter has bits that say nothing
        return None
    if not hmac.compare_digest(mac, _mac(key, said)):
        return None
    held: dict[str, Any] = json.loads(said)
    link = GuestLink.model_validate(held)
    return link if now.timestamp() < link.ends else None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, b"bellboard-guest-link/1|" + said, hashlib.sha256)
