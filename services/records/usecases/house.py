"""Everything a use case works with, and the look-ups they share: rules in force, properties, rosters."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.records.domain.catalogue import Catalogue
from services.records.domain.owners import Roster
from services.records.domain.rulebook import CHAIN_LEVEL, merged, standing
from services.records.domain.rules import HotelRules
from services.records.domain.terms import Terms
from services.records.ports import (
    Alarm,
    CampaignStore,
    ClaimStore,
    Clock,
    DutyStore,
    EarningStore,
    ErasureStore,
    FileStore,
    HandoverStore,
    Journal,
    Lines,
    Locks,
    LoyaltyLedger,
    OfferStore,
    Once,
    People,
    Pictures,
    RecordStore,
    RepeatGuard,
    RulesStore,
    StaffHistory,
    StayMirror,
    TextStore,
    Transactions,
    ViewStore,
)
from services.records.usecases.loads import Loads
from shared.contracts.errors import AppError, ErrorKind, not_found
from shared.contracts.staff import Property
from shared.contracts.values import Scope, zone


@dataclass(frozen=True)
class House:
    """The parts, one by one, as `app.py` or a test puts them together."""

    catalogue: Catalogue
    records: RecordStore
    loads: Loads
    texts: TextStore
    stays: StayMirror
    rules: RulesStore
    duties: DutyStore
    handovers: HandoverStore
    offers: OfferStore
    claims: ClaimStore
    lines: Lines
    earnings: EarningStore
    staff_history: StaffHistory
    campaigns: CampaignStore
    loyalty: LoyaltyLedger
    journal: Journal
    transactions: Transactions
    once: Once
    alarm: Alarm
    locks: Locks
    people: People
    clock: Clock
    files: FileStore
    pictures: Pictures
    repeats: RepeatGuard
    views: ViewStore
    erasures: ErasureStore

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
        """The rules in force at a property now; a change made elsewhere holds here within a second."""
        now = self.clock.now()
        chain = standing(await self.rules.recent(scope, CHAIN_LEVEL, now), now)
        own = standing(await self.rules.recent(scope, property_id, now), now)
        return merged(self.catalogue.defaults, chain, own)

    def terms(self, kind: str, rules: HotelRules, hotel: Property) -> Terms:
        """What binds a record of a kind at a hotel."""
        spec, held = self.catalogue.kind(kind), rules.of(kind)
        return Terms(
            spec,
            held,
            rules.version,
            hotel.currency,
            chain_version=rules.chain_version,
            incentives=rules.incentives,
        )

    def roster(self, hotel: Property, rules: HotelRules, load: Mapping[str, int]) -> Roster:
        """Who works at a hotel, with what load."""
        return Roster(self.people.bearers(hotel.chain, hotel.id), load, rules.fallback_owners, zone(hotel.zone))
