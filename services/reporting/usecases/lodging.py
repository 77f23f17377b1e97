"""Stays came: keep what forecasts and comparisons need of them, and their part of the sums."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from services.reporting.domain.fact import whole_ms
from services.reporting.domain.stay import StaySeen, entries
from services.reporting.domain.tally import differences
from services.reporting.ports import Contribution, StayStore, SumStore
from shared.chassis.mongo import Tx
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.stays import StayEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope


class Lodging:
    """Handles `stays.v1` inside the transaction that moves the cursors."""

    def __init__(self, stays: StayStore, sums: SumStore) -> None:
        self._stays, self._sums = stays, sums

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Keep the newest version of each stay, chain by chain."""
        of_chain = attrgetter("chain")
        for chain, some in groupby(sorted(events, key=of_chain), key=of_chain):
            await self._apply(Scope(chain=chain), tx, list(some))

    async def _apply(self, scope: Scope, tx: Tx, events: Sequence[Envelope]) -> None:
        told: dict[str, StaySeen] = {}
        for event in events:
            body = body_of(event)
            if isinstance(body, StayEvent):
                told[event.subject] = StaySeen.of(body.stay, event.sequence, whole_ms(event.time))
        known = await self._stays.load(scope, list(told), tx)
        fresh = [one for key, one in told.items() if key not in known or known[key].version < one.version]
        await self._sums.add(scope, [c for one in fresh for c in changed(known.get(one.id), one)], tx)
        await self._stays.save(scope, fresh, tx)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop one stay and its part of the sums."""
        for stay in (await self._stays.load(Scope(chain=SYSTEM_CHAIN), [subject], tx)).values():
            scope = Scope(chain=stay.chain)
            taken = [Contribution(stay.chain, stay.property_id, e) for e in differences(entries(stay), ())]
            await self._sums.add(scope, taken, tx)
            await self._stays.drop(scope, subject, tx)


def changed(before: StaySeen | None, after: StaySeen) -> list[Contribution]:
    """What sums with `before` in them lack of `after`."""
    was = entries(before) if before else ()
    return [Contribution(after.chain, after.property_id, one) for one in differences(was, entries(after))]
