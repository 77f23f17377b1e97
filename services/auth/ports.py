"""What auth's use cases need from outside: stores, hashing, keys, the log of reads, the heartbeat."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.auth.domain.accounts import Account
from services.auth.domain.entries import Entry, Facts
from services.auth.domain.keys import SigningKey
from services.auth.domain.merkle import Span
from services.auth.domain.sequencing import Head
from services.auth.domain.sessions import Session
from services.auth.domain.throttle import Gate, Tries
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.contracts.audit import Checkpoint
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Department, Principal
from shared.contracts.policy import PolicySnapshot
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Frozen, Scope


class Decider(Protocol):
    """Local permission decisions (the chassis' Policy)."""

    def decide(
        self,
        principal: Principal,
        action: str,
        kind: str = "*",
        property_id: str | None = None,
        department: Department | None = None,
    ) -> Verdict:
        """May this caller do this here?"""
        ...


class Time(Protocol):
    """Time and ids (the chassis' Clock)."""

    def now(self) -> dt.datetime:
        """Business time."""
        ...

    def real_now(self) -> dt.datetime:
        """Real time: sessions, throttling and checkpoints run on it."""
        ...

    def new_id(self) -> str:
        """A fresh id."""
        ...


@dataclass(frozen=True)
class DirectoryChange:
    """All that one command changes of a chain's directory, with the events that say so."""

    events: tuple[NewEvent, ...]
    property: Property | None = None
    member: StaffMember | None = None
    account: Account | None = None
    end_sessions: bool = False


class DirectoryStore(Protocol):
    """Chains, properties, staff and their accounts."""

    async def save_chain(self, scope: Scope, name: str) -> None:
        """Name a chain."""
        ...

    async def chains(self, scope: Scope) -> list[str]:
        """Every chain there is; the scope is the system's."""
        ...

    async def properties(self, scope: Scope) -> list[Property]:
        """The properties in scope, by id."""
        ...

    async def property(self, scope: Scope, property_id: str) -> Property | None:
        """One property in scope."""
        ...

    async def staff(self, scope: Scope, *, after: str | None = None, limit: int = 1000) -> list[StaffMember]:
        """The people who work in scope, by id, beginning after one."""
        ...

    async def member(self, scope: Scope, staff_id: str) -> StaffMember | None:
        """One person who works in scope."""
        ...

    async def account(self, scope: Scope, login: str) -> Account | None:
        """The account of a login of this chain."""
        ...

    async def save(self, scope: Scope, change: DirectoryChange, by: CommandContext | Provenance, status: int) -> None:
        """Write state, events and the idempotency row in one transaction; a lost race raises a conflict."""
        ...

    async def seen(self, scope: Scope, ctx: CommandContext) -> Kept | None:
        """What this idempotency key did before."""
        ...


class SessionStore(Protocol):
    """Sessions and failed sign-ins."""

    async def open(self, scope: Scope, session: Session) -> None:
        """Keep a new session."""
        ...

    async def session(self, scope: Scope, session_id: str) -> Session | None:
        """One session, ended or not."""
        ...

    async def rotate(self, scope: Scope, session: Session, now: dt.datetime) -> Session | None:
        """Give out the next generation; None when somebody else did so first."""
        ...

    async def end(self, scope: Scope, session_id: str) -> None:
        """End one session."""
        ...

    async def tries(self, scope: Scope, gate: Gate, who: str) -> Tries:
        """The failures counted at a gate."""
        ...

    async def reserve(self, scope: Scope, gate: Gate, who: str, seen: Tries, now: dt.datetime) -> bool:
        """Count one more failure in advance; False when the count moved since it was seen."""
        ...

    async def release(self, scope: Scope, gate: Gate, who: str, *, forget: bool) -> None:
        """Take one failure back, or forget them all."""
        ...


class PolicyStore(Protocol):
    """The policy of each chain."""

    async def policy(self, scope: Scope) -> PolicySnapshot | None:
        """The newest version."""
        ...

    async def save(self, scope: Scope, snapshot: PolicySnapshot, event: NewEvent) -> bool:
        """Write a version with its event; False when that version exists already."""
        ...

    async def publish_once(self, scope: Scope, event: NewEvent) -> bool:
        """Write an event that has no other state; False when it was written before."""
        ...

    async def versions(self, scope: Scope) -> dict[str, int]:
        """The policy version of every chain; the scope is the system's."""
        ...


class AuditQuery(Frozen):
    """Which entries to read: newest first, below `before`."""

    subject: str | None = None
    stay_id: str | None = None
    type: str | None = None
    actor: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None
    limit: int = 50


class AuditStore(Protocol):
    """The audit log."""

    async def waiting(self, scope: Scope) -> list[str]:
        """Chains with events to sequence or a grown tree to sign; the scope is the system's."""
        ...

    async def drain(self, scope: Scope, limit: int) -> int:
        """Give the oldest arrived events their place in the log; how many. Another sequencer's batch gives 0."""
        ...

    async def head(self, scope: Scope) -> Head:
        """The end of the chain's log."""
        ...

    async def sign(self, scope: Scope, head: Head, checkpoint: Checkpoint, event: NewEvent) -> bool:
        """Keep a checkpoint with its event; False when the head was signed by somebody else."""
        ...

    async def checkpoints(self, scope: Scope, *, after: int = 0, limit: int = 0) -> list[Checkpoint]:
        """Checkpoints of later versions, oldest first."""
        ...

    async def covering(self, scope: Scope, index: int) -> Checkpoint | None:
        """The newest checkpoint whose tree holds this entry."""
        ...

    async def find(self, scope: Scope, query: AuditQuery) -> list[tuple[Entry, Facts]]:
        """Entries of the scope's properties that match, newest first."""
        ...

    async def entry(self, scope: Scope, index: int) -> Entry | None:
        """One entry, if its property is in scope."""
        ...

    def stream(self, scope: Scope, size: int) -> AsyncIterator[Entry]:
        """The first `size` entries in order."""
        ...

    async def roots(self, scope: Scope, spans: Sequence[Span]) -> list[bytes]:
        """The root of each span of the tree."""
        ...

    async def keys(self, scope: Scope) -> list[dict[str, Any]]:
        """The public keys that ever signed this log."""
        ...

    async def note_read(self, scope: Scope, event: NewEvent, provenance: Provenance) -> None:
        """Write that somebody read the log; if it cannot be written, the read is refused."""
        ...


class Passwords(Protocol):
    """Slow hashing, in a bounded pool."""

    async def hashed(self, password: str) -> str:
        """The argon2id hash of a password."""
        ...

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; without a hash the same work is done and the answer is no."""
        ...


class KeyRing(Protocol):
    """The private keys of this installation."""

    @property
    def access(self) -> SigningKey:
        """Signs access tokens."""
        ...

    @property
    def audit(self) -> SigningKey:
        """Signs checkpoints."""
        ...

    @property
    def refresh_secret(self) -> bytes:
        """Makes refresh tokens."""
        ...


class TokenSigner(Protocol):
    """Turns claims into a token."""

    def sign(self, claims: dict[str, Any]) -> str:
        """An EdDSA JWT of type `at+jwt`."""
        ...


class Witness(Protocol):
    """Where checkpoints are kept outside the database."""

    async def last_version(self, chain: str) -> int:
        """The newest version written, 0 for none."""
        ...

    async def write(self, chain: str, checkpoints: Sequence[Checkpoint]) -> None:
        """Append checkpoints durably."""
        ...


class Pulse(Protocol):
    """Says on `policy.v1` that auth is alive."""

    async def beat(self, at: dt.datetime, versions: dict[str, int]) -> None:
        """Send one heartbeat; a broker that is down is not an error."""
        ...
