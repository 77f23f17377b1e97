"""Read the audit log: search, proofs, export. Each read is itself written down first."""

from collections.abc import AsyncIterator
from typing import Any

from services.auth.domain.entries import Entry, Facts, line_of, value_of
from services.auth.domain.evidence import SeenChange, changes_of
from services.auth.domain.export import FORMAT
from services.auth.domain.merkle import consistency_spans, inclusion_spans
from services.auth.ports.audit import AuditQuery, AuditStore, SearchIndex
from services.auth.ports.directory import Decider, Time
from shared.chassis.provenance import Provenance
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.audit import Checkpoint
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.values import Frozen, Instant, Scope


class Seen(Frozen):
    """An entry as its reader may see it."""

    index: int
    facts: Facts
    changes: tuple[SeenChange, ...]
    leaf: str


class ReadSeen(Frozen):
    """One read of what there is of a guest, or a refused one: who, when, through which service, of which classes."""

    index: int
    time: Instant
    actor: str | None
    role: str | None
    service: str
    action: str
    refused: bool
    classes: tuple[str, ...]
    subjects: tuple[str, ...]


class Head(Frozen):
    """Size and root (hex) of the tree now, its newest signed checkpoint, and the public keys as JWK."""

    size: int
    root: str
    checkpoint: Checkpoint | None
    keys: tuple[dict[str, str], ...]


class Proof(Frozen):
    """That an entry is in the tree of a signed checkpoint."""

    index: int
    leaf: str
    path: tuple[str, ...]
    checkpoint: Checkpoint


class ReadingAudit:
    """The log as auditors see it, within their properties."""

    def __init__(self, store: AuditStore, index: SearchIndex, policy: Decider, time: Time) -> None:
        self._store, self._index, self._policy, self._time = store, index, policy, time

    async def may(
        self, principal: Principal, action: str, what: str, subjects: tuple[str, ...] = ()
    ) -> tuple[Scope, frozenset[DataClass]]:
        """The caller's scope and readable classes; the read, or its refusal, is an event of its own."""
        verdict = self._policy.decide(principal, action, Resource.AUDIT)
        read = AccessRead(
            subjects=subjects, action=what, classes=tuple(sorted(verdict.read)), refused=not verdict.allow
        )
        event = NewEvent(
            type=f"access.{'read' if verdict.allow else 'refused'}.v1",
            chain=principal.chain,
            property_id="*",
            subject=self._time.new_id(),
            sequence=1,
            time=self._time.now(),
            body=AccessEvent(actor=principal.actor, access=read),
        )
        await self._store.note_read(Scope(chain=principal.chain), event, Provenance.fresh(event.subject))
        if not verdict.allow:
            raise forbidden(verdict.why, f"You may not {action} the audit log.")
        return Scope(chain=principal.chain, properties=principal.properties), verdict.read

    async def search(self, principal: Principal, query: AuditQuery) -> list[Seen]:
        """Entries that match, newest first."""
        scope, classes = await self.may(principal, "read", "search_audit", named(query))
        return [
            Seen(index=entry.index, facts=facts, changes=changes_of(entry, classes), leaf=entry.leaf.hex())
            for entry, facts in await self._store.find(scope, query)
        ]

    async def reads(self, principal: Principal, guest_id: str, before: int | None, limit: int) -> list[ReadSeen]:
        """Who read, or was refused, what there is of one guest: the person's profile, and the records about them."""
        scope, _ = await self.may(principal, "read", "search_audit", (guest_id,))
        about = [guest_id, *await self._index.subjects(scope, f"guest:{guest_id}")]
        query = AuditQuery(any_of=tuple(f"read:{one}" for one in dict.fromkeys(about)), before=before, limit=limit)
        found = await self._store.find(scope, query)
        return [_read(entry, facts, frozenset(about)) for entry, facts in found]

    async def proof(self, principal: Principal, index: int) -> Proof:
        """The path from an entry to the newest signed root; 409 while no checkpoint covers it."""
        scope, _ = await self.may(principal, "read", "prove_audit")
        entry = await self._store.entry(scope, index)
        if entry is None:
            raise not_found("audit_entry")
        checkpoint = await self._store.covering(scope, index)
        if checkpoint is None:
            raise conflict("not_signed_yet", "No checkpoint covers this entry yet; within a minute one will.")
        path = await self._store.roots(scope, inclusion_spans(index, checkpoint.size))
        return Proof(index=index, leaf=entry.leaf.hex(), path=tuple(step.hex() for step in path), checkpoint=checkpoint)

    async def consistency(self, principal: Principal, old: int, new: int) -> list[str]:
        """The path that shows the tree of `old` entries to be the beginning of that of `new`."""
        scope, _ = await self.may(principal, "verify", "prove_audit")
        head = await self._store.head(scope)
        if not 0 < old <= new <= head.size:
            raise AppError(ErrorKind.INVALID, "tree_size", f"Sizes are 0 < old ≤ new ≤ {head.size}.")
        return [step.hex() for step in await self._store.roots(scope, consistency_spans(old, new))]

    async def head(self, principal: Principal) -> Head:
        """Size and root now, the newest checkpoint, and the public keys."""
        scope, _ = await self.may(principal, "read", "read_audit_head")
        head = await self._store.head(scope)
        newest = await self._store.checkpoints(scope, after=head.signed_version - 1)
        return Head(
            size=head.size,
            root=head.edge.root().hex(),
            checkpoint=newest[-1] if newest else None,
            keys=tuple(await self._store.keys(scope)),
        )

    async def export(self, principal: Principal) -> AsyncIterator[dict[str, Any]]:
        """Everything an offline verifier needs, line by line; only for auditors of the whole chain."""
        scope, _ = await self.may(principal, "verify", "export_audit")
        if scope.properties is not None:
            raise forbidden("whole_chain_only", "The log is one tree over all properties; you see some of them.")
        return self.lines(scope)

    async def lines(self, scope: Scope) -> AsyncIterator[dict[str, Any]]:
        """The lines of an export: head, keys, checkpoints, entries, end."""
        # Checkpoints first: of a sound log none is larger than the head that is read after them.
        checkpoints = await self._store.checkpoints(scope)
        head = await self._store.head(scope)
        yield {"kind": "head", "format": FORMAT, "chain": scope.chain, "size": head.size}
        for key in await self._store.keys(scope):
            yield {"kind": "key", "jwk": key}
        for checkpoint in checkpoints:
            yield {"kind": "checkpoint", **checkpoint.model_dump(mode="json")}
        async for entry in self._store.stream(scope, head.size):
            yield line_of(entry)
        yield {"kind": "end", "size": head.size, "root": head.edge.root().hex()}


def named(query: AuditQuery) -> tuple[str, ...]:
    """The aggregates, stays and guests that a question is about: what the read of the log is filed under."""
    asked = (query.subject, query.record_id, query.stay_id, query.guest_id)
    return tuple(one for one in asked if one)


def _read(entry: Entry, facts: Facts, about: frozenset[str]) -> ReadSeen:
    access = value_of(entry.sealed).get("access")
    access = access if isinstance(access, dict) else {}
    source = next((value for name, value in entry.sealed.headers if name == "ce_source"), b"")
    classes = access.get("classes")
    return ReadSeen(
        index=entry.index,
        time=facts.time,
        actor=facts.actor,
        role=facts.role,
        service=source.decode(errors="replace").rpartition("/")[2],
        action=str(access.get("action", "")),
        refused=bool(access.get("refused")),
        classes=tuple(str(one) for one in classes) if isinstance(classes, list) else (),
        subjects=tuple(one for one in facts.reads if one in about),
    )
