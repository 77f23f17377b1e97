"""Reads what stands on a hotel's folios, at its PMS or in our own ledger, for the three-way match."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio
from services.integrations.domain.reconciling import Expected, Movement, Seen, moved_on, names
from services.integrations.ports import PmsRefused
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable, Vendor
from shared.contracts.values import Scope, local_day, zone

NO_FOLIO = frozenset({"no_reservation", "no_open_folio"})
"""What a PMS refuses with that has no such folio: then nothing stands on it."""
AT_ONCE = 4
THROTTLED = "throttled"
Sleep = Callable[[float], Awaitable[None]]


class FoliosSilent(Exception):
    """The PMS did not show its folios; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OwnFolios(Protocol):
    """The ledger of hotels whose PMS takes no charges."""

    async def movements(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime
    ) -> list[Movement]: ...


class Lines(Protocol):
    """What is known of our own lines."""

    async def under_way(self, scope: Scope, stay_ids: Sequence[str]) -> frozenset[str]: ...
    async def disputed_stays(self, scope: Scope, property_id: str) -> frozenset[str]: ...


class StaysWithFolios(Protocol):
    """Which stays have folios to be looked at."""

    async def of_folios(
        self, scope: Scope, pms: str, first: dt.date, last: dt.date, stay_ids: Sequence[str], *, whole: bool
    ) -> dict[str, str]: ...


@dataclass(frozen=True)
class Stretch:
    """From when until when, and whether every folio in the house is looked at or those with lines of ours only."""

    since: dt.datetime
    until: dt.datetime
    whole: bool


class Folios:
    """The folios of every hotel, wherever they are."""

    def __init__(
        self,
        own: OwnFolios,
        lines: Lines,
        stays: StaysWithFolios,
        vendors: Mapping[str, Vendor],
        patience: dt.timedelta,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._own, self._lines, self._stays, self._vendors = own, lines, stays, vendors
        self._patience, self._sleep = patience, sleep

    async def __call__(self, hotel: Connection, expected: Sequence[Expected], stretch: Stretch) -> Seen:
        """What is on them. Raises FoliosSilent when the PMS does not answer: silence is no match."""
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.property_id}))
        vendor = self._vendors.get(hotel.pms)
        if vendor is None:
            return Seen(await self._own.movements(scope, hotel.property_id, stretch.since, stretch.until))
        named = {one.stay_id for one in expected if one.stay_id}
        named |= await self._lines.disputed_stays(scope, hotel.property_id)
        first, last = (local_day(each, zone(hotel.zone)) for each in (stretch.since, stretch.until))
        asked = await self._stays.of_folios(scope, hotel.pms, first, last, sorted(named), whole=stretch.whole)
        wanted = names(expected)
        known = await self._lines.under_way(scope, list(asked)) - wanted
        found = await self._ask_all(hotel, vendor, asked)
        movements = [
            each
            for stay, folio in found.items()
            for each in moved_on(folio, stay, wanted, known, stretch.until - dt.timedelta(microseconds=1))
        ]
        return Seen(movements, frozenset(asked))

    async def _ask_all(self, hotel: Connection, vendor: Vendor, asked: Mapping[str, str]) -> dict[str, Folio]:
        few, found = asyncio.Semaphore(AT_ONCE), dict[str, Folio]()

        async def one(stay: str, number: str) -> None:
            async with few:
                folio = await self._ask(hotel, vendor, number)
                found.update({stay: folio} if folio else {})

        try:
            async with asyncio.TaskGroup() as group:
                for stay, number in asked.items():
                    group.create_task(one(stay, number))
        except* FoliosSilent as silent:
            first = silent.exceptions[0]
            raise FoliosSilent(str(first)) from first
        return found

    async def _ask(self, hotel: Connection, vendor: Vendor, number: str) -> Folio | None:
        waited = dt.timedelta()
        while True:
            try:
                return await vendor.folio(hotel, number)
            except PmsRefused as refused:
                if refused.code in NO_FOLIO:
                    return None
                raise FoliosSilent(refused.code) from refused
            except PmsUnreadable as unreadable:
                raise FoliosSilent("unreadable") from unreadable
            except PmsBusy as busy:
                after = busy.after or dt.timedelta()
                if busy.code != THROTTLED or waited + after > self._patience:
                    raise FoliosSilent(busy.code) from busy
                waited += max(after, dt.timedelta(milliseconds=100))
                await self._sleep(after.total_seconds())
