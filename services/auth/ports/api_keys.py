"""What service accounts need of their store."""

import datetime as dt
from typing import Protocol

from services.auth.domain.api_keys import ApiKey
from services.auth.ports.directory import DirectoryChange
from shared.chassis.commands import CommandContext
from shared.contracts.values import Scope


class ApiKeyStore(Protocol):
    """Keeps the keys of service accounts."""

    async def key(self, scope: Scope, key_id: str) -> ApiKey | None:
        """One key of any chain, valid or not: the key alone says whose it is. The scope is the system's."""
        ...

    async def keys(self, scope: Scope, account_id: str) -> list[ApiKey]:
        """The keys of an account, newest first."""
        ...

    async def issue(self, scope: Scope, key: ApiKey, change: DirectoryChange, by: CommandContext) -> None:
        """Keep a new key with its events, in one transaction."""
        ...

    async def revoke(self, scope: Scope, key: ApiKey, change: DirectoryChange, by: CommandContext) -> None:
        """Keep that it was revoked, with its events, in one transaction."""
        ...

    async def touch(self, scope: Scope, key_id: str, now: dt.datetime) -> None:
        """Remember that it was used."""
        ...
