"""Agents' statements in memory, by the same rules as the real store."""

import datetime as dt
from collections.abc import Sequence

from services.records.domain.incentives import EarningLine
from services.records.ports import Earned, Period
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeEarnings:
    """Lines of statements."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _of(self, scope: Scope, period: Period) -> list[EarningLine]:
        rows = self._db.tables.earnings.values()
        found = [
            each
            for each in rows
            if each.property_id == period.property_id
            and scope.covers(each.property_id)
            and period.since <= each.at < period.until
            and period.agent in (None, each.agent)
        ]
        return sorted(found, key=lambda each: (each.at, each.id))

    async def add(self, scope: Scope, lines: Sequence[EarningLine], tx: Tx) -> None:
        for line in lines:
            self._db.tables.earnings.setdefault(line.id, line)

    async def page(
        self, scope: Scope, period: Period, after: tuple[dt.datetime, str] | None, limit: int
    ) -> list[EarningLine]:
        return [each for each in self._of(scope, period) if after is None or (each.at, each.id) > after][:limit]

    async def sums(self, scope: Scope, period: Period) -> list[Earned]:
        found = self._of(scope, period)
        keys = {(each.agent, each.amount.currency, each.kind) for each in found}
        alike = {key: [one for one in found if (one.agent, one.amount.currency, one.kind) == key] for key in keys}
        return sorted(
            Earned(
                *key, len(lines), sum(one.amount.amount for one in lines), sum(one.incentive.amount for one in lines)
            )
            for key, lines in alike.items()
        )
