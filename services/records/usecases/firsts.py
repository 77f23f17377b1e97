"""The first record of each question, as one unit of work knows them (repeated questions open no second one)."""

import datetime as dt
from dataclasses import dataclass, field

from services.records.domain.repeats import FirstAsked
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


@dataclass
class Firsts:
    """Looked up once; what was opened here is noted when the unit of work is written."""

    house: House
    scope: Scope
    tx: Tx
    _opened: dict[str, FirstAsked] = field(default_factory=dict)
    _looked: dict[str, FirstAsked | None] = field(default_factory=dict)

    def note(self, key: str, record_id: str, at: dt.datetime) -> None:
        """A record was opened by the question of this key."""
        self._opened[key] = FirstAsked(record_id, at)

    async def of(self, key: str) -> FirstAsked | None:
        """Which record the question opened first, and when."""
        if key in self._opened:
            return self._opened[key]
        if key not in self._looked:
            self._looked[key] = await self.house.repeats.find(self.scope, key, self.tx)
        return self._looked[key]

    async def write(self) -> None:
        """Keep what was opened; where it was looked up before, only if nobody else has opened one since."""
        for key, first in self._opened.items():
            if key in self._looked:
                await self.house.repeats.note(self.scope, key, first, self._looked[key], self.tx)
            else:
                await self.house.repeats.overwrite(self.scope, key, first.record_id, first.at, self.tx)
