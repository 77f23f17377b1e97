"""The sign-in page, signing in and signing out."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import AWAY, BEFORE, Forged, Gate, own_path, read_form
from services.console.api.render import page
from services.console.domain.faces import Face, with_face
from services.console.domain.problem import Down, Refused
from services.console.domain.session import journey_of, same_csrf
from services.console.domain.tongue import _, mark
from services.console.usecases.signin import Desk

WRONG = mark("Name and password do not match. Try again; after several tries you must wait a while.")


CODE_WANTED = "second_factor_required"
CODE_WORDS = mark("Type your password again, with the code that your authenticator app shows now.")
AWAY_WORDS = {
    "not_linked": mark("An administrator must first say who you are here."),
    "no_group": mark("None of your groups at the provider gives you work here. Ask an administrator."),
    "account_ended": mark("This account is not in use any more."),
}
NOT_BACK = mark("Signing in at the provider did not work. Try again.")


class SignInForm:
    """The sign-in page, with what was typed before and why it was not enough."""

    def __init__(self, gate: Gate, desk: Desk, chain: str) -> None:
        self._gate, self._desk, self._chain = gate, desk, chain

    async def show(self, request: Request, status: int = 200, words: str = "", **given: str) -> Response:
        """The page; `given` are chain, login and where to go then."""
        secret, csrf = self._gate.before_sign_in(request)
        chain = given.get("chain") or self._chain
        answer = page(
            "sign_in.html",
            status,
            csrf=csrf,
            refusal=_(words),
            fixed_chain=bool(self._chain),
            chain=chain,
            provider=await self._desk.provider(chain),
            login=given.get("login", ""),
            faces=self._gate.faces(request),
            ask_code=given.get("ask_code", ""),
            then=given.get("then", "/"),
        )
        self._gate.remember_before(answer, secret)
        return answer


def router(gate: Gate, desk: Desk, chain: str) -> APIRouter:
    """The routes of signing in by password, and of signing out."""
    made = APIRouter()
    form = SignInForm(gate, desk, chain).show

    @made.get("/sign-in")
    async def sign_in_page(
        request: Request,
        then: str = "/",
        at: Annotated[str, Query(alias="chain", max_length=63)] = "",
        whose: Annotated[int, Query(alias="as", ge=0, le=9)] = 9,
    ) -> Response:
        faces = gate.faces(request)
        login = faces[whose].login if whose < len(faces) else ""
        return await form(request, then=own_path(then), chain=at, login=login)

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
            code = given.get("code", "").replace(" ", "")
            session = await desk.sign_in(kept["chain"], kept["login"], given.get("password", ""), source, code)
        except Refused as refusal:
            if refusal.problem.code == CODE_WANTED:
                return await form(request, 422, CODE_WORDS, ask_code="yes", **kept)
            words = refusal.problem.words if refusal.problem.status == 429 else WRONG
            return await form(request, 422, words, ask_code="yes" if code else "", **kept)
        except Down:
            return await form(
                request, 503, mark("Sign-in does not answer right now. Those already signed in go on."), **kept
            )
        answer = RedirectResponse(kept["then"], status_code=303)
        gate.remember(answer, session.cookie)
        face = Face(kept["login"], desk.name_of(session) or kept["login"])
        gate.keep_faces(answer, with_face(gate.faces(request), face))
        return answer

    @made.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        sent = await gate.form(request)
        await desk.sign_out(sent.viewer.cookie)
        answer = RedirectResponse("/sign-in", status_code=303, headers={"Clear-Site-Data": '"cache"'})
        gate.forget(answer)
        return answer

    @made.post("/lock")
    async def lock(request: Request) -> Response:
        """Nobody is there: the session ends, the desk remembers who it was and where they were."""
        sent = await gate.form(request)
        await desk.sign_out(sent.viewer.cookie)
        then = own_path(sent.values.get("then", "/"))
        answer = RedirectResponse(f"/sign-in?{urlencode({'as': 0, 'then': then})}", status_code=303)
        gate.forget(answer)
        return answer

    return made


def away(gate: Gate, desk: Desk, chain: str, address: str) -> APIRouter:
    """The routes of signing in at the chain's own provider; `address` is where browsers reach the console."""
    made = APIRouter()
    form = SignInForm(gate, desk, chain).show
    back = f"{address.rstrip('/')}/sign-in/return"

    @made.get("/sign-in/with")
    async def depart(
        request: Request, at: Annotated[str, Query(alias="chain", max_length=63)], then: str = "/"
    ) -> Response:
        try:
            journey, onward = await desk.depart(at, own_path(then), back)
        except (Refused, Down):
            return await form(request, 503, NOT_BACK, chain=at, then=own_path(then))
        answer = RedirectResponse(onward, status_code=303)
        gate.depart(answer, journey)
        return answer

    @made.get("/sign-in/return")
    async def arrive(request: Request, code: str = "", error: str = "") -> Response:
        journey = journey_of(request.cookies.get(AWAY, ""))
        if journey is None or not code:
            return await form(request, 422, AWAY_WORDS.get(error, NOT_BACK), chain=journey.chain if journey else "")
        try:
            session = await desk.arrive(journey, code)
        except (Refused, Down):
            return await form(request, 422, NOT_BACK, chain=journey.chain)
        answer = RedirectResponse(own_path(journey.then), status_code=303)
        gate.remember(answer, session.cookie)
        gate.arrive(answer)
        return answer

    return made
