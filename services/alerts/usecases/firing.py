"""A timer is due: a deadline was breached, or the next step of an alert has come."""

from collections.abc import Callable

from services.alerts.domain.watch import fire
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.values import Instant, Scope


class Firing:
    """The timer handlers; each runs in the transaction that marks its timer fired, so it has its effect once."""

    def __init__(self, parts: Parts, now: Callable[[], Instant]) -> None:
        self._parts, self._now = parts, now

    async def breach(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """A clock ran out: open its alert, unless the clock was moved or has rung meanwhile."""
        scope = Scope(chain=timer.data["chain"])
        watch = (await self._parts.watches.load(scope, [timer.subject], tx)).get(timer.subject)
        plan = fire(watch, timer.data["clock"], timer.generation)
        if plan is None:
            return
        desk = Desk(self._parts, scope, tx, self._now())
        await desk.carry_out([(plan, Provenance.fresh(timer.data["correlation"]))])
        await desk.finish()

    async def chain(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """The next step of a live alert; a timer of another tick came too late and means nothing."""
        scope = Scope(chain=timer.data["chain"])
        live = (await self._parts.alerts.load(scope, [timer.subject], tx)).get(timer.subject)
        if live is None or not live.live or live.tick != timer.generation:
            return
        desk = Desk(self._parts, scope, tx, self._now())
        desk.take(live)
        desk.climb(live, Provenance.fresh(timer.subject))
        await desk.finish()
