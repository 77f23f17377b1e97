"""Timers are due: deadlines were breached, or the next steps of alerts have come."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from services.alerts.domain.watch import fire
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.values import Instant, Scope

Due = Sequence[tuple[Timer, int]]


class Firing:
    """The timer handlers; each runs in the transaction that marks its timers fired, so each has its effect once."""

    def __init__(self, parts: Parts, now: Callable[[], Instant]) -> None:
        self._parts, self._now = parts, now

    async def breaches(self, tx: Tx, due: Due) -> None:
        """Clocks ran out: open their alerts, but for clocks that were moved or have rung meanwhile."""
        for scope, timers in _by_chain(due):
            watches = await self._parts.watches.load(scope, [timer.subject for timer in timers], tx)
            desk = Desk(self._parts, scope, tx, self._now())
            plans = []
            for timer in timers:
                plan = fire(watches.get(timer.subject), timer.data["clock"], timer.generation)
                if plan is not None:
                    watches[timer.subject] = plan.watch
                    plans.append((plan, Provenance.fresh(timer.data["correlation"])))
            await desk.carry_out(plans)
            await desk.finish()

    async def chains(self, tx: Tx, due: Due) -> None:
        """The next steps of live alerts; a timer of another tick came too late and means nothing."""
        for scope, timers in _by_chain(due):
            lives = await self._parts.alerts.load(scope, [timer.subject for timer in timers], tx)
            desk = Desk(self._parts, scope, tx, self._now())
            for timer in timers:
                live = lives.get(timer.subject)
                if live is not None and live.live and live.tick == timer.generation:
                    desk.climb(live, Provenance.fresh(timer.subject))
            await desk.finish()


def _by_chain(due: Due) -> Iterator[tuple[Scope, list[Timer]]]:
    timers = sorted((timer for timer, _ in due), key=lambda timer: str(timer.data["chain"]))  # stable: due order stays
    for chain, some in groupby(timers, key=lambda timer: str(timer.data["chain"])):
        yield Scope(chain=chain), list(some)
