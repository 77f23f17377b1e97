"""Entries of the audit log and their leaf bytes: what exactly is hashed."""

import base64
import datetime as dt
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from shared.contracts.envelope import Envelope, parse
from shared.contracts.errors import AppError
from shared.contracts.values import Frozen

HASHED_PREFIX = "ce_"
MOST_KEYS = 500
MOST_OF_A_KEY = 200
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Header(NamedTuple):
    """One CloudEvents header as it stood on the wire."""

    name: str
    value: bytes


class Sealed(Frozen):
    """One event as the log keeps it: the exact bytes, so that the leaf can be made again by anyone."""

    topic: str
    key: str
    headers: tuple[Header, ...]
    value: bytes

    @property
    def leaf_data(self) -> bytes:
        """The bytes that are hashed: topic, key, number of `ce_` headers, each header, value; length-prefixed."""
        topic, key = self.topic.encode(), self.key.encode()
        parts = [_length(topic), topic, _length(key), key, len(self.headers).to_bytes(4, "big")]
        for name, value in self.headers:
            parts += (_named(name), _length(value), value)
        return b"".join((*parts, _length(self.value), self.value))

    @property
    def envelope(self) -> Envelope:
        """The event read back from the sealed bytes; unreadable headers raise a `broken` AppError."""
        return parse(self.topic, self.headers, self.value)


class Entry(Frozen):
    """A sealed event at its place in a chain's log. `root` is the root of the tree that ends with this entry."""

    chain: str
    index: int
    sealed: Sealed
    leaf: bytes
    root: bytes


def _length(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big")


@lru_cache(maxsize=256)
def _named(name: str) -> bytes:
    """The few header names, length-prefixed: they are the same in every event."""
    raw = name.encode()
    return _length(raw) + raw


def seal(envelope: Envelope) -> Sealed:
    """The bytes of an event that the log keeps and hashes: every `ce_` header in wire order and the value."""
    headers = tuple(Header(n, v) for n, v in envelope.headers() if n.startswith(HASHED_PREFIX))
    return Sealed(topic=envelope.topic, key=envelope.subject, headers=headers, value=envelope.value)


class Facts(Frozen):
    """What entries can be searched by, drawn from the event; never part of what is hashed.

    `fields` are the names of what was changed, `reads` the ids of what was read.
    """

    type: str
    subject: str
    version: int
    time: dt.datetime
    property_id: str
    correlation: str
    actor: str | None = None
    role: str | None = None
    session: str | None = None
    stay_id: str | None = None
    guest_id: str | None = None
    record_id: str | None = None
    reason_code: str | None = None
    fields: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What the entry is found by, each as a tag and a value."""
        single = {
            "subject": self.subject,
            "stay": self.stay_id,
            "guest": self.guest_id,
            "record": self.record_id,
            "actor": self.actor,
            "type": self.type,
        }
        tagged = [f"{tag}:{value}" for tag, value in single.items() if value is not None]
        many = {*(f"field:{name}" for name in self.fields), *(f"read:{one}" for one in self.reads)}
        return (*tagged, *sorted(many))


def facts_of(sealed: Sealed) -> Facts:
    """Who, what, when and about which stay. What cannot be read is left out, so that a garbled entry is still found."""
    try:
        envelope = sealed.envelope
    except AppError:
        return Facts(type="unreadable", subject=sealed.key, version=0, time=_NEVER, property_id="*", correlation="")
    value = value_of(sealed)
    actor = value.get("actor")
    actor = actor if isinstance(actor, dict) else {}
    return Facts(
        type=envelope.type,
        subject=envelope.subject,
        version=envelope.sequence,
        time=envelope.time,
        property_id=envelope.property_id,
        correlation=envelope.correlation,
        actor=_text(actor, "id"),
        role=_text(actor, "role"),
        session=_text(actor, "session"),
        stay_id=envelope.subject if envelope.noun == "stay" else _held(value, "stay_id"),
        guest_id=_held(value, "guest_id"),
        record_id=envelope.subject if envelope.noun == "record" else _held(value, "record_id"),
        reason_code=_text(value, "reason_code"),
        fields=_changed(value),
        reads=_read(value),
    )


def value_of(sealed: Sealed) -> dict[str, Any]:
    """The value as a JSON object, empty when it is none."""
    try:
        value = json.loads(sealed.value)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(holder: dict[str, Any], name: str) -> str | None:
    found = holder.get(name)
    return found if isinstance(found, str) else None


def _held(value: dict[str, Any], name: str) -> str | None:
    """An id that an event names at its top or inside its state."""
    parts: Iterable[Any] = (value, *value.values())
    return next((found for part in parts if isinstance(part, dict) and (found := _text(part, name))), None)


def _changed(value: dict[str, Any]) -> tuple[str, ...]:
    changes = value.get("changes")
    listed = changes if isinstance(changes, list) else []
    found = {name for change in listed if isinstance(change, dict) and (name := _text(change, "field"))}
    return tuple(sorted(name[:MOST_OF_A_KEY] for name in found))[:MOST_KEYS]


def _read(value: dict[str, Any]) -> tuple[str, ...]:
    access = value.get("access")
    subjects = access.get("subjects") if isinstance(access, dict) else None
    listed = subjects if isinstance(subjects, list) else []
    return tuple(one[:MOST_OF_A_KEY] for one in listed if isinstance(one, str))[:MOST_KEYS]


def line_of(entry: Entry) -> dict[str, Any]:
    """An entry as one line of an export; bytes that are no text are base64, hashes are hex."""
    sealed = entry.sealed
    return {
        "kind": "entry",
        "index": entry.index,
        "topic": sealed.topic,
        "key": sealed.key,
        "headers": [[name, base64.b64encode(value).decode()] for name, value in sealed.headers],
        "value": base64.b64encode(sealed.value).decode(),
        "leaf": entry.leaf.hex(),
        "root": entry.root.hex(),
    }


def entry_of(chain: str, line: dict[str, Any]) -> Entry:
    """Read an entry of an export; whatever is wrong with it raises ValueError."""
    try:
        headers = tuple(Header(str(n), base64.b64decode(v, validate=True)) for n, v in line["headers"])
        value = base64.b64decode(line["value"], validate=True)
        sealed = Sealed(topic=str(line["topic"]), key=str(line["key"]), headers=headers, value=value)
        leaf, root = bytes.fromhex(line["leaf"]), bytes.fromhex(line["root"])
        return Entry(chain=chain, index=int(line["index"]), sealed=sealed, leaf=leaf, root=root)
    except (KeyError, TypeError) as malformed:
        raise ValueError(f"the entry lacks or garbles {malformed}") from malformed
