"""What facts give to the sums: the difference that an event makes, and the facts that were there before the sums."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

from services.reporting.domain.fact import Fact
from services.reporting.ports import Contribution, FactStore, SumStore
from services.reporting.reports import ENTRIES_VERSION, changes
from shared.chassis.mongo import Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope

Pair = tuple[Fact | None, Fact]
AT_ONCE = 200
Run = Callable[[Callable[[Tx], Awaitable[int]]], Awaitable[int]]


def changed(pairs: Sequence[Pair]) -> Iterator[Contribution]:
    """What sums that have the first of each pair in them lack of the second; None was not counted."""
    for before, after in pairs:
        for entry in changes(before, after):
            yield Contribution(after.chain, after.property_id, entry)


class Counting:
    """Counts facts that are not in the sums of this version of the entries: after an upgrade, never otherwise.

    A fact is counted and marked in one transaction; one that an event changes meanwhile makes that transaction start
    again, so none is counted twice or left out.
    """

    def __init__(self, facts: FactStore, sums: SumStore, run: Run) -> None:
        self._facts, self._sums, self._run = facts, sums, run

    async def catch_up(self) -> int:
        """Count what is not counted yet; how many facts."""
        counted = 0
        while more := await self._run(self._some):
            counted += more
        return counted

    async def _some(self, tx: Tx) -> int:
        scope = Scope(chain=SYSTEM_CHAIN)
        facts = await self._facts.uncounted(scope, ENTRIES_VERSION, AT_ONCE, tx)
        await self._sums.add(scope, changed([(None, fact) for fact in facts]), tx)
        await self._facts.save(scope, facts, tx, ENTRIES_VERSION)
        return len(facts)
