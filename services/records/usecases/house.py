"""Everything a use case works with, and the look-ups they share: rules in force, properties, rosters."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.records.domain.catalogue import Catalogue
from services.records.domain.owners import Roster
from services.records.domain.rules import HotelRules, in_force
from services.records.domain.terms import Terms
from services.records.ports import (
    Alarm,
    Clock,
    FileStore,
    Journal,
    Once,
    People,
    Pictures,
    RecordStore,
    RepeatGuard,
    RulesStore,
    StayMirror,
    TextStore,
    Transactions,
)
from shared.contracts.errors import AppError, ErrorKind, not_found
from shared.contracts.staff import Property
from shared.contracts.values import Scope, zone


@dataclass(frozen=True)
class House:
    """The parts, one by one, as `app.py` or a test puts them together."""

    catalogue: Catalogue
    records: RecordStore
    texts: TextStore
    stays: StayMirror
    rules: RulesStore
    journal: Journal
    transactions: Transactions
    once: Once
    alarm: Alarm
    people: People
    clock: Clock
    files: FileStore
    pictures: Pictures
    repeats: RepeatGuard

    def hotel(self, scope: Scope, property_id: str) -> Property:
        """A property the caller may touch; any other does not exist for them."""
        found = self.people.property(scope.chain, property_id) if scope.covers(property_id) else None
        if found is None:
            raise not_found("property")
        return found

    def hotel_of_event(self, chain: str, property_id: str) -> Property:
        """A property an event names. Not heard of yet: the event waits until `staff.v1` has told of it."""
        found = self.people.property(chain, property_id)
        if found is None:
            raise AppError(ErrorKind.UNAVAILABLE, "property_unknown", f"{property_id} is not known here yet.")
        return found

    async def hotel_rules(self, scope: Scope, property_id: str) -> HotelRules:
        """The rules in force at a property; a change made elsewhere holds here within a second."""
        version, own = await self.rules.recent(scope, property_id)
        return in_force(self.catalogue.defaults, own, version)

    def terms(self, kind: str, rules: HotelRules, hotel: Property) -> Terms:
        """What binds a record of a kind at a hotel."""
        return Terms(self.catalogue.kind(kind), rules.of(kind), rules.version, hotel.currency)

    def roster(self, hotel: Property, rules: HotelRules, load: Mapping[str, int]) -> Roster:
        """Who works at a hotel, with what load."""
        return Roster(self.people.staff(hotel.chain, hotel.id), load, rules.fallback_owners, zone(hotel.zone))
