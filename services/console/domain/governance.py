"""The chain's policy, audit log, service accounts and erasures, as auth and integrations show them."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from shared.contracts.values import Instant, Wire


class Grant(Wire):
    """Some roles may do some things to some kinds; `read` and `write` are classes of data."""

    roles: tuple[str, ...]
    actions: tuple[str, ...]
    kinds: tuple[str, ...] = ("*",)
    except_kinds: tuple[str, ...] = ()
    own_department: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()


class Edit(Grant):
    """A change a chain made to the policy it started with."""

    effect: str = "allow"


class PolicyVersion(Wire):
    """One proposed change: who asked, why, who decided."""

    version: int
    state: str
    in_force: bool = False
    digest: str = ""
    proposed_by: str = ""
    proposed_at: Instant | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    decision: str | None = None
    edits: tuple[Edit, ...] = ()


class ChainPolicy(Wire):
    """The policy in force, and what waits for a second administrator."""

    version: int
    revision: int
    edits: tuple[Edit, ...] = ()
    grants: tuple[Grant, ...] = ()
    waiting: tuple[PolicyVersion, ...] = ()


class Ability(Wire):
    """One thing somebody may do."""

    action: str
    kind: str
    own_department: bool = False


class Affected(Wire):
    """One person, and what they would gain and lose."""

    staff_id: str
    gains: tuple[Ability, ...] = ()
    loses: tuple[Ability, ...] = ()


class PolicyPreview(Wire):
    """Whom a change would touch."""

    gaining: int = 0
    losing: int = 0
    people: tuple[Affected, ...] = ()


class Facts(Wire):
    """What an audit entry says of its event; ids and codes only."""

    type: str
    subject: str
    version: int
    time: Instant
    property_id: str = ""
    actor: str | None = None
    role: str | None = None
    record_id: str | None = None
    stay_id: str | None = None
    reason_code: str | None = None


class SeenChange(Wire):
    """One field before and after; masked by the reader's rights."""

    field: str
    before: Any = None
    after: Any = None
    masked: bool = False


class Entry(Wire):
    """One entry of the audit log; `leaf` is its hash in the tree."""

    index: int
    facts: Facts
    changes: tuple[SeenChange, ...] = ()
    leaf: str


class Entries(Wire):
    """Entries, newest first."""

    items: tuple[Entry, ...] = ()
    next: int | None = None


class Checkpoint(Wire):
    """A signed head of the tree."""

    size: int
    root: str
    at: Instant
    key_id: str = ""


class Head(Wire):
    """The tree as it stands."""

    size: int = 0
    root: str = ""
    checkpoint: Checkpoint | None = None


class Proof(Wire):
    """The path from an entry's leaf to a signed root."""

    index: int
    leaf: str
    path: tuple[str, ...] = ()
    checkpoint: Checkpoint

    @property
    def holds(self) -> bool:
        """Whether the path leads to the root, computed here and not believed."""
        steps = [bytes.fromhex(step) for step in self.path]
        return leads_to(bytes.fromhex(self.leaf), self.index, self.checkpoint.size, steps) == self.checkpoint.root


class Key(Wire):
    """A key of a service account; its secret is shown once, when it is issued. `scopes`: `action:kind`."""

    id: str
    scopes: tuple[str, ...] = ()
    created_by: str = ""
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    last_used_at: Instant | None = None
    key: str | None = None


class Account(Wire):
    """A service account."""

    id: str
    name: str
    properties: tuple[str, ...] | None = None
    active: bool = True
    keys: tuple[Key, ...] = ()


class Erasure(Wire):
    """A person's data to be erased in every store, and who has confirmed."""

    id: str
    guest_id: str
    state: str
    reason_code: str = ""
    requested_by: str = ""
    requested_at: Instant | None = None
    decided_by: str | None = None
    confirm_by: Instant | None = None
    completed_at: Instant | None = None
    missing: tuple[str, ...] = ()
    version: int = 1


class Absence(Wire):
    """A time somebody is away; open-ended without `end`."""

    start: Instant
    end: Instant | None = None


class GroupStatus(Wire):
    """One consumer of a service: how far behind, what is parked."""

    group: str
    lag: int = 0
    parked: int = 0
    gaps: int = 0
    alive: bool = True


class ServiceStatus(Wire):
    """How one service stands."""

    outbox: int = 0
    policy_stale_s: float = 0
    groups: tuple[GroupStatus, ...] = ()


class ParkedEvent(Wire):
    """An event a service could not carry out; it waits for an operator."""

    id: str
    topic: str
    aggregate: str | None = None
    version: int | None = None
    reason: str = ""
    at: Instant


def leads_to(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> str:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2), in hex; empty where they lead nowhere."""
    if not 0 <= index < size:
        return ""
    here, last, top = index, size - 1, leaf
    for step in path:
        if last == 0:
            return ""
        if here & 1 or here == last:
            top = _joined(step, top)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            top = _joined(top, step)
        here, last = here >> 1, last >> 1
    return top.hex() if last == 0 else ""


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def expires(days: str, now: dt.datetime) -> str:
    """When a key ends that shall live so many days, as RFC 3339; 90 where none are said."""
    given = int(days) if days.isascii() and days.isdigit() else 90
    return (now + dt.timedelta(days=min(max(given, 1), 366))).isoformat()
