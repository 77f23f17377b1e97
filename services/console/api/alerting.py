"""Alert rules, one's own wishes with this browser's messages, and silences."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.api.rules import Place
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.alerting import BellDesk, BellRulesView, SilencesView, WishesView

RULES, MINE, SILENT = "/admin/alert-rules", "/me/alerts", "/silences"
Hotel = Annotated[str, Query(alias="property", pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$")]


def router(gate: Gate, bells: BellDesk) -> APIRouter:
    """The routes."""
    made = APIRouter()
    _rules(made, gate, bells)
    _wishes(made, gate, bells)
    _silences(made, gate, bells)
    return made


def _rules(made: APIRouter, gate: Gate, bells: BellDesk) -> None:
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get(RULES)
    async def alert_rules(viewer: signed_in) -> Response:
        return _book(await bells.rules(viewer, ""))

    @made.get(f"{RULES}/{{place}}")
    async def alert_rules_of(place: Place, viewer: signed_in) -> Response:
        return _book(await bells.rules(viewer, place))

    @made.post(f"{RULES}/{{place}}/edit")
    async def edit(place: Place, sent: filled_in) -> Response:
        return _book(await bells.edit(sent.viewer, place, sent.values))

    @made.post(f"{RULES}/{{place}}/try")
    async def simulate(place: Place, sent: filled_in) -> Response:
        return _book(await bells.simulate(sent.viewer, place, sent.values))

    @made.post(f"{RULES}/{{place}}/propose")
    async def propose(place: Place, sent: filled_in) -> Response:
        problem = await bells.propose(sent.viewer, place, sent.key, sent.version, sent.values)
        return await answered(sent, place, problem, sent.values.get("rules", ""))

    @made.post(f"{RULES}/{{place}}/versions/{{version}}")
    async def decide(place: Place, version: Annotated[int, Path(ge=1, le=10**9)], sent: filled_in) -> Response:
        problem = await bells.decide(sent.viewer, place, version, sent.key, sent.version, sent.values)
        return await answered(sent, place, problem)

    async def answered(sent: Form, place: str, problem: Problem | None, draft: str = "") -> Response:
        if problem is None:
            return RedirectResponse(f"{RULES}/{place}", status_code=303)
        return _book(await bells.rules(sent.viewer, place, problem, sent.values, draft))


def _wishes(made: APIRouter, gate: Gate, bells: BellDesk) -> None:
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get(MINE)
    async def wishes(viewer: Annotated[Viewer, Depends(gate.viewer)], done: bool = False) -> Response:
        return _mine(await bells.wishes(viewer, done=done))

    @made.post(MINE)
    async def wish(sent: filled_in) -> Response:
        problem = await bells.wish(sent.viewer, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse(f"{MINE}?done=true", status_code=303)
        return _mine(await bells.wishes(sent.viewer, problem, sent.values))

    @made.post(f"{MINE}/device")
    async def device(sent: filled_in) -> Response:
        """For the page's script: a browser's subscription, or the end of it."""
        problem = await bells.device(sent.viewer, sent.key, sent.values)
        return Response(status_code=problem.status if problem else 204)


def _silences(made: APIRouter, gate: Gate, bells: BellDesk) -> None:
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get(SILENT)
    async def silences(viewer: Annotated[Viewer, Depends(gate.viewer)], hotel: Hotel = "") -> Response:
        return _silent(await bells.silences(viewer, hotel))

    @made.post(SILENT)
    async def silence(sent: filled_in) -> Response:
        problem = await bells.silence(sent.viewer, sent.key, sent.values)
        return await ended(sent, problem)

    @made.post(f"{SILENT}/{{silence_id}}/end")
    async def end(silence_id: EntityPath, sent: filled_in) -> Response:
        problem = await bells.end_silence(sent.viewer, silence_id, sent.key, sent.version, sent.values)
        return await ended(sent, problem)

    async def ended(sent: Form, problem: Problem | None) -> Response:
        # A hotel that is none is none of the viewer's: their first is shown.
        view = await bells.silences(sent.viewer, "", problem, sent.values)
        known = [one.id for one in view.page.properties]
        at = sent.values.get("property_id", "")
        at = at if at in known else view.place
        if problem is None:
            return RedirectResponse(f"{SILENT}?property={at}", status_code=303)
        return _silent(await bells.silences(sent.viewer, at, problem, sent.values))


def _book(view: BellRulesView) -> Response:
    return page("alert_rules.html", view.problem.status if view.problem else 200, view=view, page=view.page)


def _mine(view: WishesView) -> Response:
    return page("my_alerts.html", view.problem.status if view.problem else 200, view=view, page=view.page)


def _silent(view: SilencesView) -> Response:
    return page("silences.html", view.problem.status if view.problem else 200, view=view, page=view.page)
