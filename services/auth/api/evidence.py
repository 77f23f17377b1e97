"""Evidence over HTTP: a part of the log as a file that proves itself."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from services.auth.api.audit import LINES, TYPE, written
from services.auth.ports.audit import AuditQuery
from services.auth.usecases.evidence import Evidence
from shared.chassis.service import Chassis
from shared.contracts.errors import invalid
from shared.contracts.identity import Principal
from shared.contracts.values import AskedInstant, Code, EntityId

EITHER: dict[str, Any] = {"content": {**LINES["content"], "text/csv": {"schema": {"type": "string"}}}}


class Format(StrEnum):
    """What the file is for: the verifier, or a spreadsheet."""

    JSONL = "jsonl"
    CSV = "csv"


async def _table(rows: AsyncIterator[Sequence[str]]) -> AsyncIterator[bytes]:
    async for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue().encode()


def router(evidence: Evidence, chassis: Chassis) -> APIRouter:
    """The route of evidence."""
    routes = APIRouter(prefix="/v1/audit", tags=["audit"])

    @routes.get("/evidence", response_class=StreamingResponse, responses={200: EITHER})
    async def evidence_of(
        principal: Principal = Depends(chassis.caller),
        record: Annotated[EntityId | None, Query()] = None,
        stay: Annotated[EntityId | None, Query()] = None,
        guest: Annotated[EntityId | None, Query()] = None,
        subject: Annotated[EntityId | None, Query()] = None,
        actor: Annotated[EntityId | None, Query()] = None,
        type: Annotated[str | None, Query(pattern=TYPE, max_length=100)] = None,
        field: Annotated[Code | None, Query()] = None,
        since: Annotated[AskedInstant | None, Query()] = None,
        until: Annotated[AskedInstant | None, Query()] = None,
        format: Format = Format.JSONL,
    ) -> StreamingResponse:
        """Every entry that matches, with its proof: JSON lines for `bellboard audit verify`, or a table.

        Name at least one thing beside the times. What the caller may not read is masked, its place is proven.
        """
        named = {"record": record, "stay": stay, "guest": guest, "subject": subject, "actor": actor}
        named |= {"type": type, "field": field}
        asked = {name: value for name, value in named.items() if value is not None}
        if not asked:
            raise invalid("record", "required", "Name a record, stay, guest, subject, actor, type or field.")
        query = AuditQuery(
            record_id=record,
            stay_id=stay,
            guest_id=guest,
            subject=subject,
            actor=actor,
            type=type,
            field=field,
            since=since,
            until=until,
        )
        if format is Format.CSV:
            return _file(_table(await evidence.rows(principal, query)), "text/csv", "evidence.csv")
        lines = written(await evidence.lines(principal, query, asked))
        return _file(lines, "application/x-ndjson", "evidence.jsonl")

    return routes


def _file(content: AsyncIterator[bytes], media_type: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=media_type, headers=headers)
