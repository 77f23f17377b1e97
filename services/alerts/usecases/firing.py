"""Timers are due: deadlines were breached, or the next steps of alerts have come."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from services.alerts.domain.rules import Noun
from services.alerts.domain.stays import record_found
from services.alerts.domain.watch import Plan, Watch, fire, observe
from services.alerts.usecases.desk import Desk, Parts
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.values import Instant, Scope

AT_A_TIME = 200
"""How many alerts that were kept silent are looked at in one transaction."""
Due = Sequence[tuple[Timer, int]]


class Firing:
    """The timer handlers; each runs in the transaction that marks its timers fired, so each has its effect once."""

    def __init__(self, parts: Parts, now: Callable[[], Instant], at_a_time: int = AT_A_TIME) -> None:
        self._parts, self._now, self._at_a_time = parts, now, at_a_time

    async def breaches(self, tx: Tx, due: Due) -> None:
        """Clocks ran out: open their alerts, but for clocks that were moved or have rung meanwhile."""
        for scope, timers in _by_chain(due):
            watches = await self._parts.watches.load(scope, [timer.subject for timer in timers], tx)
            now = self._now()
            desk = Desk(self._parts, scope, tx, now)
            # The last look: a record may have been opened beside the news of what it was opened for.
            recorded = await self._parts.watches.opened_by(scope, list(_sources(watches.values())), tx)
            plans = []
            for timer in timers:
                watch = watches.get(timer.subject)
                book = await self._parts.books.book(scope, timer.data["property_id"], now)
                source = _source(timer.data["clock"])
                if watch is not None and source in recorded:
                    plan: Plan | None = observe(watch, record_found(watch, source), timer.due_at, book)
                else:
                    plan = fire(watch, timer.data["clock"], timer.generation, book)
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

    async def unhush(self, tx: Tx, due: Due) -> None:
        """What kept alerts of a hotel silent may be over: those that nobody answered ring from their first step."""
        for scope, timers in _by_chain(due):
            desk = Desk(self._parts, scope, tx, self._now())
            for timer in timers:
                after = str(timer.data.get("after", ""))
                found = await self._parts.alerts.hushed(scope, timer.subject, after, self._at_a_time, tx)
                for live in await desk.heard_again(found):
                    desk.ring_from_start(live, Provenance.fresh(live.alert.id))
                if len(found) == self._at_a_time:
                    desk.look_on(timer, found[-1].alert.id)
            await desk.finish()


def _sources(watches: Iterable[Watch]) -> Iterator[str]:
    """What a record may have been opened for, among what these clocks are about."""
    for watch in watches:
        for subject in watch.subjects:
            if subject.noun in (Noun.MESSAGE, Noun.COMMENT):
                yield subject.id.removeprefix("comment|")


def _source(clock: str) -> str:
    """What the clock of a message or a comment is about; of anything else, what no record is opened for."""
    return clock.partition("|")[2].removeprefix("comment|")


def _by_chain(due: Due) -> Iterator[tuple[Scope, list[Timer]]]:
    timers = sorted((timer for timer, _ in due), key=lambda timer: str(timer.data["chain"]))  # stable: due order stays
    for chain, some in groupby(timers, key=lambda timer: str(timer.data["chain"])):
        yield Scope(chain=chain), list(some)
