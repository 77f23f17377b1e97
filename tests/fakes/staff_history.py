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

    async def between(self, scope: Scope, first: dt.datetime, last: dt.datetime) -> list[StaffVersion]:
        rows = [each for each in self._db.tables.staff.values() if each.member.chain == scope.chain]
        newest: dict[str, int] = {}
        for each in rows:
            if each.since <= first:
                newest[each.member.id] = max(each.member.version, newest.get(each.member.id, 0))
        return [
            each
            for each in rows
            if first < each.since <= last or each.member.version in (1, newest.get(each.member.id, 1))
        ]
