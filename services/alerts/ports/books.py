"""What use cases need to keep and decide what places have of their own in alerts."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.alerts.domain.book import Book, BookVersion
from shared.chassis.mongo import Tx
from shared.contracts.proposals import Head
from shared.contracts.values import Instant, Scope


class BookStore(Protocol):
    """Keeps every version of each place."""

    @property
    def default(self) -> Book:
        """What every hotel starts with."""
        ...

    async def standing(self, scope: Scope, place: str, at: Instant) -> Sequence[BookVersion]:
        """The version in force at a moment, and those that start after it."""
        ...

    async def head(self, scope: Scope, place: str, now: Instant, tx: Tx | None = None) -> Head:
        """Where a place stands with its own."""
        ...

    async def find_all(
        self, scope: Scope, place: str, versions: Collection[int], tx: Tx | None = None
    ) -> list[BookVersion]:
        """Those of these versions that somebody wrote."""
        ...

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[BookVersion]:
        """Versions under a number, newest first."""
        ...

    async def add(self, scope: Scope, version: BookVersion, tx: Tx) -> None:
        """Keep a new version; a number that is taken raises Duplicate."""
        ...

    async def replace(self, scope: Scope, before: BookVersion, after: BookVersion, tx: Tx) -> None:
        """Keep what became of a version. What is approved here holds here at once."""
        ...
