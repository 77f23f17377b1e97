"""What one unit of work moves of guests' loyalty points: looked up once, added with the records that say so."""

from dataclasses import dataclass, field

from services.records.domain.kinds import KindSpec
from services.records.domain.points import (
    Account,
    Entry,
    EntryKind,
    Move,
    account_after,
    guest_of,
    intended,
    mirrored,
    move_of,
    posted,
    promises,
    require_covered,
    require_within,
)
from services.records.domain.rules import KindRules
from services.records.domain.state import RecordState
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


@dataclass
class Purse:
    """Accounts as this unit of work has them; nothing is written before `write`."""

    house: House
    scope: Scope
    tx: Tx
    _accounts: dict[str, Account] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)

    async def follow(
        self, before: RecordState | None, after: RecordState, kind: KindSpec, rules: KindRules, by: str
    ) -> None:
        """Move what a decision moves; what the account or the hotel's rules do not allow refuses the decision."""
        if kind.moves_points is None:
            return
        move = move_of(before, after, kind)
        points = move.points if move else intended(after, kind) if promises(before, after) else 0
        if not points:
            return
        account = await self._account(guest_of(after))
        require_covered(account, points)
        if move is None or move.kind is not EntryKind.REVERSED:
            await self._require_within(after, account, rules, points)
        if move is not None:
            await self._move(account, move, after, by)

    async def _move(self, account: Account, move: Move, state: RecordState, by: str) -> None:
        if move.kind is EntryKind.REVERSED:
            there = await self.house.loyalty.entry(self.scope, str(move.reverses), self.tx)
            if there is None:
                return  # closed before this ledger was kept: there is nothing to move back
        entry = posted(account, move, state, by, self.house.clock.now())
        self._add(entry)

    def _add(self, entry: Entry) -> None:
        self._accounts[entry.guest_id] = account_after(entry)
        self._entries.append(entry)

    async def mirror(self, stay: Stay) -> None:
        """Take over what the PMS's programme says the guest has, if it says something new."""
        if stay.loyalty_points is None:
            return
        entry = mirrored(await self._account(stay.guest_id), stay, self.house.clock.now())
        if entry is not None:
            self._add(entry)

    async def _require_within(self, state: RecordState, account: Account, rules: KindRules, points: int) -> None:
        if rules.points_per_stay is None or state.stay_id is None:
            return
        moved = await self.house.loyalty.of_stay(self.scope, account.guest_id, state.stay_id, self.tx)
        moved = [*moved, *(each for each in self._entries if each.stay_id == state.stay_id)]
        back = {each.reverses for each in moved if each.reverses}
        standing = sum(abs(each.points) for each in moved if not each.reverses and each.key not in back)
        require_within(rules.points_per_stay, standing, points)

    async def _account(self, guest_id: str) -> Account:
        if guest_id not in self._accounts:
            self._accounts[guest_id] = await self.house.loyalty.account(self.scope, guest_id, self.tx)
        return self._accounts[guest_id]

    async def write(self) -> None:
        """Add the entries."""
        if self._entries:
            await self.house.loyalty.add(self.scope, self._entries, self.tx)
