"""Keeps the versions of what places have of their own in alerts, and what this process last read of those in force."""

from services.alerts.domain.book import CHAIN_LEVEL, Book, BookVersion, in_force
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.version_rows import VersionRows, head_of
from shared.contracts.proposals import Head, standing
from shared.contracts.values import Instant, Scope


class MongoBooks(VersionRows[BookVersion]):
    """The `books` collection: one row for each version."""

    def __init__(self, mongo: Mongo, default: Book) -> None:
        super().__init__(mongo.collection("books"), BookVersion)
        self._default = default
        self._made: dict[tuple[str, int, int], Book] = {}

    @property
    def default(self) -> Book:
        """What every hotel starts with."""
        return self._default

    async def book(self, scope: Scope, property_id: str, now: Instant) -> Book:
        """A hotel's book, as it was at most a second ago."""
        chain = standing(await self.recent(scope, CHAIN_LEVEL, now), now)
        own = standing(await self.recent(scope, property_id, now), now)
        if chain is None and own is None:
            return self._default
        mine = (f"{scope.chain}|{property_id}", chain.version if chain else 0, own.version if own else 0)
        if mine not in self._made:
            self._made[mine] = in_force(self._default, chain, own)
        return self._made[mine]

    async def head(self, scope: Scope, place: str, now: Instant, tx: Tx | None = None) -> Head:
        """Where a place stands with its own."""
        return await head_of(self.rows, scope, place, now, tx)
