"""The audit log over HTTP: search, proofs, export."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from services.auth.ports.audit import AuditQuery
from services.auth.usecases.reading_audit import Head, Proof, ReadingAudit, ReadSeen, Seen
from shared.chassis.describing import refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen

MAX_INDEX = 2**53
TYPE = r"^[a-z_]+\.[a-z_]+\.v\d+$"


LINES: dict[str, Any] = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}


class Consistency(Frozen):
    """The hashes (hex) that lead from the tree of `old` entries to that of `new`."""

    old: int
    new: int
    path: tuple[str, ...]


class EntriesPage(Frozen):
    """A page of entries, newest first; `next` goes into `before` for the page after it."""

    items: list[Seen]
    next: int | None


class ReadsPage(Frozen):
    """A page of reads, newest first; `next` goes into `before`."""

    items: list[ReadSeen]
    next: int | None


async def written(lines: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """Lines as they go over the wire."""
    async for line in lines:
        yield json.dumps(line, separators=(",", ":")).encode() + b"\n"


def router(reading: ReadingAudit, chassis: Chassis) -> APIRouter:
    """The routes of the audit log."""
    routes = APIRouter(prefix="/v1/audit", tags=["audit"])

    @routes.get("")
    async def search(
        principal: Principal = Depends(chassis.caller),
        subject: Annotated[EntityId | None, Query()] = None,
        stay: Annotated[EntityId | None, Query()] = None,
        guest: Annotated[EntityId | None, Query()] = None,
        record: Annotated[EntityId | None, Query()] = None,
        field: Annotated[Code | None, Query()] = None,
        type: Annotated[str | None, Query(pattern=TYPE, max_length=100)] = None,
        actor: Annotated[EntityId | None, Query()] = None,
        since: Annotated[AskedInstant | None, Query()] = None,
        until: Annotated[AskedInstant | None, Query()] = None,
        before: Annotated[int | None, Query(ge=0, le=MAX_INDEX)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> EntriesPage:
        """Entries that match all filters. The read is itself audited."""
        query = AuditQuery(
            subject=subject,
            stay_id=stay,
            guest_id=guest,
            record_id=record,
            field=field,
            type=type,
            actor=actor,
            since=since,
            until=until,
            before=before,
            limit=limit,
        )
        found = await reading.search(principal, query)
        return EntriesPage(items=found, next=found[-1].index if len(found) == limit else None)

    @routes.get("/reads")
    async def reads(
        guest: Annotated[EntityId, Query()],
        principal: Principal = Depends(chassis.caller),
        before: Annotated[int | None, Query(ge=0, le=MAX_INDEX)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> ReadsPage:
        """Who read, or was refused, what there is of a guest: profile, records and messages; newest first."""
        found = await reading.reads(principal, guest, before, limit)
        return ReadsPage(items=found, next=found[-1].index if len(found) == limit else None)

    @routes.get("/head")
    async def head(principal: Principal = Depends(chassis.caller)) -> Head:
        """Size and root of the tree, the newest checkpoint, the public keys."""
        return await reading.head(principal)

    @routes.get("/consistency")
    async def consistency(
        old: Annotated[int, Query(ge=1, le=MAX_INDEX)],
        new: Annotated[int, Query(ge=1, le=MAX_INDEX)],
        principal: Principal = Depends(chassis.caller),
    ) -> Consistency:
        """The proof that the tree of `old` entries is the beginning of that of `new` (RFC 9162, 2.1.4)."""
        return Consistency(old=old, new=new, path=tuple(await reading.consistency(principal, old, new)))

    @routes.get("/export", response_class=StreamingResponse, responses={200: LINES})
    async def export(principal: Principal = Depends(chassis.caller)) -> StreamingResponse:
        """The whole log as JSON lines, for `bellboard audit verify`."""
        lines = await reading.export(principal)
        headers = {"Content-Disposition": f'attachment; filename="audit-{principal.chain}.jsonl"'}
        return StreamingResponse(written(lines), media_type="application/x-ndjson", headers=headers)

    @routes.get("/{index}/proof", responses=refuses(409))
    async def proof(
        index: Annotated[int, Path(ge=0, le=MAX_INDEX)], principal: Principal = Depends(chassis.caller)
    ) -> Proof:
        """The proof that an entry is in the newest signed tree (RFC 9162, 2.1.3)."""
        return await reading.proof(principal, index)

    return routes
