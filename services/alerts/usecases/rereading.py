"""A version of alert rules came into force: what is open is read again by it, some at a time, until all of it was."""

import datetime as dt
from collections.abc import Callable, Sequence

from services.alerts.domain.book import CHAIN_LEVEL, BookVersion
from services.alerts.domain.watch import Plan, observe
from services.alerts.usecases.desk import Desk, Parts
from services.alerts.usecases.telling import rules_subject
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.values import Instant, Scope

REREAD = "reread"
SETTLE_S = 5.0
"""Real seconds until every process reads by the new rules: books are held for a second, transactions are short."""
AT_A_TIME = 100


def reread_timer(chain: str, version: BookVersion, settle: dt.timedelta) -> Timer:
    """What begins the reading, when the version is in force and everybody knows it."""
    assert version.starts_at is not None
    known_at = (version.decided_at or version.starts_at) + settle
    data = {"chain": chain, "place": version.place, "after": ""}
    return Timer(reread_id(chain, version), REREAD, version.place, max(version.starts_at, known_at), 0, data)


def reread_id(chain: str, version: BookVersion) -> str:
    """The timer of a version; two versions that start one after the other read one after the other."""
    return f"reread|{chain}|{version.place}|{version.version}"


class Rereading:
    """Each firing reads some and sets the timer for the rest, in the transaction that marks it fired.

    So a crash anywhere goes on where it was, and the ids of alerts, which follow from rule, subject and generation,
    keep what rings already from ringing twice.
    """

    def __init__(self, parts: Parts, now: Callable[[], Instant], at_a_time: int = AT_A_TIME) -> None:
        self._parts, self._now, self._at_a_time = parts, now, at_a_time

    async def turn(self, tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        """Read the next some of each."""
        for timer, _ in due:
            await self._some(tx, timer)

    async def _some(self, tx: Tx, timer: Timer) -> None:
        scope, place, now = Scope(chain=timer.data["chain"]), timer.data["place"], self._now()
        hotel = None if place == CHAIN_LEVEL else place
        found = await self._parts.watches.active_after(scope, hotel, timer.data["after"], self._at_a_time, tx)
        plans: list[tuple[Plan, Provenance]] = []
        for watch in found:
            book = await self._parts.books.book(scope, watch.property_id, now)
            plan = observe(watch, watch, now, book)
            if plan.watch != watch or plan.opened or plan.closed:
                plans.append((plan, Provenance.fresh(rules_subject(scope.chain, place))))
        desk = Desk(self._parts, scope, tx, now)
        await desk.carry_out(plans)
        await desk.finish()
        if len(found) == self._at_a_time:
            data = {**timer.data, "after": found[-1].id}
            rest = Timer(timer.id, REREAD, timer.subject, timer.due_at, timer.generation + 1, data)
            await self._parts.timers.arm(tx, [rest])
