"""The life of a proposed version: asked for by one person, decided by another, bound to what was shown."""

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import Field

from shared.contracts.envelope import TextRef
from shared.contracts.errors import conflict, forbidden, invalid
from shared.contracts.values import EntityId, Frozen, Instant, Version

MOST_OPEN = 20
"""How many versions of one thing may wait at a time."""

FARTHEST = dt.timedelta(days=2 * 366)


class VersionState(enum.StrEnum):
    """What became of a version. An approved one with a day of its own waits for it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Said(Frozen):
    """Why, in somebody's words: they stay in the store that took them, events carry the salted digest."""

    ref: EntityId
    text: str
    salt: str

    @property
    def as_ref(self) -> TextRef:
        """What travels."""
        return TextRef.of(self.ref, self.salt, self.text)


class Proposed(Frozen):
    """What every version has: its number, the one it was made on, who asked, who decided, and the last event of it."""

    version: Version
    base: int = Field(ge=0)
    digest: str
    state: VersionState = VersionState.PROPOSED
    proposed_by: EntityId
    proposed_at: Instant
    decided_by: EntityId | None = None
    decided_at: Instant | None = None
    seq: int = Field(default=0, ge=0)


class Dated(Proposed):
    """A version of a place (a property, or the chain) that is in force from a moment on, until a later one starts."""

    place: str
    effective_from: Instant | None = None
    starts_at: Instant | None = None

    def started(self, at: dt.datetime) -> bool:
        """Whether it had come into force by a moment."""
        return self.state is VersionState.APPROVED and self.starts_at is not None and self.starts_at <= at

    def open(self, at: dt.datetime) -> bool:
        """Whether it still waits: for a decision, or for its day."""
        waits = self.state is VersionState.APPROVED and not self.started(at)
        return waits or self.state is VersionState.PROPOSED


@dataclass(frozen=True)
class Head:
    """Where a place stands: the last version and event, the version approved last (0: none), and how many wait."""

    last: int = 0
    seq: int = 0
    approved: int = 0
    open: int = 0

    @property
    def base(self) -> int:
        """The version that a proposal is made on."""
        return self.approved

    @property
    def revision(self) -> int:
        """What If-Match names: one more than the number of events."""
        return self.seq + 1


class Stands(Protocol):
    """What a proposal must know of where its place stands."""

    @property
    def last(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def open(self) -> int: ...
    @property
    def base(self) -> int: ...


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be in force at a place. An approval binds its `content`, which is JSON, place and day."""

    place: str
    content: Any
    by: str
    effective_from: dt.datetime | None = None


One = TypeVar("One", bound=Proposed)
OneDated = TypeVar("OneDated", bound=Dated)


def fingerprint(*what: Any) -> str:
    """What an approval binds: SHA-256 over values of JSON, written canonically."""
    return hashlib.sha256(json.dumps(what, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def standing(versions: Iterable[OneDated], at: dt.datetime) -> OneDated | None:
    """The version in force at a moment: of those that have started the latest, of equals the one written last."""
    started = [each for each in versions if each.started(at)]
    return max(started, key=lambda each: (each.starts_at or at, each.version), default=None)


def require_room(waiting: int, what: str = "versions") -> None:
    """Refuse another proposal while too many wait."""
    if waiting >= MOST_OPEN:
        raise conflict("too_many_waiting", f"{MOST_OPEN} {what} wait already; decide or withdraw some first.")


def require_day(effective_from: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """When a version is to start, as exact as a stored moment is, so that its timer finds it; None: at once."""
    if effective_from is None:
        return None
    if not now < effective_from <= now + FARTHEST:
        raise invalid("effective_from", "in_future", "effective_from must lie ahead, by two years at most.")
    return effective_from.replace(microsecond=effective_from.microsecond // 1000 * 1000)


def require_decidable(version: Proposed, base: int, approve: bool, by: str, shown: str | None) -> None:
    """Nobody decides their own; only what was shown is decided, and approved only on what it was made on."""
    if version.state is not VersionState.PROPOSED:
        raise conflict("version_decided", f"This version is {version.state} already.")
    if by == version.proposed_by:
        raise forbidden("own_request", "Nobody decides what they asked for themselves.")
    if shown is not None and shown != version.digest:
        raise conflict("version_differs", "The version is not the one that was shown.")
    if approve and version.base != base:
        raise conflict("version_void", "Another version was approved since; propose it again on top of it.")


def require_withdrawable(version: Proposed, now: dt.datetime) -> None:
    """What is in force is only ever replaced, by two people; what waits may be taken back by one."""
    if isinstance(version, Dated) and version.started(now):
        raise conflict("version_in_force", "This version is in force: propose what is to replace it.")
    waits = version.open(now) if isinstance(version, Dated) else version.state is VersionState.PROPOSED
    if not waits:
        raise conflict("version_decided", f"This version is {version.state} already.")


def propose(
    kind: type[OneDated], wish: Wish, head: Stands, now: dt.datetime, what: str = "versions", **own: Any
) -> OneDated:
    """A new version that waits for another person; its day must lie ahead, none means once approved.

    `what` is what waits, for who is told that too many do; `own`: the fields that this kind of version has besides.
    """
    require_room(head.open, what)
    day, number = require_day(wish.effective_from, now), head.last + 1
    return kind(
        place=wish.place,
        version=number,
        base=head.base,
        effective_from=day,
        digest=bound(wish.place, number, head.base, wish.content, day),
        proposed_by=wish.by,
        proposed_at=now,
        seq=head.seq + 1,
        **own,
    )


def bound(place: str, version: int, base: int, content: Any, effective_from: dt.datetime | None) -> str:
    """What an approval binds of a dated version: place, number, the version it was made on, its content and its day."""
    return fingerprint(place, version, base, content, effective_from.isoformat() if effective_from else None)


def decide(version: One, head: Stands, approve: bool, by: str, shown: str | None, now: dt.datetime, **why: Any) -> One:
    """As another person decided it, with the next event of its place; approved late, it starts when it is approved."""
    require_decidable(version, head.base, approve, by, shown)
    return decided(version, approve, by, now, seq=head.seq + 1, **why)


def withdraw(version: One, head: Stands, by: str, now: dt.datetime, **why: Any) -> One:
    """Taken back before it came into force, with the next event of its place."""
    require_withdrawable(version, now)
    return withdrawn(version, by, now, seq=head.seq + 1, **why)


def decided(version: One, approve: bool, by: str, now: dt.datetime, **more: Any) -> One:
    """The version as it was decided; a dated one starts on its day, or when it is approved where that is later."""
    if isinstance(version, Dated):
        more["starts_at"] = max(version.effective_from or now, now) if approve else None
    state = VersionState.APPROVED if approve else VersionState.REJECTED
    return version.model_copy(update={"state": state, "decided_by": by, "decided_at": now, **more})


def withdrawn(version: One, by: str, now: dt.datetime, **more: Any) -> One:
    """The version taken back before it came into force."""
    if isinstance(version, Dated):
        more["starts_at"] = None
    told = {"state": VersionState.WITHDRAWN, "decided_by": by, "decided_at": now}
    return version.model_copy(update={**told, **more})
