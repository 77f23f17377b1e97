"""Photos and PDFs of a record, as they are: the body of the request, the body of the answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from services.records.api.commands import Answering
from services.records.domain.files import ACCEPTED, SUFFIX
from services.records.usecases.filing import Filing
from services.records.usecases.reading import Reading
from services.records.usecases.shown import ShownRecord
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId

Id = Annotated[EntityId, Path()]
BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, at most 10 MB. Pictures are drawn anew: place, device and time are not kept.",
        "content": {key: {} for key in ACCEPTED},  # any bytes; what they are is looked at when they are there
    }
}
SHOWN: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": dict.fromkeys(SUFFIX, BINARY)}}
UPLOADS = r"/v1/records/[^/]+/attachments"
"""The path whose bodies are files."""


def router(filing: Filing, reading: Reading, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    answering = Answering(reading)

    @made.post("/records/{record_id}/attachments", responses={200: ETAG}, openapi_extra=BODY)
    async def attach(
        record_id: Id,
        request: Request,
        ctx: Annotated[CommandContext, Depends(chassis.upload)],
        response: Response,
    ) -> ShownRecord:
        """Put a photo (JPEG, PNG, WebP) or a PDF on a record; what it is is told by its content."""
        done = await filing.attach(ctx, record_id, request.url.path, request.stream())
        return await answering.shown(ctx, done, response)

    @made.get("/records/{record_id}/attachments/{file_id}", response_class=StreamingResponse, responses=SHOWN)
    async def attachment(
        record_id: Id, file_id: Id, principal: Annotated[Principal, Depends(chassis.caller)]
    ) -> StreamingResponse:
        """A photo or PDF, to be saved and never to be shown by the browser itself; the read is written down."""
        file, pieces = await filing.read(principal, record_id, file_id)
        headers = {
            "Content-Disposition": f'attachment; filename="{file.id}.{SUFFIX[file.type]}"',
            "Content-Length": str(file.size),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return StreamingResponse(pieces, media_type=file.type, headers=headers)

    return made
