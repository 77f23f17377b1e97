"""Partners of the chain: taken in, subscribed, paused, replayed, given new secrets, ended."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.session import Viewer
from services.console.usecases.partnering import PartnerDesk, PartnerView, Step

Partner = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Move = Literal["pause", "resume", "end", "secret"]
Send = Literal["replay", "ping", "sandbox"]


def router(gate: Gate, desk: PartnerDesk) -> APIRouter:
    """Routes under /admin/partners."""
    made = APIRouter(prefix="/admin/partners")
    _partners(made, gate, desk)
    _subscriptions(made, gate, desk)
    return made


def _partners(made: APIRouter, gate: Gate, desk: PartnerDesk) -> None:
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("")
    async def all_partners(viewer: signed_in) -> Response:
        return _shown("partner_list.html", await desk.all(viewer))

    @made.post("")
    async def add(sent: filled_in) -> Response:
        problem = await desk.add(sent.viewer, sent.key, sent.values)
        if problem is None:
            return RedirectResponse(f"/admin/partners/{sent.values['id']}", 303)
        return _shown("partner_list.html", await desk.all(sent.viewer, problem, sent.values))

    @made.get("/{partner}")
    async def one(partner: Partner, viewer: signed_in) -> Response:
        return _shown("partner.html", await desk.one(viewer, partner))

    @made.post("/{partner}/close")
    async def close(partner: Partner, sent: filled_in) -> Response:
        problem = await desk.close(sent.viewer, partner, sent.key, sent.version)
        return _shown("partner.html", await desk.one(sent.viewer, partner, Step(problem)))

    @made.post("/{partner}/subscriptions")
    async def subscribe(partner: Partner, sent: filled_in) -> Response:
        step = await desk.subscribe(sent.viewer, partner, sent.key, sent.values)
        given = sent.values if step.problem else {}
        return _shown("partner.html", await desk.one(sent.viewer, partner, step, given))


def _subscriptions(made: APIRouter, gate: Gate, desk: PartnerDesk) -> None:
    filled_in = Annotated[Form, Depends(gate.form)]
    at = "/{partner}/subscriptions/{subscription}"

    @made.get(at)
    async def subscription(
        request: Request, partner: Partner, subscription: EntityPath, viewer: Annotated[Viewer, Depends(gate.viewer)]
    ) -> Response:
        return _shown(_ONE, await desk.subscription(viewer, partner, subscription, request.query_params))

    @made.post(at + "/do/{move}")
    async def move(partner: Partner, subscription: EntityPath, move: Move, sent: filled_in) -> Response:
        step = await desk.move(sent.viewer, (partner, subscription), move, sent.key, sent.version)
        return _shown(_ONE, await desk.subscription(sent.viewer, partner, subscription, {}, step))

    @made.post(at + "/send/{verb}")
    async def send(partner: Partner, subscription: EntityPath, verb: Send, sent: filled_in) -> Response:
        step = await desk.send(sent.viewer, (partner, subscription), verb, sent.key, sent.values)
        asked = {name: sent.values.get(name, "") for name in ("ids", "since", "until")} if step.problem else {}
        return _shown(_ONE, await desk.subscription(sent.viewer, partner, subscription, asked, step))


_ONE = "subscription.html"


def _shown(name: str, view: PartnerView) -> Response:
    return page(name, view.problem.status if view.problem else 200, view=view, page=view.page)
