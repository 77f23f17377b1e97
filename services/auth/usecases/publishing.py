"""Publish policy and public keys, and say that auth is alive."""

from services.auth.domain.policy import default_grants, snapshot
from services.auth.ports.directory import DirectoryStore, PolicyStore, Pulse, Time
from services.auth.ports.sessions import KeyRing
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.policy import KeysEvent, PolicyEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope

CHAIN_WIDE = "*"
_SYSTEM = Scope(chain=SYSTEM_CHAIN)


class Publishing:
    """Keeps `policy.v1` true: each chain's policy, the keys that verify tokens, the heartbeat."""

    def __init__(self, store: PolicyStore, directory: DirectoryStore, keys: KeyRing, pulse: Pulse, time: Time) -> None:
        self._store, self._directory, self._keys = store, directory, keys
        self._pulse, self._time = pulse, time

    async def publish_all(self) -> None:
        """At each start: the keys of this installation, and every chain's policy if it changed with the version."""
        await self.publish_keys()
        for chain in await self._directory.chains(_SYSTEM):
            await self.publish(chain)

    async def publish(self, chain: str) -> bool:
        """Publish a chain's policy when it differs from the published one; whether it did."""
        scope = Scope(chain=chain)
        before = await self._store.policy(scope)
        after = snapshot(chain, before.version + 1 if before else 1, default_grants())
        if before and after.model_copy(update={"version": before.version}) == before:
            return False
        event = NewEvent(
            type="policy.published.v1",
            chain=chain,
            property_id=CHAIN_WIDE,
            subject=f"policy:{chain}",
            sequence=after.version,
            time=self._time.now(),
            body=PolicyEvent(actor=system("auth"), policy=after),
        )
        return await self._store.save(scope, after, event)

    async def publish_keys(self) -> None:
        """Publish the public key of access tokens, once: each key is an aggregate of its own."""
        key = self._keys.access.public
        event = NewEvent(
            type="keys.published.v1",
            chain=SYSTEM_CHAIN,
            property_id=CHAIN_WIDE,
            subject=f"keys:{key['kid']}",
            sequence=1,
            time=self._time.now(),
            body=KeysEvent(actor=system("auth"), keys=(key,)),
        )
        await self._store.publish_once(_SYSTEM, event)

    async def beat(self) -> None:
        """Say that auth is alive and which policies are the newest."""
        await self._pulse.beat(self._time.real_now(), await self._store.versions(_SYSTEM), self._time.new_id())
