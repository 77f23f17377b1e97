"""Local permission decisions from the projected policy: default deny, compiled to sets."""

import asyncio
import contextlib
import datetime as dt
import logging
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.chassis.clock import Clock
from shared.chassis.mongo import DatabaseError, Document, Index, Mongo, Put, Tx
from shared.chassis.seals import Forged, Root, opened
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.identity import DataClass, Department, Lent, Principal, Role
from shared.contracts.lending import bearing, lent_to
from shared.contracts.policy import ANY, Grant, Heartbeat, KeysEvent, PolicyEvent, PolicySnapshot, kinds_covering
from shared.contracts.staff import Mode, Property, PropertyEvent, StaffEvent, StaffMember

log = logging.getLogger(__name__)
REFRESH_S = 2.0
SENSITIVE_STALE_S = 5 * 60
ALL_STALE_S = 12 * 3600
LOOK_S = 1.0
SECOND_FACTOR = "second_factor"
"""The obligation that a session has shown a second factor."""
"""How long a look at the clock serves: the age of a policy is judged in minutes."""
MOST_VERDICTS = 10_000


@dataclass(frozen=True)
class Verdict:
    """The answer to one question. `read` and `write` are the data classes the caller may see or change."""

    allow: bool
    read: frozenset[DataClass] = frozenset()
    write: frozenset[DataClass] = frozenset()
    obligations: frozenset[str] = frozenset()
    why: str = "not_granted"
    delegated_by: tuple[str, ...] = ()
    """By whose lent rights, where the caller's own do not give all of it."""

    def joined(self, more: "Verdict", lender: str) -> "Verdict":
        """With what somebody else's rights add to it."""
        if not self.allow:
            return replace(more, delegated_by=(lender,))
        read, write = self.read | more.read, self.write | more.write
        obligations = self.obligations & more.obligations
        if (read, write, obligations) == (self.read, self.write, self.obligations):
            return self
        return Verdict(True, read, write, obligations, "granted", (*self.delegated_by, lender))


@dataclass
class _Compiled:
    version: int
    sensitive: frozenset[str]
    grants: dict[tuple[Role, str, str], list[Grant]]
    # What was asked before: the snapshot never changes, and only these four decide.
    verdicts: dict[tuple[frozenset[Role], str, str, bool], Verdict] = field(default_factory=dict)

    def verdict(self, roles: frozenset[Role], action: str, kind: str, own: bool) -> Verdict:
        """What these roles may do; `own` says that the department is the caller's, or that none is asked about."""
        asked = (roles, action, kind, own)
        known = self.verdicts.get(asked)
        if known is None and len(self.verdicts) >= MOST_VERDICTS:
            self.verdicts.clear()
        return known or self.verdicts.setdefault(asked, self._judged(*asked))

    def _judged(self, roles: frozenset[Role], action: str, kind: str, own: bool) -> Verdict:
        found = [
            grant
            for role in roles
            for covering in kinds_covering(kind)
            for grant in self.grants.get((role, action, covering), ())
            if (own or not grant.own_department) and kind not in grant.except_kinds
        ]
        if not found:
            return Verdict(False)
        # The widest reading and writing, the lightest obligation that any of the caller's grants asks for.
        return Verdict(
            True,
            frozenset().union(*(grant.read for grant in found)),
            frozenset().union(*(grant.write for grant in found)),
            frozenset.intersection(*(frozenset(grant.obligations) for grant in found)),
            "granted",
        )


def compiled(snapshot: PolicySnapshot) -> _Compiled:
    """A snapshot as a look-up by role, action and kind."""
    grants: dict[tuple[Role, str, str], list[Grant]] = {}
    for grant in snapshot.grants:
        for role in grant.roles:
            for action in grant.actions:
                for kind in grant.kinds:
                    grants.setdefault((role, action, kind), []).append(grant)
    return _Compiled(snapshot.version, frozenset(snapshot.sensitive_actions), grants)


@dataclass
class Known:
    """All that the projection holds, in memory."""

    policies: dict[str, _Compiled] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    heartbeat: dt.datetime | None = None
    told: dict[str, int] = field(default_factory=dict)
    doubtful: bool = False
    # By chain: the heartbeat that was judged young enough for everything, and until when (monotonic) that holds.
    fresh: dict[str, tuple[dt.datetime | None, float]] = field(default_factory=dict)


class Policy:
    """What this process knows of policy, staff, properties and keys: read by every request, loaded from the store."""

    def __init__(
        self,
        mongo: Mongo,
        clock: Clock,
        group: str = "policy",
        root: Root | None = None,
        forged: Callable[[], None] = lambda: None,
    ) -> None:
        self._rows, self._cursors = mongo.collection("policy"), mongo.collection("cursors")
        self._clock, self._group = clock, group
        self._given_root, self._count_forged = root, forged
        self.known = Known()
        self._changed = asyncio.Event()

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._rows.ensure_indexes([Index(("what",))])

    async def refresh(self) -> None:
        """Load the projection: right after a restart this needs neither Kafka nor auth."""
        known = Known()
        for row in await self._rows.find({}):
            try:
                _take(known, row)
            except (ValueError, LookupError) as failure:
                log.error("policy: a row cannot be read (%s)", type(failure).__name__, extra={"row": row["_id"]})
                known.doubtful = True
        # A change of policy or staff that is parked is as bad as one that never came.
        held = {"held": True, "_id": {"$regex": f"^{re.escape(self._group)}\\|"}}
        known.doubtful = known.doubtful or await self._cursors.find_one(held) is not None
        self.known = known

    async def run(self) -> None:
        """For ever: load again when this process projected a change, and every 2 s for what another replica did."""
        while True:
            try:
                await self.refresh()
            except DatabaseError as failure:
                log.warning("policy: the store does not answer (%s); the last known one holds", type(failure).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_S):
                    await self._changed.wait()
            self._changed.clear()

    # What consumers of policy.v1 and staff.v1 do
    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Project policy, keys, staff and properties."""
        ops: list[Put] = []
        for event in events:
            body = body_of(event)
            if isinstance(body, PolicyEvent | KeysEvent):
                ops += await self._unsealed(tx, event, body)
            elif isinstance(body, StaffEvent):
                ops.append(_put("staff", body.staff.id, body.staff.model_dump(mode="json")))
            elif isinstance(body, PropertyEvent):
                ops.append(_put("property", body.property.id, body.property.model_dump(mode="json")))
        await self._rows.bulk(ops, tx=tx)
        tx.after_commit.append(self._changed.set)

    async def _unsealed(self, tx: Tx, event: Envelope, body: PolicyEvent | KeysEvent) -> list[Put]:
        """What auth sealed, and its root where this is the first seal there is; nothing of what is forged."""
        root = self._given_root or await self._root(tx)
        try:
            said = opened(root, event, body)
            if isinstance(body, KeysEvent):
                held = {"keys": list(body.keys) if said is None else said["keys"]}
                put = _put("keys", event.subject, held)
            else:
                policy = body.policy if said is None else PolicySnapshot.model_validate(said["policy"])
                if policy.chain != event.chain:
                    raise Forged("the policy is another chain's")
                put = _put("policy", policy.chain, policy.model_dump(mode="json"))
        except Forged as why:
            self._refuse(event, why)
            return []
        if root is None and said is not None:
            await self._rows.bulk([_put("root", "root", body.root or {})], tx=tx)
        return [put]

    async def _root(self, tx: Tx | None = None) -> Root | None:
        row = await self._rows.find_one({"_id": "root|root"}, tx=tx)
        return row["body"] if row else None

    def _refuse(self, event: Envelope, why: Forged) -> None:
        # What is not applied leaves this policy behind the one that heartbeats tell of: it grows stale, never wider.
        log.error("policy: a forged event was refused (%s)", why, extra={"event": event.id, "subject": event.subject})
        self._count_forged()

    async def hear(self, event: Envelope) -> None:
        """A heartbeat: auth was alive at the time it says, whenever it arrives, and had published these versions."""
        beat = Heartbeat.model_validate_json(event.value)
        try:
            said = opened(self._given_root or await self._root(), event, beat)
        except Forged as why:
            self._refuse(event, why)
            return
        beat = beat if said is None else Heartbeat.model_validate(said)
        at = min(beat.at, self._clock.real_now())
        body = {"at": at, "versions": beat.policy_versions}
        await self._rows.update_one({"_id": "heartbeat"}, {"$set": {"what": "heartbeat", "body": body}}, upsert=True)
        self.known.heartbeat, self.known.told = at, beat.policy_versions

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop one projected row."""
        await self._rows.delete_many({"subject": subject}, tx=tx)

    # What everybody asks
    def staff(self, chain: str, property_id: str | None = None) -> list[StaffMember]:
        """The active staff of a chain, or of one of its properties, by id."""
        found = [
            person
            for person in self.known.staff.values()
            if person.chain == chain
            and person.active
            and (property_id is None or person.properties is None or property_id in person.properties)
        ]
        return sorted(found, key=lambda person: person.id)

    def person(self, staff_id: str) -> StaffMember | None:
        """One member of the staff, active or not."""
        return self.known.staff.get(staff_id)

    def lent_to(self, person: StaffMember) -> tuple[Lent, ...]:
        """What others lent a person, as it counts at this moment: it ends by the clock, and when either is gone."""
        return lent_to(person, self.known.staff, self._clock.now()) if person.delegations else ()

    def bearers(self, chain: str, property_id: str) -> list[StaffMember]:
        """The active staff of a property with the roles they may act in there now, lent ones too; by id."""
        now = self._clock.now()
        found = self.staff(chain, property_id)
        return [bearing(one, self.known.staff, property_id, now) if one.delegations else one for one in found]

    def properties(self, chain: str, allowed: Iterable[str] | None = None) -> list[Property]:
        """The properties of a chain that a scope covers."""
        only = None if allowed is None else frozenset(allowed)
        found = [p for p in self.known.properties.values() if p.chain == chain and (only is None or p.id in only)]
        return sorted(found, key=lambda one: one.id)

    def hotels(self) -> list[Property]:
        """Every property of every chain, by id: for what a service does by itself."""
        return sorted(self.known.properties.values(), key=lambda one: one.id)

    def property(self, chain: str, property_id: str) -> Property | None:
        """One property of a chain."""
        found = self.known.properties.get(property_id)
        return found if found and found.chain == chain else None

    def mode(self, property_id: str) -> Mode | None:
        """How much of a hotel is real; None of one that auth has not told us of yet: what would leave for it waits."""
        found = self.known.properties.get(property_id)
        return found.mode if found else None

    def counts(self, chain: str, allowed: frozenset[str] | None) -> frozenset[str] | None:
        """What of a scope reports count: all of it, but training hotels. None: every property."""
        training = {one.id for one in self.properties(chain) if one.mode is Mode.TRAINING}
        if not training:
            return allowed
        return frozenset(one.id for one in self.properties(chain, allowed)) - training

    def stale_s(self, chain: str | None = None) -> float:
        """Seconds since auth was alive; without a heartbeat, or when it knows more than we do, for ever."""
        known = self.known
        behind = chain in known.told and (
            chain not in known.policies or known.policies[chain].version < known.told[chain]
        )
        if known.heartbeat is None or known.doubtful or behind:
            return float("inf")
        return (self._clock.real_now() - known.heartbeat).total_seconds()

    def _fresh(self, chain: str) -> bool:
        known, now = self.known, time.monotonic()
        heartbeat, until = known.fresh.get(chain, (None, now))
        if now < until and heartbeat is known.heartbeat:
            return True
        left = SENSITIVE_STALE_S - self.stale_s(chain)
        known.fresh[chain] = (known.heartbeat, now + min(left, LOOK_S))
        return left >= 0

    def decide(
        self,
        principal: Principal,
        action: str,
        kind: str = ANY,
        property_id: str | None = None,
        department: Department | None = None,
    ) -> Verdict:
        """May this caller do this here, and which data classes may it read and write by it? Unknown means no."""
        policy = self.known.policies.get(principal.chain)
        if policy is None:
            return Verdict(False, why="no_policy")
        if property_id is not None and principal.properties is not None and property_id not in principal.properties:
            return Verdict(False, why="other_property")
        if principal.scopes is not None and not any(
            f"{action}:{one}" in principal.scopes for one in kinds_covering(kind)
        ):
            return Verdict(False, why="out_of_scope")
        if Role.BREAK_GLASS not in principal.roles and not self._fresh(principal.chain):
            stale = self.stale_s(principal.chain)
            if stale > ALL_STALE_S or (stale > SENSITIVE_STALE_S and action in policy.sensitive):
                return Verdict(False, why="policy_stale")
        own = department is None or department in principal.departments
        verdict = policy.verdict(principal.roles, action, kind, own)
        for one in principal.lent:
            if (one.actions is None or action in one.actions) and one.at(property_id, principal.properties):
                theirs = department is None or department in one.departments
                more = policy.verdict(one.roles, action, kind, theirs)
                verdict = verdict.joined(more, one.lender) if more.allow else verdict
        if SECOND_FACTOR in verdict.obligations and not principal.second_factor:
            return Verdict(False, why="second_factor_required")
        return verdict


def _put(what: str, subject: str, body: Document) -> Put:
    return Put({"_id": f"{what}|{subject}"}, {"$set": {"what": what, "subject": subject, "body": body}})


def _take(known: Known, row: Document) -> None:
    what, body = row["what"], row["body"]
    if what == "policy":
        snapshot = PolicySnapshot.model_validate(body)
        known.policies[snapshot.chain] = compiled(snapshot)
    elif what == "staff":
        person = StaffMember.model_validate(body)
        known.staff[person.id] = person
    elif what == "property":
        one = Property.model_validate(body)
        known.properties[one.id] = one
    elif what == "keys":
        known.keys |= {key["kid"]: key for key in body["keys"]}
    elif what == "heartbeat":
        known.heartbeat, known.told = body["at"], body.get("versions", {})
