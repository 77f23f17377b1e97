"""Says what a hotel's bell lacks before it can open: rules that wait, and who hears of nothing but on the console."""

from collections.abc import Callable

from services.alerts.ports import People, Staffing
from services.alerts.ports.books import BookStore
from shared.contracts.proposals import MOST_OPEN
from shared.contracts.readiness import Check, check
from shared.contracts.staff import Property
from shared.contracts.values import Instant, Scope


class Readying:
    """Looks at one hotel. `usable`: the channels that this installation has."""

    def __init__(
        self, books: BookStore, people: People, staffing: Staffing, usable: frozenset[str], now: Callable[[], Instant]
    ) -> None:
        self._books, self._people, self._staffing = books, people, staffing
        self._usable, self._now = usable, now

    async def __call__(self, hotel: Property) -> list[Check]:
        """Alert rules and the channels to staff."""
        scope, now = Scope(chain=hotel.chain), self._now()
        waiting = [
            f"Version {one.version} of the alert rules waits for another person, or for its day."
            for one in await self._books.page(scope, hotel.id, None, MOST_OPEN)
            if one.open(now)
        ]
        return [check("alert_rules", waiting), check("staff_channels", await self._channels(scope, hotel))]

    async def _channels(self, scope: Scope, hotel: Property) -> list[str]:
        if not self._usable:
            return ["No channel to staff is set up: alerts are seen on the console alone."]
        roster = self._staffing.roster(hotel.chain, hotel.id)
        people = await self._people.people(scope, sorted(one.id for one in roster.staff))
        if not any(person.has(channel) for person in people.values() for channel in self._usable):
            return ["Nobody at this hotel has said where to reach them outside the console."]
        return []
