"""The feeds a hotel lives on: each of its PMSs, when it was last heard of, and whether it answers when it is asked."""

import datetime as dt
from typing import Any

from services.alerts.domain.rules import Noun
from services.alerts.domain.subject import Subject, whole_ms
from services.alerts.domain.watch import Watch
from shared.contracts.connections import ConnectionChange
from shared.contracts.feeds import Feed
from shared.contracts.values import Code, Frozen, Instant

HEARD_EVERY = dt.timedelta(minutes=10)
"""How exactly the last word of a PMS is known: a row that every stay of a hotel shares is written no more often."""


class Heard(Frozen):
    """A sign of one PMS of a hotel. `answered_at`: when it last said anything; None: never, as far as is known.

    `checked`: it is asked again and again, so that its silence means something at once. `failing_since`: it does not
    answer. `alone`: the hotel has been connected to this one, and to no other from now on.
    """

    pms: Code
    answered_at: Instant | None
    checked: bool = False
    failing_since: Instant | None = None
    failure: Code | None = None
    alone: bool = False

    @classmethod
    def of_feed(cls, feed: Feed) -> "Heard":
        """What integrations says of a connection that it looks after."""
        return cls(
            pms=feed.pms,
            answered_at=feed.answered_at,
            checked=True,
            failing_since=feed.failing_since,
            failure=feed.failure,
        )

    @classmethod
    def of_connection(cls, connection: ConnectionChange, at: dt.datetime) -> "Heard | None":
        """A hotel was connected, or to another PMS than before: from now on that one is waited for."""
        return cls(pms=connection.pms, answered_at=at, alone=True) if "pms" in connection.fields else None


def feeds_id(property_id: str) -> str:
    """The watch of a hotel's feeds."""
    return f"feed|{property_id}"


def feeds_watch(before: Watch | None, sign: Heard, chain: str, property_id: str, at: dt.datetime) -> Watch | None:
    """The feeds of a hotel after a sign of one of them, or None when it says nothing new."""
    known = {one.id: one for one in (before.subjects if before else ())}
    name = f"{feeds_id(property_id)}|{sign.pms}"
    held = known.get(name)
    others = () if sign.alone else tuple(one for one in known.values() if one.id != name)
    fresh = _subject(name, held, sign, property_id, at)
    gone = len(others) + (1 if held else 0) < len(known)
    if not gone and held is not None and _same(held, fresh):
        return None
    return Watch(id=feeds_id(property_id), chain=chain, property_id=property_id, subjects=(*others, fresh))


def _subject(name: str, held: Subject | None, sign: Heard, property_id: str, at: dt.datetime) -> Subject:
    was = held.facts if held else {}
    heard_at = _roughly(sign.answered_at) if sign.answered_at else was.get("heard_at", whole_ms(at))
    # Across topics, and on a topic read again, nothing is ordered: an older word is no news.
    heard_at = max(heard_at, was.get("heard_at", heard_at))
    checked = sign.checked or (bool(was.get("checked")) and not sign.alone)
    failing = sign.failing_since if sign.checked else was.get("failing_since")
    facts: dict[str, Any] = {
        "heard": True,
        "field": sign.pms,
        "checked": checked,
        "failing": failing is not None,
        "failing_since": whole_ms(failing) if failing else None,
        "failure": sign.failure if sign.checked else was.get("failure"),
        "heard_at": heard_at,
    }
    return Subject(noun=Noun.FEED, id=name, property_id=property_id, facts=facts)


def _roughly(moment: dt.datetime) -> dt.datetime:
    step = HEARD_EVERY.total_seconds()
    return dt.datetime.fromtimestamp(moment.timestamp() // step * step, dt.UTC)


def _same(one: Subject, other: Subject) -> bool:
    names = ("checked", "failing_since", "failure", "heard_at")
    return all(one.facts.get(name) == other.facts.get(name) for name in names)
