"""The catalogue of offers, and the ledger of what is claimed of them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.records.domain.offers import OfferVersion
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


@dataclass(frozen=True, order=True)
class Claim:
    """One slot of an offer on a day, held by one record."""

    property_id: str
    offer_id: str
    slot: str
    record_id: str


class OfferStore(Protocol):
    """Keeps every version of each hotel's offers. Another property's offer is not seen."""

    async def find(
        self, scope: Scope, offer_id: str, version: int | None = None, tx: Tx | None = None
    ) -> OfferVersion | None:
        """One version, or the newest."""
        ...

    async def page(self, scope: Scope, property_id: str, after: str | None, limit: int) -> list[OfferVersion]:
        """The newest version of a property's offers, by code, after one of them."""
        ...

    async def live(self, scope: Scope, property_id: str) -> Sequence[OfferVersion]:
        """What a property sells, by rank and code; at most a second old."""
        ...

    async def add(self, scope: Scope, offer: OfferVersion, tx: Tx) -> None:
        """Keep a version; one that exists makes the transaction fail."""
        ...


class ClaimStore(Protocol):
    """Keeps who holds which slot: a slot that is taken makes the transaction fail."""

    async def taken(
        self, scope: Scope, offer_id: str, days: Collection[dt.date], tx: Tx | None = None
    ) -> Mapping[str, frozenset[int]]:
        """The slots that are taken on these days."""
        ...

    async def write(self, scope: Scope, claimed: Sequence[Claim], released: Sequence[Claim], tx: Tx) -> None:
        """Take slots and give slots back, with the records that say so."""
        ...
