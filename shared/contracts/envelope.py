"""The envelope of every event: CloudEvents 1.0, Kafka binary mode, JSON value.

Source: CloudEvents 1.0 Kafka protocol binding, sections 3.2 (binary) and 3.1 (key mapping).
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Actor, DataClass
from shared.contracts.values import EntityId, Frozen, Instant, Version, Wire, iso

MAX_VALUE_BYTES = 256 * 1024
MAX_SEQUENCE = 2**53
SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"

HeaderList = tuple[tuple[str, bytes], ...]
Body = TypeVar("Body", bound="EventBody")


class TextRef(Wire):
    """Free text or identity that stays in the store that took it: where it is and a salted digest of it."""

    ref: EntityId
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")

    @classmethod
    def of(cls, ref: str, salt: str, text: str) -> "TextRef":
        """What travels of a text: SHA-256 over salt and text."""
        return cls(ref=ref, digest=hashlib.sha256((salt + text).encode()).hexdigest())


class Change(Wire):
    """One field before and after. Values of private classes are TextRefs, never the value."""

    field: str
    data_class: DataClass = DataClass.ORDINARY
    before: Any = None
    after: Any = None


class EventBody(Wire):
    """What every event's value holds beside its own state."""

    actor: Actor
    changes: tuple[Change, ...] = ()
    reason_code: str | None = None
    reason: TextRef | None = None


class NewEvent(Frozen):
    """An event as the domain yields it, before the store stamps id, trace and topic on it."""

    type: str
    chain: str
    property_id: str
    subject: EntityId
    sequence: Version
    time: Instant
    body: EventBody


class Envelope(Frozen):
    """An event as it stands in an event row and on a topic. `value` is the exact bytes that are hashed by audit."""

    id: EntityId
    type: str
    source: str
    subject: EntityId
    time: Instant
    chain: str
    property_id: str
    sequence: Annotated[int, Field(ge=1, le=MAX_SEQUENCE)]
    topic: str
    correlation: str
    causation: str | None = None
    traceparent: str | None = None
    value: bytes

    @property
    def noun(self) -> str:
        """The kind of aggregate, e.g. `record` of `record.opened.v1`."""
        return self.type.partition(".")[0]

    def headers(self) -> list[tuple[str, bytes]]:
        """Kafka headers, in the order that audit hashes them."""
        fields = {
            "ce_specversion": SPEC_VERSION,
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_subject": self.subject,
            "ce_time": iso(self.time),
            "ce_chainid": self.chain,
            "ce_propertyid": self.property_id,
            "ce_sequence": str(self.sequence),
            "ce_correlationid": self.correlation,
            "ce_causationid": self.causation,
            "traceparent": self.traceparent,
            "content-type": CONTENT_TYPE,
        }
        return [(name, value.encode("ascii")) for name, value in fields.items() if value is not None]

    def value_object(self) -> dict[str, Any]:
        """The value as a JSON object."""
        loaded = json.loads(self.value)
        if not isinstance(loaded, dict):
            raise _broken("value", "The value of an event is a JSON object.")
        return loaded


def read(envelope: Envelope, model: type[Body]) -> Body:
    """The value as the model its type promises; a mismatch raises a `broken` AppError that names the field."""
    try:
        return model.model_validate_json(envelope.value)
    except ValidationError as failure:
        first = failure.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "value"
        raise _broken(where, f"{envelope.type}: {first['msg']}") from failure


def _broken(field: str, message: str) -> AppError:
    return AppError(ErrorKind.BROKEN, "event_unreadable", f"{field}: {message}")


def encode(body: EventBody) -> bytes:
    """The JSON bytes of a body; more than 256 kB is refused before anything is stored (F9)."""
    value = body.model_dump_json(exclude_none=True).encode()
    if len(value) > MAX_VALUE_BYTES:
        raise AppError(
            ErrorKind.INVALID, "event_too_large", f"The record holds {len(value)} bytes; 262144 is the limit."
        )
    return value


def _text(headers: Mapping[str, bytes | None], name: str) -> str:
    raw = headers.get(name)
    if raw is None:
        raise _broken(name, "The header is missing.")
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as failure:
        raise _broken(name, "The header is not ASCII.") from failure


def _optional(headers: Mapping[str, bytes | None], name: str) -> str | None:
    return _text(headers, name) if headers.get(name) is not None else None


def _twice(pairs: Iterable[tuple[str, bytes | None]]) -> list[str]:
    return [name for name, times in Counter(name for name, _ in pairs).items() if times > 1 and name.startswith("ce_")]


def parse(topic: str, headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """Read a Kafka record's headers and value; whatever is wrong raises a `broken` AppError that names the header."""
    pairs = list(headers)
    named = dict(pairs)
    if len(named) < len(pairs) and (twice := _twice(pairs)):
        raise _broken(min(twice), "The header is given twice.")
    if _text(named, "ce_specversion") != SPEC_VERSION:
        raise _broken("ce_specversion", "Only CloudEvents 1.0 is read.")
    if value is None:
        raise _broken("value", "The event has no value.")
    try:
        return Envelope(
            id=_text(named, "ce_id"),
            type=_text(named, "ce_type"),
            source=_text(named, "ce_source"),
            subject=_text(named, "ce_subject"),
            time=dt.datetime.fromisoformat(_text(named, "ce_time")),
            chain=_text(named, "ce_chainid"),
            property_id=_text(named, "ce_propertyid"),
            sequence=int(_text(named, "ce_sequence")),
            topic=topic,
            correlation=_text(named, "ce_correlationid"),
            causation=_optional(named, "ce_causationid"),
            traceparent=_optional(named, "traceparent"),
            value=value,
        )
    except ValidationError as failure:
        first = failure.errors()[0]
        raise _broken(f"ce_{first['loc'][0]}", first["msg"]) from failure
    except ValueError as failure:
        raise _broken("ce_time or ce_sequence", str(failure)) from failure
