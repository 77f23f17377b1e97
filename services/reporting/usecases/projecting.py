"""Events came: fold them into their facts, and note what is to be traced and told."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby, pairwise
from operator import attrgetter

from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.fold import by_fact, fold, without
from services.reporting.ports import CloseMark, FactStore, HandOff, Noted, SumStore, TraceStore
from services.reporting.reports import ENTRIES_VERSION
from services.reporting.usecases.counting import Pair, changed
from shared.chassis.mongo import Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import SYSTEM_CHAIN, Scope


class Projecting:
    """Builds facts inside the transaction that moves the cursors."""

    def __init__(self, facts: FactStore, sums: SumStore, traces: TraceStore, noted: Noted) -> None:
        self._facts, self._sums, self._traces, self._noted = facts, sums, traces, noted

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Fold new events of any chains, in order."""
        of_chain = attrgetter("chain")
        for chain, some in groupby(sorted(events, key=of_chain), key=of_chain):  # stable: order within a chain stays
            await self._apply(Scope(chain=chain), tx, by_fact(some))

    async def _apply(self, scope: Scope, tx: Tx, told: dict[str, list[Envelope]]) -> None:
        facts = await self._facts.known(scope, list(told), ENTRIES_VERSION, tx)
        pairs: list[Pair] = []
        marks: list[CloseMark] = []
        seen: list[HandOff] = []
        for key in sorted(told):
            known = facts.get(key)
            before = known.fact if known else None
            after = fold(before, key, told[key])
            if after is before:
                continue
            pairs.append((before if known and known.counted else None, after))
            marks += _closed(before, after)
            seen += _noteworthy(before, after)
        await self._sums.add(scope, changed(pairs), tx)
        await self._facts.save(scope, [after for _, after in pairs], tx, ENTRIES_VERSION)
        await self._traces.mark(scope, marks, tx)
        for one in seen:
            tx.after_commit.append(partial(self._noted, one))

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop what came from one aggregate, before its events are applied again."""
        scope = Scope(chain=SYSTEM_CHAIN)
        held = [fact.id for fact in await self._facts.holding(scope, subject, tx)]
        known = (await self._facts.known(scope, held, ENTRIES_VERSION, tx)).values()
        pairs = [(one.fact if one.counted else None, without(one.fact, subject)) for one in known]
        await self._sums.add(scope, changed(pairs), tx)
        await self._facts.save(scope, [after for _, after in pairs], tx, ENTRIES_VERSION)


def _life(fact: Fact | None) -> Life | None:
    return fact.life if fact else None


def _closed(before: Fact | None, after: Fact) -> list[CloseMark]:
    was, now = _life(before), _life(after)
    known = len(was.closes) if was else 0
    fresh = now.closes[known:] if now else ()
    return [CloseMark(after.chain, after.id, one.number) for one in fresh]


def _noteworthy(before: Fact | None, after: Fact) -> list[HandOff]:
    """Departments that the record went to, one after the other, and closes past their deadline."""
    was, now = _life(before), _life(after)
    if was is None or now is None:
        return []
    held = [one.department for one in now.stretches[len(was.stretches) :]]
    steps = pairwise([was.department, *held, now.department])
    found = [HandOff("handed_off", after.id, one.value, then.value) for one, then in steps if one is not then]
    late = [one for one in now.closes[len(was.closes) :] if one.closed_at > one.due_at]
    return found + [HandOff("closed_late", after.id, was.department.value, now.department.value)] * len(late)
