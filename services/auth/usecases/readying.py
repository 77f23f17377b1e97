"""Says what a hotel's staff and rota lack before it can open."""

from services.auth.domain.readiness import checks
from services.auth.ports.directory import DirectoryStore
from shared.contracts.readiness import Check
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope

PAGE = 1000


class Readying:
    """Looks at one hotel."""

    def __init__(self, store: DirectoryStore) -> None:
        self._store = store

    async def __call__(self, hotel: Property) -> list[Check]:
        """Staff and rota."""
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.id}))
        people: list[StaffMember] = []
        while page := await self._store.staff(scope, after=people[-1].id if people else None, limit=PAGE):
            people += page
        return checks(hotel, people)
