"""An event came: observe what it means for the alerts of its aggregate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from services.alerts.domain.subject import Subject, at_home
from services.alerts.domain.watch import Watch, observe
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.values import Instant, Scope


@dataclass(frozen=True)
class Sighting:
    """One event as alerts sees it: an aggregate's subjects at a moment, and the record it belongs to, if another."""

    aggregate: str
    chain: str
    property_id: str
    at: Instant
    subjects: tuple[Subject, ...]
    provenance: Provenance
    record_id: str | None = None


class Watching:
    """Observes sightings, in order, inside the transaction that moves the cursors."""

    def __init__(self, parts: Parts, now: Callable[[], Instant]) -> None:
        self._parts, self._now = parts, now

    async def see(self, tx: Tx, sightings: Sequence[Sighting]) -> None:
        """Apply sightings of any chains."""
        by_chain = sorted(sightings, key=lambda one: one.chain)  # stable: order within a chain stays
        for chain, some in groupby(by_chain, key=lambda one: one.chain):
            await self._see(Scope(chain=chain), tx, list(some))

    async def _see(self, scope: Scope, tx: Tx, sightings: Sequence[Sighting]) -> None:
        wanted = {one.aggregate for one in sightings} | {one.record_id for one in sightings if one.record_id}
        watches = await self._parts.watches.load(scope, sorted(wanted), tx)
        desk = Desk(self._parts, scope, tx, self._now())
        plans = []
        for one in sightings:
            fresh = Watch(
                id=one.aggregate, chain=one.chain, property_id=one.property_id, subjects=_placed(one, watches)
            )
            plan = observe(watches.get(one.aggregate), fresh, one.at)
            watches[one.aggregate] = plan.watch
            plans.append((plan, one.provenance))
        await desk.carry_out(plans)
        await desk.finish()


def _placed(one: Sighting, watches: dict[str, Watch]) -> tuple[Subject, ...]:
    record_watch = watches.get(one.record_id) if one.record_id else None
    record = record_watch.subject(record_watch.id) if record_watch else None
    return tuple(at_home(subject, record) for subject in one.subjects)
