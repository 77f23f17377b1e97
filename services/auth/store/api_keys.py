"""Keys of service accounts, by digest; they stay after their end, to be seen and to be found."""

import datetime as dt

from services.auth.domain.api_keys import TOUCHED_EVERY, ApiKey
from services.auth.ports.directory import DirectoryChange
from services.auth.store.directory import MongoDirectory
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.values import Scope


def _key(row: Document) -> ApiKey:
    return ApiKey(id=row.pop("_id"), **row)


class MongoApiKeys:
    """One document for each key."""

    def __init__(self, mongo: Mongo, directory: MongoDirectory) -> None:
        self._directory, self._rows = directory, mongo.collection("api_keys")

    async def key(self, scope: Scope, key_id: str) -> ApiKey | None:
        """One key of any chain, valid or not, whatever the scope: the key alone says whose it is."""
        row = await self._rows.find_one({"_id": key_id})
        return _key(row) if row else None

    async def keys(self, scope: Scope, account_id: str) -> list[ApiKey]:
        """The keys of an account, newest first."""
        mine = {"chain": scope.chain, "account_id": account_id}
        return [_key(row) for row in await self._rows.find(mine, sort=[("created_at", -1)])]

    async def issue(self, scope: Scope, key: ApiKey, change: DirectoryChange, by: CommandContext) -> None:
        """Keep a new key with its events, in one transaction."""

        async def also(tx: Tx) -> None:
            row = {"_id": key.id, **key.model_dump(exclude={"id"}), "chain": scope.chain}
            await self._rows.insert_one(row, tx=tx)

        await self._directory.save(scope, change, by, 201, also)

    async def revoke(self, scope: Scope, key: ApiKey, change: DirectoryChange, by: CommandContext) -> None:
        """Keep that it was revoked, with its events, in one transaction."""

        async def also(tx: Tx) -> None:
            mine = {"_id": key.id, "chain": scope.chain}
            await self._rows.update_one(mine, {"$set": {"revoked_at": key.revoked_at}}, tx=tx)

        await self._directory.save(scope, change, by, 200, also)

    async def touch(self, scope: Scope, key_id: str, now: dt.datetime) -> None:
        """Remember that it was used, at most once a minute."""
        stale = [{"last_used_at": None}, {"last_used_at": {"$lt": now - TOUCHED_EVERY}}]
        mine = {"_id": key_id, "chain": scope.chain, "$or": stale}
        await self._rows.update_one(mine, {"$set": {"last_used_at": now}})
