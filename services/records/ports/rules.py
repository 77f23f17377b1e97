"""The hotel's rules."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Protocol

from services.records.domain.rulebook import Head, RuleVersion
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class RulesStore(Protocol):
    """Keeps every version of the rules of each place: a property, or the chain itself."""

    async def recent(self, scope: Scope, place: str, now: dt.datetime) -> Sequence[RuleVersion]:
        """The version in force and those that wait for their day, as they were at most a second ago."""
        ...

    async def standing(self, scope: Scope, place: str, at: dt.datetime) -> Sequence[RuleVersion]:
        """As `recent`, read now: the version in force at a moment, and those that start after it."""
        ...

    async def head(self, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head:
        """Where the rules of a place stand."""
        ...

    async def find_all(
        self, scope: Scope, place: str, versions: Collection[int], tx: Tx | None = None
    ) -> list[RuleVersion]:
        """Those of these versions that somebody wrote."""
        ...

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[RuleVersion]:
        """Versions under a number, newest first."""
        ...

    async def add(self, scope: Scope, version: RuleVersion, tx: Tx) -> None:
        """Keep a new version; a number that is taken makes the transaction fail."""
        ...

    async def replace(self, scope: Scope, before: RuleVersion, after: RuleVersion, tx: Tx) -> None:
        """Keep what became of a version; one that moved on meanwhile makes the transaction fail."""
        ...
