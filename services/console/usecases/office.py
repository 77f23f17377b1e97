"""The back office: policy, audit, service accounts, erasures, one's own time, how the services stand."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.console.domain.governance import (
    Account,
    ChainPolicy,
    Entries,
    Erasure,
    Head,
    Key,
    ParkedEvent,
    PolicyPreview,
    PolicyVersion,
    Proof,
    ServiceStatus,
    expires,
)
from services.console.domain.policy_forms import anew, wanted
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.rulebook import codes
from services.console.domain.session import Viewer
from services.console.ports import Erasures, Governance, Operations
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import quietly
from services.console.usecases.steps import carried_out, problem_of, ruling_of

Found = TypeVar("Found")
MOST_WAITING = 5
ANY_OF = ("record", "actor", "type", "stay", "guest", "subject", "field", "before")


@dataclass(frozen=True)
class PolicyView:
    """Who may do what, the changes made to it, and a change being tried."""

    page: Page
    policy: ChainPolicy | None
    versions: Sequence[PolicyVersion] = ()
    preview: PolicyPreview | None = None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    effects: Mapping[int, PolicyPreview] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditView:
    """Entries of the audit log, and on one's own page the proof of one."""

    page: Page
    asked: Mapping[str, str]
    entries: Entries
    head: Head
    proof: Proof | None = None


@dataclass(frozen=True)
class RowsView:
    """A list of the back office with its form: accounts or erasures; `issued` is a key's secret, shown once."""

    page: Page
    accounts: Sequence[Account] = ()
    erasures: Sequence[Erasure] = ()
    problem: Problem | None = None
    issued: Key | None = None


@dataclass(frozen=True)
class Standing:
    """One service and what it has parked; `status` is None where it does not answer."""

    name: str
    status: ServiceStatus | None
    parked: Sequence[tuple[str, ParkedEvent]] = ()


@dataclass(frozen=True)
class OperationsView:
    """How all services stand."""

    page: Page
    services: Sequence[Standing]
    problem: Problem | None = None


class Office:
    """Makes the pages of the back office and carries their steps."""

    def __init__(self, governance: Governance, erasures: Erasures, operations: Operations, people: People) -> None:
        self._governance, self._erasures, self._operations = governance, erasures, operations
        self._people = people

    def page(self, viewer: Viewer) -> Page:
        """A page of now."""
        return self._people.page(viewer)

    async def policy(
        self, viewer: Viewer, problem: Problem | None = None, given: Mapping[str, str] | None = None
    ) -> PolicyView:
        """The policy; with an edit given, whom it would touch."""
        page = self.page(viewer)
        policy = await self._part(page, self._governance.policy(viewer.access), None, "Policy")
        versions = await quietly(self._governance.policy_versions(viewer.access), [])
        preview, effects = None, await self._effects(viewer, policy)
        if given and problem is None:
            try:
                preview = await self._governance.preview(viewer.access, wanted(policy, given))
            except Refused as refusal:
                problem = refusal.problem
            except Down as silent:
                problem = not_answered(silent)
        return PolicyView(page, policy, versions, preview, problem, given or {}, effects)

    async def _effects(self, viewer: Viewer, policy: ChainPolicy | None) -> dict[int, PolicyPreview]:
        """Of each change that waits, whom it would touch: who decides sees that before they do."""
        waiting = policy.waiting[:MOST_WAITING] if policy else ()
        asked = (self._governance.preview(viewer.access, anew(one.edits)) for one in waiting)
        found = await asyncio.gather(*(quietly(one, None) for one in asked))
        return {one.version: told for one, told in zip(waiting, found, strict=True) if told is not None}

    async def propose(self, viewer: Viewer, key: str, revision: int, values: Mapping[str, str]) -> Problem | None:
        """Propose an edit of the policy; a second administrator decides."""
        try:
            policy = await self._governance.policy(viewer.access)
            body = wanted(policy, values) | {"reason": values.get("reason", "")}
        except (Refused, Down) as failure:
            return problem_of(failure)
        return await carried_out(self._governance.propose(viewer.access, key, revision, body))

    async def decide(
        self, viewer: Viewer, version: int, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Approve, reject or withdraw a change of the policy."""
        body = ruling_of(values)
        return await carried_out(self._governance.decide(viewer.access, version, key, revision, body))

    async def audit(self, viewer: Viewer, asked: Mapping[str, str], index: int | None = None) -> AuditView:
        """Entries that fit; with an index, the proof of that entry too."""
        page = self.page(viewer)
        wanted = {name: asked[name] for name in ANY_OF if asked.get(name)}
        entries = await self._part(page, self._governance.entries(viewer.access, wanted), Entries(), "Audit")
        head = await quietly(self._governance.head(viewer.access), Head())
        proof = await self._governance.proof(viewer.access, index) if index is not None else None
        return AuditView(page, wanted, entries, head, proof)

    async def accounts(self, viewer: Viewer, problem: Problem | None = None, issued: Key | None = None) -> RowsView:
        """Service accounts."""
        page = self.page(viewer)
        found = await self._part(page, self._governance.accounts(viewer.access), [], "Service accounts")
        return RowsView(page, accounts=found, problem=problem, issued=issued)

    async def open_account(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """Open a service account."""
        hotels = codes(values.get("properties", "")) or None
        body = {"name": values.get("name", ""), "properties": hotels}
        return await carried_out(self._governance.open_account(viewer.access, key, body))

    async def issue(self, viewer: Viewer, account_id: str, key: str, values: Mapping[str, str]) -> Key | Problem:
        """A key of a service account, to be shown once."""
        now = self.page(viewer).time.real_now()
        scope = {
            "actions": codes(values.get("actions", "")) or ["read"],
            "kinds": codes(values.get("kinds", "")) or ["*"],
        }
        body = {"scopes": [scope], "expires_at": expires(values.get("days", ""), now)}
        try:
            return await self._governance.issue_key(viewer.access, account_id, key, body)
        except (Refused, Down) as failure:
            return problem_of(failure)

    async def revoke(self, viewer: Viewer, account_id: str, key_id: str, key: str) -> Problem | None:
        """End a key now."""
        return await carried_out(self._governance.revoke_key(viewer.access, account_id, key_id, key))

    async def erasures(self, viewer: Viewer, problem: Problem | None = None) -> RowsView:
        """Requests to erase a person."""
        page = self.page(viewer)
        found = await self._part(page, self._erasures.page(viewer.access), [], "Erasures")
        return RowsView(page, erasures=found, problem=problem)

    async def ask_erasure(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """Ask for a person to be erased; another person decides."""
        body = {
            "guest_id": values.get("guest_id", ""),
            "reason_code": "guest_asked",
            "reason": values.get("reason", ""),
        }
        return await carried_out(self._erasures.ask(viewer.access, key, body))

    async def decide_erasure(
        self, viewer: Viewer, erasure_id: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Approve or reject one."""
        decision = "approve" if values.get("approve") == "true" else "reject"
        body = {"decision": decision, "reason": values.get("reason", "")}
        return await carried_out(self._erasures.decide(viewer.access, erasure_id, key, version, body))

    async def operations(self, viewer: Viewer, problem: Problem | None = None) -> OperationsView:
        """How all services stand, and what they have parked."""
        names = self._operations.services
        found = await asyncio.gather(*(self._standing(viewer, name) for name in names))
        return OperationsView(self.page(viewer), found, problem)

    async def redrive(self, viewer: Viewer, service: str, key: str, values: Mapping[str, str]) -> Problem | None:
        """Carry out what was parked, with a reason."""
        if service not in self._operations.services:
            return Problem(404, "service_not_found", "")
        body = {name: values.get(name, "") for name in ("group", "subject", "reason")}
        return await carried_out(self._operations.redrive(viewer.access, service, key, body))

    async def call_in(self, viewer: Viewer, key: str, *, away: bool) -> Problem | None:
        """Call in sick from now on, or come back."""
        told = (
            self._governance.call_in(viewer.access, key, {}) if away else self._governance.come_back(viewer.access, key)
        )
        return await carried_out(told)

    async def calendar(self, viewer: Viewer) -> str | Problem:
        """An address one's calendar reads one's shifts from."""
        try:
            return await self._governance.rota_link(viewer.access)
        except (Refused, Down) as failure:
            return problem_of(failure)

    async def _standing(self, viewer: Viewer, name: str) -> Standing:
        status = await quietly(self._operations.status(viewer.access, name), None)
        parked: list[tuple[str, ParkedEvent]] = []
        for group in status.groups if status else ():
            if group.parked:
                rows = await quietly(self._operations.parked(viewer.access, name, group.group), [])
                parked += [(group.group, row) for row in rows]
        return Standing(name, status, parked)

    async def _part(self, page: Page, asked: Awaitable[Found], otherwise: Found, what: str) -> Found:
        try:
            return await asked
        except (Down, Refused) as failure:
            page.missing(failure, what)
            return otherwise
