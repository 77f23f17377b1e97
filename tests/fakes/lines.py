"""Lines for offers in memory, by the same rules as the real store."""

import datetime as dt
from collections.abc import Collection

from services.records.domain.standby import InLine
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeLines:
    """Who stands in line."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def first(self, scope: Scope, offer_id: str, moment: dt.datetime, limit: int, tx: Tx) -> list[str]:
        rows = self._db.tables.lines.values()
        found = [each for each in rows if (each.offer_id, each.moment) == (offer_id, moment)]
        return [each.record_id for each in sorted(found, key=lambda each: each.rank)][:limit]

    async def write(self, scope: Scope, came: Collection[InLine], went: Collection[str], tx: Tx) -> None:
        for record_id in went:
            self._db.tables.lines.pop(record_id, None)
        self._db.tables.lines |= {each.record_id: each for each in came}
