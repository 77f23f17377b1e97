"""Publish policy and public keys, and say that auth is alive."""

from typing import Any

from services.auth.domain.policy import default_grants, snapshot
from services.auth.domain.policy_edits import edited
from services.auth.ports.directory import DirectoryStore, PolicyStore, Pulse, Time
from services.auth.ports.sessions import KeyRing
from services.auth.usecases.policy_telling import published_told
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.policy import Heartbeat, KeysEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope

CHAIN_WIDE = "*"
HEARTBEAT = "heartbeat"
_SYSTEM = Scope(chain=SYSTEM_CHAIN)


class Publishing:
    """Keeps `policy.v1` true: each chain's policy, the keys that verify tokens, the heartbeat."""

    def __init__(self, store: PolicyStore, directory: DirectoryStore, keys: KeyRing, pulse: Pulse, time: Time) -> None:
        self._store, self._directory, self._keys = store, directory, keys
        self._pulse, self._time = pulse, time
        self._told: set[tuple[str, int]] = set()

    async def publish_all(self) -> None:
        """At each start: the keys of this installation, and every chain's policy if it changed with the version."""
        await self.publish_keys()
        for chain in await self._directory.chains(_SYSTEM):
            await self.publish(chain)

    async def publish(self, chain: str) -> bool:
        """Publish a chain's policy when it differs from the published one; whether it did."""
        scope = Scope(chain=chain)
        before = await self._store.policy(scope)
        grants = edited(default_grants(), await self._store.edits(scope))
        after = snapshot(chain, before.version + 1 if before else 1, grants)
        if before and after.model_copy(update={"version": before.version}) == before:
            return False
        event = published_told(after, system("auth"), self._time.now(), self._keys)
        return await self._store.save(scope, after, event)

    async def publish_keys(self) -> None:
        """Publish each public key that tokens may bear, and take back those whose last token ran out.

        Each key is an aggregate of its own: version 1 tells it, version 2 takes it back.
        """
        for key in self._keys.published:
            await self._tell_once(self._key_event("published", key["kid"], 1, (key,)))
        for kid in self._keys.retired:
            await self._tell_once(self._key_event("retired", kid, 2, ()))

    async def _tell_once(self, event: NewEvent) -> None:
        if (event.subject, event.sequence) not in self._told:
            await self._store.publish_once(_SYSTEM, event)
            self._told.add((event.subject, event.sequence))

    def _key_event(self, verb: str, kid: str, version: int, keys: tuple[dict[str, Any], ...]) -> NewEvent:
        subject = f"keys:{kid}"
        sealed = self._keys.sealed(subject, version, {"keys": list(keys)})
        return NewEvent(
            type=f"keys.{verb}.v1",
            chain=SYSTEM_CHAIN,
            property_id=CHAIN_WIDE,
            subject=subject,
            sequence=version,
            time=self._time.now(),
            body=KeysEvent(actor=system("auth"), keys=keys, **sealed),
        )

    async def beat(self) -> None:
        """Say that auth is alive and which policies are the newest."""
        now, versions = self._time.real_now(), await self._store.versions(_SYSTEM)
        said = Heartbeat(at=now, policy_versions=versions)
        sealed = self._keys.sealed(HEARTBEAT, 1, said.model_dump(mode="json", include={"at", "policy_versions"}))
        await self._pulse.beat(said.model_copy(update=sealed), self._time.new_id())
