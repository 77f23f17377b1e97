"""Offers and claims in memory, by the same rules as the real store."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from services.records.domain.capacity import of_claim
from services.records.domain.offers import OfferVersion
from services.records.ports import Claim
from shared.chassis.mongo import Duplicate, Tx
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeOffers:
    """Every version of each hotel's offers."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _newest(self, scope: Scope) -> list[OfferVersion]:
        newest: dict[str, OfferVersion] = {}
        for (_, _version), offer in sorted(self._db.tables.offers.items()):
            newest[offer.id] = offer
        return [each for each in newest.values() if each.chain == scope.chain and scope.covers(each.property_id)]

    async def find(
        self, scope: Scope, offer_id: str, version: int | None = None, tx: Tx | None = None
    ) -> OfferVersion | None:
        newest = next((each for each in self._newest(scope) if each.id == offer_id), None)
        return newest if version is None or newest is None else self._db.tables.offers.get((offer_id, version))

    async def page(self, scope: Scope, property_id: str, after: str | None, limit: int) -> list[OfferVersion]:
        found = [each for each in self._newest(scope) if each.property_id == property_id]
        return sorted((each for each in found if each.terms.code > (after or "")), key=lambda each: each.terms.code)[
            :limit
        ]

    async def live(self, scope: Scope, property_id: str) -> Sequence[OfferVersion]:
        found = [each for each in self._newest(scope) if each.property_id == property_id and each.live]
        return sorted(found, key=lambda each: (each.terms.rank, each.terms.code))

    async def add(self, scope: Scope, offer: OfferVersion, tx: Tx) -> None:
        if (offer.id, offer.version) in self._db.tables.offers:
            raise Duplicate("version")
        self._db.tables.offers[offer.id, offer.version] = offer


class FakeClaims:
    """Who holds which slot."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def taken(
        self, scope: Scope, offer_id: str, days: Collection[dt.date], tx: Tx | None = None
    ) -> Mapping[str, frozenset[int]]:
        slots = [of_claim(slot) for offer, slot in self._db.tables.claims if offer == offer_id]
        wanted = {day.isoformat() for day in days}
        return {day: frozenset(slot for on, slot in slots if on == day) for day in wanted}

    async def write(self, scope: Scope, claimed: Sequence[Claim], released: Sequence[Claim], tx: Tx) -> None:
        rows = self._db.tables.claims
        for each in released:
            rows.pop((each.offer_id, each.slot), None)
        if any((each.offer_id, each.slot) in rows for each in claimed):
            raise Duplicate("slot")
        rows |= {(each.offer_id, each.slot): each for each in claimed}
