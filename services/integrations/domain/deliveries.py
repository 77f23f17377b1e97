"""Deliveries to webhooks by Standard Webhooks 1.0: what is signed, what counts as taken, when it is tried again."""

import base64
import datetime as dt
import enum
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from shared.contracts.partner_versions import Retired
from shared.contracts.values import EntityId, Frozen, Instant, iso

SCHEDULE: tuple[dt.timedelta, ...] = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Waits before the first and each further try, as we publish them; each up to a tenth longer, so that not all come at
once. Source: Standard Webhooks 1.0.0, the example schedule."""
DISABLED_AFTER = dt.timedelta(hours=120)
LONGEST_WAIT = dt.timedelta(hours=24)
TIMEOUT_S = 20.0
MAX_ANSWER = 64 * 1024
MAX_BODY = 20_000
BUSY = frozenset({429, 502, 503, 504})
GONE = 410
PREFIX = "whsec_"
SOURCE = "/bellboard"


class DeliveryState(enum.StrEnum):
    """Where one event for one subscription stands."""

    WAITING = "waiting"
    """Written down, without a number yet."""
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"
    """Tried as often as the schedule says; a replay tries it again."""
    HELD = "held"
    """It did not keep the contract and is never sent."""


class Delivery(Frozen):
    """One event for one subscription. `id` is the event's own, the same whenever it is sent."""

    row: EntityId
    id: EntityId
    chain: str
    subscription: EntityId
    type: str
    subject: EntityId
    property_id: str
    version: int
    time: Instant
    data: dict[str, Any]
    guest_id: EntityId | None = None
    sandbox: bool = False
    number: int | None = None
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    due_at: Instant
    status: int | None = None
    fault: str | None = None
    done_at: Instant | None = None


@dataclass(frozen=True)
class Answer:
    """What an endpoint said, or why it said nothing (`fault`)."""

    status: int | None = None
    fault: str | None = None
    retry_after_s: float | None = None

    @property
    def taken(self) -> bool:
        """2xx alone is success; a redirection is not."""
        return self.status is not None and 200 <= self.status < 300


def event_of(one: Delivery, extra: Mapping[str, Any] | None = None, ends: Retired | None = None) -> dict[str, Any]:
    """A delivery as a CloudEvent in JSON that is a Standard Webhooks payload, too (`type`, `timestamp`, `data`)."""
    data = {**one.data, **(extra or {})}
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": one.id,
        "type": one.type,
        "source": SOURCE,
        "subject": one.subject,
        "time": iso(one.time),
        "timestamp": iso(one.time),
        "datacontenttype": "application/json",
        "chainid": one.chain,
        "propertyid": one.property_id,
        "sequence": str(one.version),
        "subscriptionid": one.subscription,
        "partnersequence": str(one.number),
        "data": data,
    }
    return event | ({"sandbox": True} if one.sandbox else {}) | _dates(ends)


def body_of(event: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _dates(ends: Retired | None) -> dict[str, str]:
    """Since when a major is deprecated and until when it is sent, as attributes of the event."""
    return {"deprecation": iso(_midnight(ends.deprecated)), "sunset": iso(_midnight(ends.sunset))} if ends else {}


def ending_headers(ends: Retired | None) -> dict[str, str]:
    """The same as HTTP headers: `Deprecation` (RFC 9745, seconds) and `Sunset` (RFC 8594, a date)."""
    if ends is None:
        return {}
    since, until = _midnight(ends.deprecated), _midnight(ends.sunset)
    return {"deprecation": f"@{int(since.timestamp())}", "sunset": format_datetime(until, usegmt=True)}


def headers_of(one: Delivery, ends: Retired | None = None) -> list[tuple[str, bytes]]:
    """A delivery's CloudEvents headers in Kafka's binary mode; its value is the data alone."""
    said = {
        "ce_specversion": "1.0",
        "ce_id": one.id,
        "ce_type": one.type,
        "ce_source": SOURCE,
        "ce_subject": one.subject,
        "ce_time": iso(one.time),
        "ce_chainid": one.chain,
        "ce_propertyid": one.property_id,
        "ce_sequence": str(one.version),
        "ce_partnersequence": str(one.number),
        "ce_subscriptionid": one.subscription,
        "content-type": "application/json",
    } | ({"ce_sandbox": "true"} if one.sandbox else {})
    said |= {f"ce_{name}": value for name, value in _dates(ends).items()}
    return [(name, value.encode("ascii")) for name, value in said.items()]


def new_secret(random: bytes) -> str:
    """A secret as Standard Webhooks writes it; 24 to 64 random bytes."""
    return PREFIX + base64.b64encode(random).decode()


def signature(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: one `v1` for each secret that is good now (HMAC-SHA256 over id.time.body)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(
        "v1,"
        + base64.b64encode(hmac.digest(base64.b64decode(one.removeprefix(PREFIX)), signed, hashlib.sha256)).decode()
        for one in secrets
    )


def after(one: Delivery, answer: Answer, now: dt.datetime) -> Delivery:
    """The delivery after a try that ended at `now` (real time)."""
    tried = {"attempts": one.attempts + 1, "status": answer.status, "fault": answer.fault}
    if answer.taken:
        return one.model_copy(update={**tried, "state": DeliveryState.DONE, "done_at": now, "fault": None})
    if one.attempts + 1 >= len(SCHEDULE):
        return one.model_copy(update={**tried, "state": DeliveryState.DEAD, "done_at": now})
    return one.model_copy(update={**tried, "due_at": now + wait(one, answer)})


def wait(one: Delivery, answer: Answer) -> dt.timedelta:
    """How long until the next try; an endpoint that is busy may ask for longer, up to a day."""
    planned = SCHEDULE[one.attempts + 1]
    spread = planned * (zlib.crc32(f"{one.row}|{one.attempts}".encode()) % 1000 / 10_000)
    asked = dt.timedelta(seconds=answer.retry_after_s or 0) if answer.status in BUSY else dt.timedelta()
    return max(planned + spread, min(asked, LONGEST_WAIT))


def retry_after(text: str | None) -> float | None:
    """Seconds that a Retry-After header asks for; one that is no number of them says nothing."""
    return float(text) if text and text.isdecimal() and len(text) < 8 else None


def must_disable(answer: Answer, failing_since: dt.datetime | None, now: dt.datetime) -> str | None:
    """Why an endpoint is called no more: it is gone, or has taken nothing for 120 hours."""
    if answer.status == GONE:
        return "gone"
    return "failing" if failing_since and now - failing_since >= DISABLED_AFTER else None
