"""What use cases need of the directory of staff, and of policy: stores, decisions, hashing, the heartbeat."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.auth.domain.accounts import Account
from services.auth.domain.policy_edits import Edit
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Department, Principal
from shared.contracts.policy import Heartbeat, PolicySnapshot
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope


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
    end_session: str | None = None
    drop_second_factor: bool = False
    keeps_administration: bool = False
    """Whether the chain must still have an administrator of the whole chain after it."""


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

    async def login_of(self, scope: Scope, staff_id: str) -> str | None:
        """The login of a person, if they have an account."""
        ...

    async def save(self, scope: Scope, change: DirectoryChange, by: CommandContext | Provenance, status: int) -> None:
        """Write state, events and the idempotency row in one transaction; a lost race raises a conflict."""
        ...

    async def save_all(self, scope: Scope, changes: Sequence[DirectoryChange], by: CommandContext, status: int) -> None:
        """Write several changes and the idempotency row in one transaction; a lost race raises a conflict."""
        ...

    async def seen(self, scope: Scope, ctx: CommandContext) -> Kept | None:
        """What this idempotency key did before."""
        ...


class PolicyStore(Protocol):
    """The policy of each chain."""

    async def policy(self, scope: Scope) -> PolicySnapshot | None:
        """The newest version."""
        ...

    async def edits(self, scope: Scope) -> tuple[Edit, ...]:
        """What the chain lays over the policy that every chain starts with."""
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


class Passwords(Protocol):
    """Slow hashing, in a bounded pool."""

    async def hashed(self, password: str) -> str:
        """The argon2id hash of a password."""
        ...

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; without a hash the same work is done and the answer is no."""
        ...


class Pulse(Protocol):
    """Says on `policy.v1` that auth is alive."""

    async def beat(self, said: Heartbeat, beat_id: str) -> None:
        """Send one heartbeat; a broker that is down is not an error."""
        ...
