"""Evidence of a record, a stay, a guest or any other question to the log: each entry with its proof, masked."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.auth.domain.entries import Entry, Facts
from services.auth.domain.evidence import COLUMNS, EVERYTHING, Proven, cells_of, head_line, line_of
from services.auth.domain.merkle import Span, inclusion_spans
from services.auth.ports.audit import AuditQuery, AuditStore
from services.auth.ports.directory import Time
from services.auth.usecases.reading_audit import ReadingAudit, named
from shared.contracts.audit import Checkpoint
from shared.contracts.errors import invalid
from shared.contracts.identity import DataClass, Principal
from shared.contracts.values import Scope, iso

AT_ONCE = 100
MOST = 10_000


class Evidence:
    """Who may read the log may take a part of it along; what they may not read stays behind as a hash."""

    def __init__(self, store: AuditStore, reading: ReadingAudit, time: Time) -> None:
        self._store, self._reading, self._time = store, reading, time

    async def lines(
        self, principal: Principal, query: AuditQuery, asked: dict[str, str]
    ) -> AsyncIterator[dict[str, Any]]:
        """The lines of a file: head, keys, the checkpoint, entries oldest first, end."""
        scope, classes, checkpoint, found = await self._asked(principal, query)
        keys = await self._store.keys(scope)
        masked = not classes >= EVERYTHING
        head = head_line(scope.chain, asked, principal.staff_id, iso(self._time.now()), masked=masked)

        async def written() -> AsyncIterator[dict[str, Any]]:
            yield head
            for key in keys:
                yield {"kind": "key", "jwk": key}
            if checkpoint:
                yield {"kind": "checkpoint", **checkpoint.model_dump(mode="json")}
            async for one in self._proven(scope, found, checkpoint):
                yield line_of(one, classes)
            yield {"kind": "end", "entries": len(found)}

        return written()

    async def rows(self, principal: Principal, query: AuditQuery) -> AsyncIterator[Sequence[str]]:
        """The same as rows of a table, its head first; no cell is a formula to a spreadsheet."""
        scope, classes, checkpoint, found = await self._asked(principal, query)

        async def written() -> AsyncIterator[Sequence[str]]:
            yield COLUMNS
            async for one in self._proven(scope, found, checkpoint):
                yield cells_of(one, classes)

        return written()

    async def _asked(
        self, principal: Principal, query: AuditQuery
    ) -> tuple[Scope, frozenset[DataClass], Checkpoint | None, list[tuple[Entry, Facts]]]:
        scope, classes = await self._reading.may(principal, "read", "take_evidence", named(query))
        found = await self._store.find(scope, query.model_copy(update={"limit": MOST + 1}))
        if len(found) > MOST:
            raise invalid("since", "too_many", f"More than {MOST} entries match; ask for a shorter time.")
        head = await self._store.head(scope)
        newest = await self._store.checkpoints(scope, after=head.signed_version - 1)
        return scope, classes, (newest[-1] if newest else None), found[::-1]

    async def _proven(
        self, scope: Scope, found: Sequence[tuple[Entry, Facts]], checkpoint: Checkpoint | None
    ) -> AsyncIterator[Proven]:
        size = checkpoint.size if checkpoint else 0
        for first in range(0, len(found), AT_ONCE):
            some = found[first : first + AT_ONCE]
            ways = {entry.index: inclusion_spans(entry.index, size) for entry, _ in some if entry.index < size}
            # Proofs of neighbours share most of their way up: each subtree is made once.
            spans = sorted({span for way in ways.values() for span in way})
            roots: dict[Span, bytes] = dict(zip(spans, await self._store.roots(scope, spans), strict=True))
            for entry, facts in some:
                way = ways.get(entry.index)
                path = tuple(roots[span] for span in way or ())
                yield Proven(entry=entry, facts=facts, path=path, checkpoint=checkpoint if way is not None else None)
