"""Tells each close as one business trace, once; a rebuild finds the mark and tells nothing."""

from services.reporting.domain.trace import trace_of
from services.reporting.ports import FactStore, TraceSink, TraceStore
from shared.contracts.values import SYSTEM_CHAIN, Scope

MOST = 200


class Tracing:
    """Sends what waits. Sent and not yet marked when the process dies: sent again under the same ids."""

    def __init__(self, facts: FactStore, traces: TraceStore, sink: TraceSink) -> None:
        self._facts, self._traces, self._sink = facts, traces, sink

    async def tell(self) -> int:
        """Trace the closes that wait; how many. One whose fact is being rebuilt waits until it is there again."""
        everywhere, told = Scope(chain=SYSTEM_CHAIN), 0
        while marks := await self._traces.waiting(everywhere, MOST):
            facts = await self._facts.load(everywhere, [mark.record_id for mark in marks])
            known = [(mark, trace_of(facts[mark.record_id], mark.number)) for mark in marks if mark.record_id in facts]
            made = [(mark, trace) for mark, trace in known if trace is not None]
            if not made or not await self._sink.send([trace for _, trace in made]):
                break
            await self._traces.done(everywhere, [mark for mark, _ in made])
            told += len(made)
        return told
