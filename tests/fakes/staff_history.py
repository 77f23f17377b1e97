"""Versions of the staff in memory, by the same rules as the real store."""

import datetime as dt
from collections.abc import Sequence

from services.records.domain.staff_history import StaffVersion
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeStaffHistory:
    """Who was what from when on."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def keep(self, scope: Scope, versions: Sequence[StaffVersion], tx: Tx) -> None:
        for each in versions:
            self._db.tables.staff.setdefault((scope.chain, each.member.id, each.member.version), each)

    async def until(self, scope: Scope, at: dt.datetime) -> list[StaffVersion]:
        rows = self._db.tables.staff.values()
        return [
            each for each in rows if each.member.chain == scope.chain and (each.since <= at or each.member.version == 1)
        ]
