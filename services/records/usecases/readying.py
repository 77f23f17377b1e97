"""Says what a hotel's rules lack before it can open."""

from services.records.domain.rulebook import CHAIN_LEVEL, MOST_OPEN, standing
from services.records.usecases.house import House
from shared.contracts.readiness import Check, check
from shared.contracts.staff import Property
from shared.contracts.values import Scope


class Readying:
    """Looks at one hotel."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, hotel: Property) -> list[Check]:
        """Rules that somebody approved, the hotel's own or its chain's, and none that wait."""
        scope, now, missing = Scope(chain=hotel.chain), self._house.clock.now(), list[str]()
        own, chain = [
            standing(await self._house.rules.standing(scope, place, now), now) for place in (hotel.id, CHAIN_LEVEL)
        ]
        if own is None and chain is None:
            missing.append("Nobody has approved rules for this hotel, nor for its chain.")
        for one in await self._house.rules.page(scope, hotel.id, None, MOST_OPEN):
            if one.open(now):
                missing.append(f"Version {one.version} of the rules waits for another person, or for its day.")
        return [check("rules", missing)]
