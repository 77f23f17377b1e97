"""Policy, audit, accounts and one's own time at auth; erasures at integrations; how each service stands."""

from collections.abc import Mapping
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.governance import (
    Absence,
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
)
from shared.contracts.values import Wire


class _Versions(Wire):
    versions: tuple[PolicyVersion, ...] = ()


class _Accounts(Wire):
    items: tuple[Account, ...] = ()


class _Erasures(Wire):
    items: tuple[Erasure, ...] = ()


class _Absences(Wire):
    items: tuple[Absence, ...] = ()


class _Parked(Wire):
    items: tuple[ParkedEvent, ...] = ()


class _Link(Wire):
    path: str


class GovernanceClient:
    """What auth decides and keeps."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def policy(self, access: str) -> ChainPolicy:
        """The policy in force."""
        return self._client.parse(ChainPolicy, await self._client.get(access, "/v1/policy"))

    async def policy_versions(self, access: str) -> list[PolicyVersion]:
        """Its changes, newest first."""
        return list(self._client.parse(_Versions, await self._client.get(access, "/v1/policy/versions")).versions)

    async def preview(self, access: str, body: Mapping[str, Any]) -> PolicyPreview:
        """Whom a change would touch."""
        return self._client.parse(PolicyPreview, await self._client.post(access, "/v1/policy/preview", body))

    async def propose(self, access: str, key: str, revision: int, body: Mapping[str, Any]) -> None:
        """Propose a change; a second administrator decides."""
        await self._client.put(access, "/v1/policy", body, key=key, version=revision)

    async def decide(self, access: str, version: int, key: str, revision: int, body: Mapping[str, Any]) -> None:
        """Approve, reject or (without `approve`) withdraw a change."""
        verb = "decide" if "approve" in body else "withdraw"
        path = f"/v1/policy/versions/{version}/{verb}"
        await self._client.post(access, path, body, key=key, version=revision)

    async def entries(self, access: str, asked: Mapping[str, Any]) -> Entries:
        """Entries of the audit log, newest first."""
        return self._client.parse(Entries, await self._client.get(access, "/v1/audit", asked))

    async def head(self, access: str) -> Head:
        """The tree as it stands."""
        return self._client.parse(Head, await self._client.get(access, "/v1/audit/head"))

    async def proof(self, access: str, index: int) -> Proof:
        """The path from an entry to a signed root."""
        return self._client.parse(Proof, await self._client.get(access, f"/v1/audit/{index}/proof"))

    async def accounts(self, access: str) -> list[Account]:
        """Service accounts with their keys."""
        return list(self._client.parse(_Accounts, await self._client.get(access, "/v1/service-accounts")).items)

    async def open_account(self, access: str, key: str, body: Mapping[str, Any]) -> None:
        """Open one."""
        await self._client.post(access, "/v1/service-accounts", body, key=key)

    async def issue_key(self, access: str, account_id: str, key: str, body: Mapping[str, Any]) -> Key:
        """A key; its secret is in this answer and nowhere else."""
        path = f"/v1/service-accounts/{account_id}/keys"
        return self._client.parse(Key, await self._client.post(access, path, body, key=key))

    async def revoke_key(self, access: str, account_id: str, key_id: str, key: str) -> None:
        """End a key now."""
        await self._client.delete(access, f"/v1/service-accounts/{account_id}/keys/{key_id}", key=key)

    async def call_in(self, access: str, key: str, body: Mapping[str, Any]) -> list[Absence]:
        """Call in sick, from now or for a time."""
        return list(
            self._client.parse(_Absences, await self._client.post(access, "/v1/me/absences", body, key=key)).items
        )

    async def come_back(self, access: str, key: str) -> list[Absence]:
        """Back at work."""
        return list(
            self._client.parse(_Absences, await self._client.post(access, "/v1/me/absences/end", key=key)).items
        )

    async def rota_link(self, access: str) -> str:
        """An address one's calendar can read one's shifts from."""
        return self._client.parse(_Link, await self._client.post(access, "/v1/me/rota-link")).path


class ErasuresClient:
    """Requests to erase a person, at integrations."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def page(self, access: str) -> list[Erasure]:
        """The requests, newest first."""
        return list(self._client.parse(_Erasures, await self._client.get(access, "/v1/erasures", {"limit": 100})).items)

    async def ask(self, access: str, key: str, body: Mapping[str, Any]) -> None:
        """Ask for one; another person decides."""
        await self._client.post(access, "/v1/erasures", body, key=key)

    async def decide(self, access: str, erasure_id: str, key: str, version: int, body: Mapping[str, Any]) -> None:
        """Approve or reject one."""
        await self._client.post(access, f"/v1/erasures/{erasure_id}/decision", body, key=key, version=version)


class OperationsClient:
    """How every service stands, for who keeps them running."""

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self._clients = clients

    @property
    def services(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._clients)

    async def status(self, access: str, service: str) -> ServiceStatus:
        """One service's outbox and consumers."""
        client = self._clients[service]
        return client.parse(ServiceStatus, await client.get(access, "/ops/v1/status"))

    async def parked(self, access: str, service: str, group: str) -> list[ParkedEvent]:
        """The events a consumer could not carry out."""
        client = self._clients[service]
        answer = await client.get(access, "/ops/v1/parked", {"group_name": group})
        return list(client.parse(_Parked, {"items": answer} if isinstance(answer, list) else answer).items)

    async def redrive(self, access: str, service: str, key: str, body: Mapping[str, Any]) -> None:
        """Carry parked events of an aggregate out again, with a reason."""
        await self._clients[service].post(access, "/ops/v1/redrive", body, key=key)
