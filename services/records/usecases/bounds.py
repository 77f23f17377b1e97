"""What binds the records of one unit of work: rules, stays and sums, each read once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.records.domain.commands import Command, Doer
from services.records.domain.needs import Asking, asks_for_money, names_the_stay
from services.records.domain.rules import HotelRules
from services.records.domain.stakes import spent_elsewhere
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.usecases.house import House
from services.records.usecases.till import Till
from shared.chassis.mongo import Tx
from shared.contracts.offers import Sale
from shared.contracts.staff import Property
from shared.contracts.stays import Stay
from shared.contracts.values import Scope, local_day, zone


@dataclass
class Bounds:
    """Rules and stays as this unit of work has them, and the locks of the sums that it read.

    `at_hand`: a stored record as this unit of work has it.
    """

    house: House
    scope: Scope
    tx: Tx
    till: Till
    at_hand: Callable[[RecordState], RecordState]
    told: dict[str, Stay] = field(default_factory=dict)
    _rules: dict[str, HotelRules] = field(default_factory=dict)
    _locks: dict[str, int] = field(default_factory=dict)

    async def rules(self, hotel: Property) -> HotelRules:
        """The rules in force, read once."""
        if hotel.id not in self._rules:
            self._rules[hotel.id] = await self.house.hotel_rules(self.scope, hotel.id)
        return self._rules[hotel.id]

    async def terms(self, kind: str, hotel: Property, stay_id: str | None, sale: Sale | None = None) -> Terms:
        """What binds a record of a kind at a hotel; with its stay, where conditions or a sale may ask about it."""
        terms = self.house.terms(kind, await self.rules(hotel), hotel)
        if stay_id is None or not (terms.rules.conditions or terms.rules.notices or sale):
            return terms
        stay = await self.stay(stay_id)
        return replace(terms, stay=stay, selling=await self.till.selling(sale, stay, hotel) if sale else None)

    async def of_command(self, state: RecordState, hotel: Property, command: Command, doer: Doer) -> Terms:
        """What binds one command on a record: with the stay whose values it names, and the sums asked for elsewhere."""
        terms = await self.terms(state.kind, hotel, state.stay_id, state.sale)
        if terms.stay is None and state.stay_id is not None and names_the_stay(state, command):
            terms = replace(terms, stay=await self.stay(state.stay_id))
        asking = asks_for_money(state, command, doer, terms)
        return await self._with_sums(terms, state, asking) if asking else terms

    async def stay(self, stay_id: str) -> Stay | None:
        """A stay as this unit of work has it: as it was just told, or as it is mirrored."""
        if stay_id not in self.told:
            stays = await self.house.stays.find_all(self.scope, [stay_id], self.tx)
            self.told |= {stay.id: stay for stay in stays}
        return self.told.get(stay_id)

    async def _with_sums(self, terms: Terms, state: RecordState, asking: Asking) -> Terms:
        """What is asked for elsewhere, where money is asked for here.

        The locks are read first and moved in the same transaction: of two people who ask at once, or one in two
        sessions, one reads what the other has written, so that no sum is passed unseen.
        """
        at = asking.since or self.house.clock.now()
        day = f"{asking.by}|{local_day(at, zone(state.zone)).isoformat()}"
        names = [f"day|{day}"] + ([f"stay|{state.stay_id}"] if state.stay_id else [])
        self._locks |= await self.house.locks.read(self.scope, [n for n in names if n not in self._locks], self.tx)
        # All of the chain: what a person asked for at a hotel counts, whatever this token covers.
        everywhere = Scope(chain=self.scope.chain)
        others = await self.house.records.staked(everywhere, state.stay_id, day, self.tx)
        spent = spent_elsewhere(state, [self.at_hand(one) for one in others], asking.by, at, asking.since)
        return replace(terms, spent=spent)

    async def write(self) -> None:
        """Move the locks of the sums that were read."""
        await self.house.locks.move(self.scope, self._locks, self.tx)
