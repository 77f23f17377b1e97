"""The loyalty ledger in memory, by the same rules as the real store."""

from collections.abc import Sequence

from services.records.domain.points import Account, Entry, account_after
from shared.chassis.mongo import Duplicate, Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeLoyalty:
    """Entries of guests."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _of(self, guest_id: str) -> list[Entry]:
        found = [each for each in self._db.tables.loyalty.values() if each.guest_id == guest_id]
        return sorted(found, key=lambda each: each.seq)

    async def account(self, scope: Scope, guest_id: str, tx: Tx | None = None) -> Account:
        found = self._of(guest_id)
        return account_after(found[-1]) if found else Account(guest_id)

    async def entry(self, scope: Scope, key: str, tx: Tx | None = None) -> Entry | None:
        return next((each for each in self._db.tables.loyalty.values() if each.key == key), None)

    async def of_stay(self, scope: Scope, guest_id: str, stay_id: str, tx: Tx | None = None) -> Sequence[Entry]:
        return [each for each in self._of(guest_id) if each.stay_id == stay_id]

    async def page(self, scope: Scope, guest_id: str, before: int | None, limit: int) -> list[Entry]:
        found = [each for each in self._of(guest_id) if before is None or each.seq < before]
        return found[::-1][:limit]

    async def add(self, scope: Scope, entries: Sequence[Entry], tx: Tx) -> None:
        rows = self._db.tables.loyalty
        keys = {each.key for each in rows.values()}
        for each in entries:
            if (each.guest_id, each.seq) in rows or each.key in keys:
                raise Duplicate("entry")
            rows[each.guest_id, each.seq] = each

    async def latest_stay(self, scope: Scope, guest_id: str) -> Stay | None:
        rows = self._db.tables.stays.values()
        mine = [stay for stay in rows if stay.chain == scope.chain and scope.covers(stay.property_id)]
        found = [stay for stay in mine if stay.guest_id == guest_id]
        return max(found, key=lambda stay: stay.arrival) if found else None
