"""Events came: fold them into their facts, and note what is to be traced and told."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby

from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.fold import fold, key_of, without
from services.reporting.ports import CloseMark, FactStore, HandOff, Noted, TraceStore
from shared.chassis.mongo import Tx
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope, EventBody
from shared.contracts.values import SYSTEM_CHAIN, Scope

Told = tuple[str, Envelope, EventBody]


class Projecting:
    """Builds facts inside the transaction that moves the cursors."""

    def __init__(self, facts: FactStore, traces: TraceStore, noted: Noted) -> None:
        self._facts, self._traces, self._noted = facts, traces, noted

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Fold new events of any chains, in order."""
        told = sorted(_told(events), key=lambda one: one[1].chain)  # stable: order within a chain stays
        for chain, some in groupby(told, key=lambda one: one[1].chain):
            await self._apply(Scope(chain=chain), tx, list(some))

    async def _apply(self, scope: Scope, tx: Tx, told: Sequence[Told]) -> None:
        facts = await self._facts.load(scope, [key for key, _, _ in told], tx)
        marks: list[CloseMark] = []
        seen: list[HandOff] = []
        changed: set[str] = set()
        for key, event, body in told:
            before = facts.get(key)
            after = fold(before, event, body)
            if after is before:
                continue
            facts[key] = after
            changed.add(key)
            marks += _closed(before, after)
            seen += _noteworthy(before, after)
        await self._facts.save(scope, [facts[key] for key in sorted(changed)], tx)
        await self._traces.mark(scope, marks, tx)
        for one in seen:
            tx.after_commit.append(partial(self._noted, one))

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop what came from one aggregate, before its events are applied again."""
        scope = Scope(chain=SYSTEM_CHAIN)
        held = await self._facts.holding(scope, subject, tx)
        await self._facts.save(scope, [without(fact, subject) for fact in held], tx)


def _told(events: Sequence[Envelope]) -> list[Told]:
    found = []
    for event in events:
        body = body_of(event)
        key = key_of(body)
        if body is not None and key is not None:
            found.append((key, event, body))
    return found


def _life(fact: Fact | None) -> Life | None:
    return fact.life if fact else None


def _closed(before: Fact | None, after: Fact) -> list[CloseMark]:
    was, now = _life(before), _life(after)
    known = len(was.closes) if was else 0
    fresh = now.closes[known:] if now else ()
    return [CloseMark(after.chain, after.id, one.number) for one in fresh]


def _noteworthy(before: Fact | None, after: Fact) -> list[HandOff]:
    was, now = _life(before), _life(after)
    if was is None or now is None:
        return []
    found = []
    if was.department is not now.department:
        found.append(HandOff("handed_off", after.id, was.department.value, now.department.value))
    late = any(one.closed_at > one.due_at for one in now.closes[len(was.closes) :])
    if late:
        found.append(HandOff("closed_late", after.id, was.department.value, now.department.value))
    return found
