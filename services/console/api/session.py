"""The sign-in page, signing in and signing out."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import BEFORE, Forged, Gate, own_path, read_form
from services.console.api.render import page
from services.console.domain.problem import Down, Refused
from services.console.domain.session import same_csrf
from services.console.usecases.signin import Desk

WRONG = "Name and password do not match. Try again; after several tries you must wait a while."


def router(gate: Gate, desk: Desk, chain: str) -> APIRouter:
    """The routes."""
    made = APIRouter()

    def form(request: Request, status: int = 200, words: str = "", **given: str) -> Response:
        secret, csrf = gate.before_sign_in(request)
        answer = page(
            "sign_in.html",
            status,
            csrf=csrf,
            refusal=words,
            fixed_chain=bool(chain),
            chain=given.get("chain") or chain,
            login=given.get("login", ""),
            then=given.get("then", "/"),
        )
        gate.remember_before(answer, secret)
        return answer

    @made.get("/sign-in")
    async def sign_in_page(request: Request, then: str = "/") -> Response:
        return form(request, then=own_path(then))

    @made.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        given = await read_form(request)
        if not same_csrf(request.cookies.get(BEFORE, ""), given.get("csrf", "")):
            raise Forged
        kept = {
            "chain": given.get("chain", chain),
            "login": given.get("login", ""),
            "then": own_path(given.get("then", "")),
        }
        source = request.client.host if request.client else "unknown"
        try:
            session = await desk.sign_in(kept["chain"], kept["login"], given.get("password", ""), source)
        except Refused as refusal:
            waiting = refusal.problem.status == 429
            return form(request, 422, refusal.problem.words if waiting else WRONG, **kept)
        except Down:
            return form(request, 503, "Sign-in does not answer right now. Those already signed in go on.", **kept)
        answer = RedirectResponse(kept["then"], status_code=303)
        gate.remember(answer, session.cookie)
        return answer

    @made.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        sent = await gate.form(request)
        await desk.sign_out(sent.viewer.cookie)
        answer = RedirectResponse("/sign-in", status_code=303)
        gate.forget(answer)
        return answer

    return made
