"""Pages that guests answer on, and the links to them."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from services.integrations.domain.guest_links import Form
from services.integrations.pages.guest_forms import HEADERS, page
from services.integrations.usecases.answering import Answering, Filled
from shared.chassis.describing import example, refuses
from shared.chassis.provenance import correlation_of
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Instant

ASKED = {"stay_id": "0b6d2f3e-5a41-5c0e-8f6e-3d0a4a0c9d11", "form": "feedback"}
PATHS = r"/g/[A-Za-z0-9_-]{40,2000}"
"""Of pages: they take forms, which they bound themselves."""
MAX_FORM = 32 * 1024
Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{40,2000}$")]


class LinkIn(BaseModel):
    """For which stay, and what is asked; an offer names its record or offer."""

    model_config = ConfigDict(extra="forbid")

    stay_id: EntityId
    form: Form
    record_id: EntityId | None = None
    offer_id: EntityId | None = None


class LinkOut(BaseModel):
    """The path of the page, for whoever sends it to the guest, and until when it answers."""

    path: str
    ends: Instant


def router(chassis: Chassis, answering: Answering) -> APIRouter:
    """Routes under /v1/guest-links and /g."""
    routes = APIRouter(tags=["guest_pages"])

    @routes.post("/v1/guest-links", responses=refuses(404))
    async def make(
        principal: Annotated[Principal, Depends(chassis.caller)], body: Annotated[LinkIn, example(ASKED)]
    ) -> LinkOut:
        """A link for one guest and one form, for 30 days. Nothing is kept: it is signed."""
        token, ends = await answering.link(principal, body.stay_id, body.form, body.record_id, body.offer_id)
        return LinkOut(path=f"/g/{token}", ends=ends)

    @routes.get("/g/{secret}", include_in_schema=False)
    async def shown(secret: Secret, thanks: bool = False) -> Response:
        """The page, in the guest's language."""
        link, language = await answering.opened(secret)
        return HTMLResponse(page(link.form, language, answering.fresh(), done=thanks), headers=HEADERS)

    @routes.post("/g/{secret}", include_in_schema=False)
    async def answered(request: Request, secret: Secret) -> Response:
        """Take the form; sent twice it is one answer."""
        link, language = await answering.opened(secret)
        sent = dict(parse_qsl((await _bounded(request)).decode("utf-8", "replace"), max_num_fields=20))
        filled = Filled(
            once=sent.get("once", "")[:64],
            **{name: sent.get(name, "") for name in ("text", "answer", "score", "topic")},
        )
        known = correlation_of(request.headers.get("x-request-id", "")) or chassis.clock.new_id()
        fault = await answering.answer(secret, filled, known)
        if fault:
            again = page(link.form, language, answering.fresh(), fault=fault)
            return HTMLResponse(again, status_code=422, headers=HEADERS)
        return RedirectResponse(f"/g/{secret}?thanks=1", status_code=303, headers=HEADERS)

    return routes


async def _bounded(request: Request) -> bytes:
    """A form up to 32 kB; what is longer is cut, which no form of ours ever is."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            return body[:MAX_FORM]
    return body
