"""The hotel's rules."""

from typing import Protocol

from services.records.domain.rules import PropertyRules
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class RulesStore(Protocol):
    """Keeps every version of each property's own rules."""

    async def latest(self, scope: Scope, property_id: str, tx: Tx | None = None) -> tuple[int, PropertyRules | None]:
        """The newest version and its rules; version 1 and None before a property ever changed anything."""
        ...

    async def recent(self, scope: Scope, property_id: str) -> tuple[int, PropertyRules | None]:
        """As `latest` was at most a second ago: what decisions go by, and pin."""
        ...

    async def add(self, scope: Scope, property_id: str, version: int, rules: PropertyRules, tx: Tx) -> None:
        """Keep a new version; a version that exists makes the transaction fail."""
        ...
