"""The page for partners' developers: what may be heard, the documents to build against, what changed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Response
from fastapi.responses import JSONResponse

from services.console.api.gate import Gate
from services.console.api.render import page
from services.console.domain.session import Viewer
from services.console.ports import Guests
from shared.contracts.partner_changes import OLD_MAJOR_MONTHS
from shared.contracts.partner_types import asyncapi, known_fields, schema_of
from shared.contracts.partner_versions import CURRENT, PartnerContract
from shared.contracts.partners import COMPULSORY

EventName = Annotated[str, Path(pattern=r"^[a-z][a-z_]{0,40}\.[a-z][a-z_]{0,40}\.v[1-9]$")]


def router(gate: Gate, integrations: Guests, contract: PartnerContract = CURRENT) -> APIRouter:
    """Routes under /partners, for whoever is signed in."""
    made = APIRouter(prefix="/partners")
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("")
    async def portal(_: signed_in) -> Response:
        classes, types = contract.selectable, [(name, contract.ending(name)) for name in contract.types]
        fields = [(name, classes[name].value) for name in known_fields(contract)]
        said: dict[str, Any] = {"types": types, "always": sorted(COMPULSORY), "fields": fields}
        return page("partners.html", **said, changes=contract.changes, months=OLD_MAJOR_MONTHS)

    @made.get("/asyncapi.json")
    async def topics(_: signed_in) -> Response:
        return JSONResponse(asyncapi("partner", contract))

    @made.get("/openapi.json")
    async def openapi(viewer: signed_in) -> Response:
        document: dict[str, Any] = await integrations.openapi(viewer.access)
        return JSONResponse(document)

    @made.get("/schemas/{event_type}")
    async def schema(_: signed_in, event_type: EventName) -> Response:
        if event_type not in contract.types:
            raise HTTPException(404)
        return JSONResponse(schema_of(event_type, contract))

    return made
