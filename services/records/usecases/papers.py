"""Write each department's board as a file once in a stretch of time, as its own people may see it."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import replace

from services.records.domain.paper import Line, Sheet, language_of, line, slot_of
from services.records.domain.state import RecordState
from services.records.ports import Query
from services.records.ports.paper import SheetFiles
from services.records.usecases.house import House
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.records import Status
from shared.contracts.staff import Property
from shared.contracts.values import Scope

log = logging.getLogger(__name__)
OPEN = tuple(status for status in Status if status is not Status.COMPLETE)
AT_ONCE = 1_000
UNSURE = ("policy_stale", "no_policy")


class Papers:
    """Goes through all hotels; what is written already costs a look at the disk."""

    def __init__(
        self,
        house: House,
        files: SheetFiles,
        every: dt.timedelta,
        days: int,
        languages: Mapping[str, str] | None = None,
    ) -> None:
        self._house, self._files = house, files
        self._every, self._days, self._languages = every, days, languages or {}

    async def write(self) -> int:
        """Write what is due; how many sheets. A disk that refuses is said, and tried again with the next look."""
        slot = slot_of(self._house.clock.now(), self._every)
        written = 0
        for hotel in self._house.people.hotels():
            try:
                written += await self._hotel(hotel, slot)
            except OSError as failure:
                log.error(
                    "no board on paper: %s", failure.strerror or type(failure).__name__, extra={"hotel": hotel.id}
                )
        if written:
            await self._files.let_go(slot - dt.timedelta(days=self._days))
        return written

    async def _hotel(self, hotel: Property, slot: dt.datetime) -> int:
        if self._unsure(hotel):
            return 0  # an empty sheet would say that nothing rings; the last one stays the newest
        due = [one for one in hotel.departments if not await self._files.kept(hotel.chain, hotel.id, one, slot)]
        states = await self._open(hotel) if due else []
        staff = self._house.people.staff(hotel.chain, hotel.id)
        language = language_of(staff, self._languages.get(hotel.id))
        names = {one.id: one.display_name for one in staff}
        now = self._house.clock.now()
        for department in due:
            lines = self._lines(hotel, department, states, names, now)
            await self._files.keep(Sheet(hotel.chain, hotel, department, language, now, slot, lines))
        return len(due)

    def _unsure(self, hotel: Property) -> bool:
        """Whether nobody knows at the moment who may see what."""
        unsure = any(
            self._house.people.decide(_anybody_of(hotel, one), "read", "guest_request", hotel.id, one).why in UNSURE
            for one in hotel.departments[:1]
        )
        if unsure:
            log.warning("no board on paper: rights are not known at the moment", extra={"hotel": hotel.id})
        return unsure

    async def _open(self, hotel: Property) -> list[RecordState]:
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.id}))
        query = Query(self._house.clock.now(), hotel.id, statuses=OPEN, limit=AT_ONCE)
        page = await self._house.records.page(scope, query)
        found = {state.id: state for state in page.states}
        while page.after is not None:
            page = await self._house.records.page(scope, replace(query, after=page.after))
            found |= {state.id: state for state in page.states}  # what moved meanwhile stands there once
        return sorted(found.values(), key=lambda state: (state.due_at, state.id))

    def _lines(
        self,
        hotel: Property,
        department: Department,
        states: list[RecordState],
        names: Mapping[str, str],
        now: dt.datetime,
    ) -> list[Line]:
        reader = _anybody_of(hotel, department)
        found = []
        for state in states:
            if state.department is not department:
                continue
            verdict = self._house.people.decide(reader, "read", state.kind, hotel.id, department)
            if verdict.allow:
                found.append(line(state, self._house.catalogue.kind(state.kind), verdict.read, names, now))
        return found


def _anybody_of(hotel: Property, department: Department) -> Principal:
    """The least of a department's people: what they may see, everybody there may."""
    return Principal(
        staff_id="paper",
        chain=hotel.chain,
        roles=frozenset({Role.ASSOCIATE}),
        properties=frozenset({hotel.id}),
        departments=frozenset({department}),
        session="paper",
    )
